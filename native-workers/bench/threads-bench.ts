/** One pack on two workers against one, through the pool as the engine uses it: the same bytes, alternating. */
import { blobEncoder, chooseCodec, openWorkers, type EncodeBlob } from '../pool/pool.ts';
import { comparedLine, mib, sample, timed, type PrintLine, type Time, type Times } from './measure.ts';

const shards = 1000;
const rounds = 5;
const budgetBytes = 2 ** 31;

export async function benchThreads(print: PrintLine): Promise<void> {
  const { parts } = chooseCodec(undefined);
  if (parts === undefined) {
    print({
      name: 'encode 64 MiB on two workers',
      value: null,
      unit: 'ms',
      note: 'only the native codec splits a blob',
    });
    return;
  }
  const options = { urgency: 'bulk', signal: new AbortController().signal } as const;
  const blob = sample(64 * mib);
  const pools = [2, 1].map((threads) => openWorkers({ threads, budgetBytes, codec: undefined }));
  const [two, one] = pools.map((workers) => blobEncoder(workers, parts));
  if (two === undefined || one === undefined) throw new Error('two pools were opened');
  const times: Times = { ours: [], theirs: [] };
  const run = async (encode: EncodeBlob, into: Time[]): Promise<Uint8Array> => {
    // The clock starts when the blob is in its memory: getting it there is the disk's part of the work.
    const filled = Promise.withResolvers<void>();
    const fill = async (memory: Uint8Array): Promise<void> => {
      memory.set(blob);
      filled.resolve();
    };
    const encoding = encode(shards, blob.length, fill, options);
    await filled.promise;
    const encoded = await timed(into, () => encoding);
    encoded.release();
    return encoded.metadata.blobId;
  };
  // The first run of each starts its threads.
  await run(two, []);
  await run(one, []);
  for (let round = 0; round < rounds; round++) {
    const ours = await run(two, times.ours);
    const theirs = await run(one, times.theirs);
    if (Buffer.compare(ours, theirs) !== 0) throw new Error('bench: two workers made another blob id than one');
  }
  await Promise.all(pools.map((workers) => workers.close()));
  print(comparedLine('encode 64 MiB on two workers', 'one worker', times));
}
