/** The forward path on real ports, without a network: a folder is scanned, cut, sealed and packed into a home on disk, synced as always. */
import { usualBrake } from '../../app/engine/brake.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalog } from '../../app/adapters/catalog/catalog.ts';
import { nodeCrypto } from '../../app/adapters/crypto/crypto.ts';
import { openDisk } from '../../app/adapters/disk/disk.ts';
import { openPool } from '../../app/adapters/pool/pool.ts';
import { openSpool } from '../../app/adapters/spool/spool.ts';
import { systemClock, systemDice } from '../../app/adapters/time/time.ts';
import { chunkLimitsFor } from '../../app/domain/chunk.ts';
import { parseDeviceId, parseNodeId, parseSpaceId } from '../../app/domain/ids.ts';
import { sealRound, type RoundReport } from '../../app/engine/round.ts';
import { packBytesFor } from '../../app/engine/spaces.ts';
import { spaceKeyBytes, spaceKeys } from '../../app/formats/space-keys.ts';

/** Shards of the public networks. */
const shards = 1000;
const diskThreads = 2;

export interface RealPorts {
  /** One round of the folder, up to the point where all that will be sent is on disk. */
  seal(): Promise<RoundReport>;
  close(): Promise<void>;
}

export async function openRealPorts(folder: string, home: string, threads: number): Promise<RealPorts> {
  mkdirSync(home, { recursive: true });
  const dice = systemDice();
  const catalog = await openCatalog({ file: join(home, 'catalog.sqlite') });
  const disk = openDisk({ threads: diskThreads });
  const pool = openPool({ threads });
  const spool = await openSpool(join(home, 'spool'));
  const packBytes = packBytesFor(shards, pool.packBytesMax);
  const [known] = await catalog.spaces();
  const newSpace = {
    id: parseSpaceId(dice.bytes(16)),
    name: 'bench',
    mode: 'sync',
    folder,
    sealedKey: dice.bytes(spaceKeyBytes),
    limits: chunkLimitsFor(packBytes),
    leaseEpochs: 1,
    pool: undefined,
    rootNode: parseNodeId(dice.bytes(16)),
  } as const;
  const space = known ?? (await catalog.addSpace(newSpace));
  const keys = spaceKeys(nodeCrypto, dice.bytes(spaceKeyBytes));
  const device = { id: parseDeviceId(dice.bytes(16)), name: 'bench' };
  const quiet = (): void => {};
  const ports = { disk, catalog, pool, spool, crypto: nodeCrypto, dice, clock: systemClock() };
  return {
    async seal() {
      const row = (await catalog.spaces()).find(({ num }) => num === space.num) ?? space;
      const report = await sealRound(
        {
          row,
          folder,
          keys,
          device,
          packBytes,
          leftOut: { isLeftOut: () => false, key: '' },
          nature: await disk.nature(folder),
          parked: new Set(),
          publishesMerge: false,
          released: { here: 0, elsewhere: 0, areRewritesMeant: false, isRootMeant: false },
          waits: undefined,
          carry: async () => undefined,
          brake: usualBrake,
          isArriving: false,
          isBulkHeld: false,
          onPack: async (pack) => void (await catalog.addPack(pack)),
        },
        { ...ports, onEvent: quiet, onPoint: quiet },
        new AbortController().signal,
      );
      // What the network would have to say before the next round.
      if (report.round !== undefined) await catalog.certifyRound(space.num, report.round.sequence);
      return report;
    },
    async close() {
      await Promise.all([pool.close(), disk.close(), catalog.close()]);
    },
  };
}
