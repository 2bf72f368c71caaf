/** Rounds from sealed to certified, and snapshots that a rebuild brings in. */
import type { Database } from 'better-sqlite3';
import { concatBytes } from '../../domain/bytes.ts';
import { idToBytes, parseChunkId, parseDeviceId, type SnapshotId } from '../../domain/ids.ts';
import { toHex } from '../../domain/bytes.ts';
import type { CatalogOperations, RoundRow } from '../../ports/catalog.ts';
import { openApplier } from './entries.ts';
import { openPackAdder } from './packs.ts';
import { packContent, unpackContent } from './rows.ts';

type Operations = Pick<
  CatalogOperations,
  'sealRound' | 'pendingRound' | 'certifyRound' | 'abandonRound' | 'snapshots' | 'importSnapshot'
>;

interface RawRound {
  readonly space: number;
  readonly sequence: number;
  readonly snapshot: Uint8Array;
  readonly parents: Uint8Array;
  readonly device: Uint8Array;
  readonly time_ms: number;
  readonly files: number;
  readonly bytes: number;
  readonly root: Uint8Array;
  readonly start: number;
  readonly sealed: number;
  readonly plain: number;
  readonly last_pack: number;
  readonly state: 'sealed' | 'certified';
}

const idBytes = 32;

function parentsFrom(bytes: Uint8Array): readonly SnapshotId[] {
  return Array.from({ length: bytes.length / idBytes }, (_, i) =>
    parseChunkId(bytes.subarray(i * idBytes, (i + 1) * idBytes)),
  );
}

function roundFrom(raw: RawRound): RoundRow {
  const snapshot = parseChunkId(raw.snapshot);
  return {
    space: raw.space,
    sequence: raw.sequence,
    snapshot,
    parents: parentsFrom(raw.parents),
    device: parseDeviceId(toHex(raw.device)),
    timeMs: raw.time_ms,
    files: raw.files,
    bytes: raw.bytes,
    root: unpackContent(raw.root),
    place: { id: snapshot, kind: 'snapshot', start: raw.start, bytes: raw.sealed, plainBytes: raw.plain },
    lastPack: raw.last_pack,
    state: raw.state,
  };
}

export function roundOperations(db: Database): Operations {
  const insert = db.prepare(
    `INSERT INTO round (space, sequence, snapshot, parents, device, time_ms, files, bytes, root, start, sealed, plain, last_pack, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const pending = db.prepare<[number], RawRound>("SELECT * FROM round WHERE space = ? AND state = 'sealed'");
  const get = db.prepare<[number, number], RawRound>('SELECT * FROM round WHERE space = ? AND sequence = ?');
  const all = db.prepare<[number], RawRound>('SELECT * FROM round WHERE space = ? ORDER BY sequence');
  const certify = db.prepare("UPDATE round SET state = 'certified' WHERE space = ? AND sequence = ?");
  const drop = db.prepare('DELETE FROM round WHERE space = ? AND sequence = ?');
  const live = db.prepare("UPDATE pack SET state = 'live' WHERE space = ? AND state = 'certified'");
  const setNewest = db.prepare('UPDATE space SET sequence = ?, snapshot = ? WHERE num = ?');
  const applier = openApplier(db);
  const addPack = openPackAdder(db);

  function write(round: Omit<RoundRow, 'state'>, state: RoundRow['state']): void {
    const { space, sequence, snapshot, parents, device, timeMs, files, bytes, root, place, lastPack } = round;
    const ids = concatBytes(...parents.map(idToBytes));
    insert.run(
      space,
      sequence,
      idToBytes(snapshot),
      ids,
      idToBytes(device),
      timeMs,
      files,
      bytes,
      packContent(root),
      place.start,
      place.bytes,
      place.plainBytes,
      lastPack,
      state,
    );
  }

  return {
    sealRound: db.transaction((round, lastPack, changes, folders) => {
      if (pending.get(round.space)) throw new Error('one round of a space is certified before the next is sealed');
      const num = addPack(lastPack);
      write({ ...round, lastPack: num }, 'sealed');
      applier.apply(round.space, round.sequence, changes, folders, true);
      return { ...round, lastPack: num, state: 'sealed' } as const;
    }),
    pendingRound(space) {
      const raw = pending.get(space);
      return raw && roundFrom(raw);
    },
    certifyRound: db.transaction((space, sequence) => {
      const raw = get.get(space, sequence);
      if (raw?.state !== 'sealed') throw new Error('a round is sealed before it is certified');
      certify.run(space, sequence);
      live.run(space);
      setNewest.run(sequence, raw.snapshot, space);
      applier.forgetUndo(space, sequence);
    }),
    abandonRound: db.transaction((space, sequence) => {
      if (get.get(space, sequence)?.state !== 'sealed') throw new Error('only a sealed round can be undone');
      applier.undo(space, sequence);
      drop.run(space, sequence);
    }),
    snapshots: (space) => all.all(space).map(roundFrom),
    importSnapshot: db.transaction((round, changes, folders) => {
      if (get.get(round.space, round.sequence)) return;
      write({ ...round, lastPack: round.lastPack ?? 0 }, 'certified');
      applier.apply(round.space, round.sequence, changes, folders, false);
      setNewest.run(round.sequence, idToBytes(round.snapshot), round.space);
    }),
  };
}
