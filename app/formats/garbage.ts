/**
 * The record of a space's garbage in a device's bag (docs/formats/head.md): its doom list, its answers to others' lists, and which stretches of its history
 * it has thinned. Bytes of another device of the account: checked like anything from outside.
 */
import { parseBlobId, type BlobId } from '../domain/blob-id.ts';
import type { Fault } from '../domain/fault.ts';
import type { GarbageRecord } from '../domain/garbage.ts';
import { parseDeviceId, parseSpaceId, type DeviceId, type SpaceId } from '../domain/ids.ts';
import { field } from './snapshot.ts';

/** Ranges of sequences, both ends included, ascending. */
export type Thinned = readonly (readonly [from: number, to: number])[];

export interface SpaceGarbage extends GarbageRecord<BlobId, DeviceId> {
  readonly space: SpaceId;
  /** Snapshots of these sequences are given up: their versions need not be there any more. */
  readonly thinned: Thinned;
}

/** As JSON. */
export function garbageToRecord({ space, list, answers, thinned }: SpaceGarbage): object {
  const said = [...answers].map(([device, { number, needs }]) => [device, number, needs]);
  return { kind: 'garbage', space, list, answers: said, thinned };
}

type Refused = (why: string) => Fault;

export function garbageFrom(record: unknown, refused: Refused): SpaceGarbage {
  const list: unknown = Reflect.get(Object(record), 'list');
  const answers = arrayOf(record, 'answers', refused).map((one) => {
    const [device, number, needs] = tuple(one, refused);
    return [
      parseDeviceId(textOf(device, refused)),
      { number: countOf(number, refused), needs: numbers(needs, refused) },
    ] as const;
  });
  return {
    space: parseSpaceId(field(record, 'space', 'string', refused)),
    list: {
      number: countOf(field(list, 'number', 'number', refused), refused),
      timeMs: countOf(field(list, 'timeMs', 'number', refused), refused),
      packs: arrayOf(list, 'packs', refused).map((pack) => parseBlobId(textOf(pack, refused))),
    },
    answers: new Map(answers),
    thinned: arrayOf(record, 'thinned', refused).map((one) => {
      const [from = 0, to = 0] = numbers(one, refused);
      return [from, to] as const;
    }),
  };
}

function arrayOf(record: unknown, key: string, refused: Refused): readonly unknown[] {
  return tuple(Reflect.get(Object(record), key), refused);
}

function tuple(value: unknown, refused: Refused): readonly unknown[] {
  if (!Array.isArray(value)) throw refused('it lacks a list');
  return value;
}

function countOf(value: unknown, refused: Refused): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refused('it holds a wrong number');
  return value;
}

function textOf(value: unknown, refused: Refused): string {
  if (typeof value !== 'string') throw refused('it holds a wrong text');
  return value;
}

const numbers = (value: unknown, refused: Refused): readonly number[] =>
  tuple(value, refused).map((one) => countOf(one, refused));
