/** Rounds from sealed to certified or abandoned, and snapshots that a rebuild brings in. Each step is one transaction. */
import type { Database } from 'better-sqlite3';
import { concatBytes, toHex } from '../../domain/bytes.ts';
import { idToBytes, parseChunkId, parseDeviceId } from '../../domain/ids.ts';
import type { CatalogOperations, EntryPut, EntryChange, FolderContent, RoundRow } from '../../ports/catalog.ts';
import { openApplier, type Application } from './changes.ts';
import { contentFromBytes, contentToBytes } from './entry-record.ts';
import { openPackKeeper } from './packs.ts';
import { openSeen } from './seen.ts';
import { snapshotIds } from './spaces.ts';
import { unsynced } from './unsynced.ts';

type Operations = Pick<
  CatalogOperations,
  | 'prepareEntries'
  | 'sealRound'
  | 'pendingRound'
  | 'certifyRound'
  | 'abandonRound'
  | 'snapshots'
  | 'importSnapshot'
  | 'adoptRound'
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
  readonly root: Buffer;
  readonly start: number;
  readonly sealed: number;
  readonly plain: number;
  readonly last_pack: number | null;
  readonly added_files: number;
  readonly added_folders: number;
  readonly added_bytes: number;
  readonly state: 'sealed' | 'certified';
}

function roundFrom(raw: RawRound): RoundRow {
  const snapshot = parseChunkId(raw.snapshot);
  return {
    space: raw.space,
    sequence: raw.sequence,
    snapshot,
    parents: snapshotIds(raw.parents),
    device: parseDeviceId(toHex(raw.device)),
    timeMs: raw.time_ms,
    files: raw.files,
    bytes: raw.bytes,
    root: contentFromBytes(raw.root),
    place: { id: snapshot, kind: 'snapshot', start: raw.start, bytes: raw.sealed, plainBytes: raw.plain },
    // No pack has the number 0: the snapshot lies in one that this catalog does not hold.
    lastPack: raw.last_pack ?? 0,
    state: raw.state,
  };
}

type Applied = [changes: readonly EntryChange[], folders: readonly FolderContent[], early?: number];

export function roundOperations(db: Database): Operations {
  const insert = db.prepare(
    `INSERT INTO round (space, sequence, snapshot, parents, device, time_ms, files, bytes, root, start, sealed, plain, last_pack, state, added_files, added_folders, added_bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)`,
  );
  const pending = db.prepare<[number], RawRound>("SELECT * FROM round WHERE space = ? AND state = 'sealed'");
  const get = db.prepare<[number, number], RawRound>('SELECT * FROM round WHERE space = ? AND sequence = ?');
  const all = db.prepare<[number], RawRound>('SELECT * FROM round WHERE space = ? ORDER BY sequence');
  const newest = db.prepare<[number], { sequence: number }>('SELECT sequence FROM space WHERE num = ?');
  const certify = db.prepare("UPDATE round SET state = 'certified' WHERE space = ? AND sequence = ?");
  const drop = db.prepare('DELETE FROM round WHERE space = ? AND sequence = ?');
  const live = db.prepare(
    "UPDATE pack SET state = 'live' WHERE space = ? AND state = 'certified' AND (round IS NULL OR round <= ?)",
  );
  const packState = db.prepare<[number], string>('SELECT state FROM pack WHERE num = ?').pluck();
  const setNewest = db.prepare('UPDATE space SET sequence = ?, snapshot = ? WHERE num = ?');
  const setAdded = db.prepare(
    'UPDATE round SET added_files = ?, added_folders = ?, added_bytes = ? WHERE space = ? AND sequence = ?',
  );
  const ownNewest = db
    .prepare<[number, Uint8Array], number>('SELECT max(sequence) FROM round WHERE space = ? AND device = ?')
    .pluck();
  const applier = openApplier(db);
  const packs = openPackKeeper(db);
  const seen = openSeen(db);

  function write(round: Omit<RoundRow, 'state' | 'lastPack'>, lastPack: number | null, state: RoundRow['state']): void {
    const { space, sequence, snapshot, parents, device, timeMs, files, bytes, root, place } = round;
    if (place.id !== snapshot) throw new Error("a round's place is that of its snapshot");
    const ids = concatBytes(...parents.map(idToBytes));
    const counts = [timeMs, files, bytes];
    const where = [place.start, place.bytes, place.plainBytes];
    const listing = contentToBytes(root);
    insert.run(
      space,
      sequence,
      idToBytes(snapshot),
      ids,
      idToBytes(device),
      ...counts,
      listing,
      ...where,
      lastPack,
      state,
    );
  }

  /** History only grows at its end. */
  function checkNext(space: number, sequence: number): void {
    const last = newest.get(space)?.sequence;
    if (last === undefined) throw new Error('a round is of a known space');
    if (sequence <= last) throw new Error('a round comes after the newest one');
    if (pending.get(space) !== undefined)
      throw new Error('one round of a space is certified before the next is sealed');
  }

  /** Every stale folder gets its listing. */
  function isListed(space: number, folders: readonly FolderContent[]): boolean {
    const listed = new Set(folders.map(({ num }) => num));
    return seen.stale(space).every((num) => listed.has(num));
  }

  function checkListed(space: number, folders: readonly FolderContent[]): void {
    if (!isListed(space, folders)) throw new Error('a round lists every folder that is out of date');
  }

  function apply(to: Application, ...given: Applied): void {
    const { files, folders, bytes } = applier.apply(to, ...given);
    setAdded.run(files, folders, bytes, to.space, to.sequence);
  }

  return {
    // Worth nothing by itself: numbers of devices, and rows in memory.
    prepareEntries: unsynced(db, (space: number, sequence: number, before: number, puts: readonly EntryPut[]) =>
      applier.prepare({ space, sequence }, before, puts),
    ),
    sealRound: db.transaction((round, lastPack, changes, folders, early) => {
      const { space, sequence } = round;
      checkNext(space, sequence);
      const num = packs.add(lastPack);
      write(round, num, 'sealed');
      apply({ space, sequence, keepsUndo: true }, changes, folders, early);
      checkListed(space, folders);
      seen.join(space, new Map([[round.device, sequence]]));
      seen.publish(space, sequence);
      return { ...round, lastPack: num, state: 'sealed' } as const;
    }),
    pendingRound(space) {
      const raw = pending.get(space);
      return raw && roundFrom(raw);
    },
    // Asked again after a crash between the head's move and the caller's own note of it, it has nothing left to do.
    certifyRound: db.transaction((space: number, sequence: number) => {
      const raw = get.get(space, sequence);
      if (raw === undefined) throw new Error('a round is sealed before it is certified');
      if (raw.state === 'certified') return;
      certify.run(space, sequence);
      live.run(space, sequence);
      setNewest.run(sequence, raw.snapshot, space);
      applier.forgetUndo(space);
      seen.publish(space);
    }),
    // The last pack came with the round and goes with it, unless it is on chain by now.
    abandonRound: db.transaction((space: number, sequence: number) => {
      const raw = get.get(space, sequence);
      if (raw?.state !== 'sealed') throw new Error('only a sealed round can be undone');
      const added = { files: raw.added_files, folders: raw.added_folders, bytes: raw.added_bytes };
      seen.unpublish(space, snapshotIds(raw.parents));
      applier.undo(space, sequence, added);
      drop.run(space, sequence);
      seen.forgetOwn(space, parseDeviceId(raw.device), ownNewest.get(space, raw.device) ?? 0);
      if (raw.last_pack === null) return;
      const state = packState.get(raw.last_pack) ?? 'dead';
      if (state === 'spooled' || state === 'encoded') packs.bury(raw.last_pack);
    }),
    snapshots: (space) => all.all(space).map(roundFrom),
    importSnapshot: db.transaction((round, changes, folders, contains) => {
      const { space, sequence, snapshot } = round;
      if (get.get(space, sequence)?.state === 'certified') return;
      checkNext(space, sequence);
      write(round, round.lastPack ?? null, 'certified');
      apply({ space, sequence, keepsUndo: false }, changes, folders);
      setNewest.run(sequence, idToBytes(snapshot), space);
      seen.join(space, contains.vector);
      seen.take(space, contains.taken);
    }),
    adoptRound: db.transaction((round, folders, vector) => {
      const { space, sequence, snapshot } = round;
      if (!isListed(space, folders)) return false;
      checkNext(space, sequence);
      write(round, round.lastPack ?? null, 'certified');
      apply({ space, sequence, keepsUndo: false }, [], folders);
      setNewest.run(sequence, idToBytes(snapshot), space);
      seen.join(space, vector);
      seen.publish(space);
      return true;
    }),
  };
}
