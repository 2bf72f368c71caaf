/** A brand and the one place that may make it. */
declare const brand: unique symbol;
export type BlobId = string & { readonly [brand]: 'blob' };
export const parseBlobId = (text: string): BlobId => text as BlobId;
