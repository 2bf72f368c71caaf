/** Devices by a small number, so that the dots of an entry take six bytes each. A number is never used for another device. */
import type { Database } from 'better-sqlite3';
import type { Dot } from '../../domain/dot.ts';
import { idToBytes, parseDeviceId, type DeviceId } from '../../domain/ids.ts';
import { damagedCatalog } from './sqlite-fault.ts';

/** A dot as records hold it: the device's number and the sequence. */
export interface StoredDot {
  readonly writer: number;
  readonly sequence: number;
}

export interface Writers {
  /** Gives the device a number when it has none. */
  stored(dot: Dot): StoredDot;
  dot(stored: StoredDot): Dot;
  /** All devices by their number. */
  all(): ReadonlyMap<number, DeviceId>;
}

/** Numbers have two bytes. */
const writersMax = 0xffff;

// Nothing is remembered between calls: what a transaction that is taken back wrote must not be believed later.
export function openWriters(db: Database): Writers {
  const find = db.prepare<[Uint8Array], number>('SELECT num FROM writer WHERE device = ?').pluck();
  const insert = db.prepare('INSERT INTO writer (device) VALUES (?)');
  const every = db.prepare<[], { num: number; device: Uint8Array }>('SELECT num, device FROM writer');
  const get = db.prepare<[number], Uint8Array>('SELECT device FROM writer WHERE num = ?').pluck();
  return {
    stored({ device, sequence }) {
      const id = idToBytes(device);
      const writer = find.get(id) ?? Number(insert.run(id).lastInsertRowid);
      if (writer > writersMax) throw new Error('a catalog knows fewer devices than there are numbers');
      return { writer, sequence };
    },
    dot({ writer, sequence }) {
      const device = get.get(writer);
      if (device === undefined) throw damagedCatalog('an entry is of an unknown device');
      return { device: parseDeviceId(device), sequence };
    },
    all: () => new Map(every.all().map(({ num, device }) => [num, parseDeviceId(device)])),
  };
}
