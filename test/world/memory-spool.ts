/** The `Spool` port over memory. What was finished outlives a crash; what was not is gone, as after a power cut. */
import { Fault } from '../../app/domain/fault.ts';
import type { Spool } from '../../app/ports/spool.ts';

export interface MemorySpool extends Spool {
  readonly packs: Map<string, Uint8Array>;
  /** Bytes that may still be written. */
  roomBytes: number;
}

export function openMemorySpool(): MemorySpool {
  const packs = new Map<string, Uint8Array>();
  const spool: MemorySpool = {
    packs,
    roomBytes: Number.POSITIVE_INFINITY,
    async create(name) {
      if (packs.has(name)) throw new Fault('already-exists', 'never', 'A pack of this name is in the spool.');
      const parts: Uint8Array[] = [];
      return {
        async append(bytes) {
          if (bytes.length > spool.roomBytes)
            throw new Fault('disk-full', 'later', 'The spool could not be written: the disk is full.');
          spool.roomBytes -= bytes.length;
          parts.push(bytes.slice());
        },
        async finish() {
          packs.set(name, Uint8Array.from(Buffer.concat(parts)));
        },
        async abandon() {
          for (const part of parts.splice(0)) spool.roomBytes += part.length;
        },
      };
    },
    async read(name, into) {
      const pack = packs.get(name);
      if (pack === undefined) throw new Fault('not-found', 'now', 'A pack is not in the spool (any more).');
      if (pack.length !== into.length)
        throw new Fault('pack-damaged', 'now', 'A pack in the spool has not the size that it was written with.');
      into.set(pack);
    },
    async remove(name) {
      spool.roomBytes += packs.get(name)?.length ?? 0;
      packs.delete(name);
    },
    names: async () => [...packs.keys()].toSorted(),
  };
  return spool;
}
