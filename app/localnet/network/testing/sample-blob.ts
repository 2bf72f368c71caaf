/** A blob with everything a client would send for it. */
import { toBase64Url } from '../../../domain/bytes.ts';
import { redStuff } from '../../../domain/redstuff.ts';
import { portableRs2 } from '../../../../native-workers/portable/portable.ts';
import type { Axis, BlobMetadata } from '../../../../native-workers/rs2.ts';
import { sliverLayout, sliverRange } from '../../../../native-workers/sliver-layout.ts';
import { encodeMetadata } from '../../../../native-workers/walrus-bcs/walrus-bcs.ts';

export interface SampleBlob {
  readonly id: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly metadata: BlobMetadata;
  readonly metadataBody: Uint8Array<ArrayBuffer>;
  /** The body to put for a pair. */
  sliver(pair: number, axis: Axis): Uint8Array<ArrayBuffer>;
}

export function sampleBlob(shards: number, content: Uint8Array<ArrayBuffer>): SampleBlob {
  const layout = sliverLayout(redStuff(shards), content.length);
  const out = new Uint8Array(layout.bytes);
  const metadata = portableRs2.encode(shards, content, out, layout);
  return {
    id: toBase64Url(metadata.blobId),
    content,
    metadata,
    metadataBody: encodeMetadata({ encodingType: 1, unencodedBytes: content.length, hashes: metadata.hashes }),
    sliver(pair, axis) {
      const range = sliverRange(layout, axis, axis === 'primary' ? pair : shards - 1 - pair);
      return out.slice(range?.start, range?.end);
    },
  };
}
