/** Breaks: ports know only the domain. */
export const later = async (): Promise<unknown> => import('../adapters/disk/disk.ts');
