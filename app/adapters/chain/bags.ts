/**
 * Bags (0x2::bag::Bag) that an address owns: where the heads of its spaces lie. Anybody may send an address a Bag, so strange ones are read
 * with the same care, and those with more entries than Floe ever makes are left out, as are entries that are not bytes -> bytes.
 */
import { normalizeStructTag, normalizeTypeTag } from '@mysten/sui/utils';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { GrpcTypes } from '@mysten/sui/grpc';
import { faultOf } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Bag, BagEntry, BagState } from '../../ports/chain.ts';
import { isCode } from './chain-faults.ts';
import { bagFieldLayout, bagLayout, safeNumber, unknownShape } from './layouts.ts';
import { bagEntriesMax, bagsMax, pageObjects, racingBagsMax } from './limits.ts';
import { listFields } from './pools.ts';
import type { ChainObject, Remote } from './remote.ts';
import { contentOf } from './remote.ts';

export const bagType = normalizeStructTag('0x2::bag::Bag');

export async function readBags(
  remote: Remote,
  address: SuiId,
  signal: AbortSignal | undefined,
): Promise<readonly Bag[]> {
  await remote.checked(signal);
  const ids = await bagIds(remote, address, signal);
  const owned = (await remote.objects(ids, signal)).filter(
    (object): object is ChainObject => object?.owner === address && entryCount(object) <= bagEntriesMax,
  );
  const bags: Bag[] = [];
  for (const object of owned) {
    const read = await readBag(remote, object, signal);
    // The order of two bags decides a race; one bag needs none, and a heap of them is somebody's litter.
    const isRace = owned.length > 1 && owned.length <= racingBagsMax;
    const first = isRace ? await firstVersion(remote, object.id, signal) : undefined;
    bags.push(first !== undefined && first < read.version ? { ...read, version: first } : read);
  }
  return bags.sort((a, b) => (a.version < b.version ? -1 : a.version > b.version ? 1 : a.id < b.id ? -1 : 1));
}

export async function readBagStates(
  remote: Remote,
  ids: readonly SuiId[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SuiId, BagState>> {
  await remote.checked(signal);
  return remote.states(ids, signal);
}

async function bagIds(remote: Remote, owner: SuiId, signal: AbortSignal | undefined): Promise<readonly SuiId[]> {
  const ids: SuiId[] = [];
  let cursor: string | null = null;
  while (ids.length < bagsMax) {
    const at: string | null = cursor;
    const page: Awaited<ReturnType<SuiGrpcClient['core']['listOwnedObjects']>> = await remote.ask(
      () =>
        remote.client.core.listOwnedObjects({
          owner,
          type: bagType,
          limit: pageObjects,
          ...(at === null ? {} : { cursor: at }),
          ...(signal ? { signal } : {}),
        }),
      signal,
    );
    ids.push(...page.objects.map((object) => parseSuiId(object.objectId)));
    if (!page.hasNextPage || page.cursor === null || page.cursor === at || page.objects.length === 0) break;
    cursor = page.cursor;
  }
  return ids.slice(0, bagsMax);
}

function entryCount(object: ChainObject): number {
  return safeNumber(contentOf(object, ['bag', 'Bag'], bagLayout).size, `the bag ${object.id}`);
}

/** A bag with its entries; its version is the least that bag or entry shows, which is never before its creation. */
async function readBag(remote: Remote, object: ChainObject, signal: AbortSignal | undefined): Promise<Bag> {
  const entries: BagEntry[] = [];
  const state = { version: object.version, digest: object.digest };
  let { version } = object;
  if (entryCount(object) === 0) return { id: object.id, version, state, entries };
  for await (const fields of listFields(remote, object.id, signal)) {
    const ids = fields.filter((field) => isBytes(field.nameType) && isBytes(field.valueType)).map((f) => f.fieldId);
    for (const field of await remote.objects(
      ids.map((id) => parseSuiId(id)),
      signal,
    )) {
      if (field === undefined) continue;
      const { name, value } = contentOf(field, ['dynamic_field', 'Field'], bagFieldLayout);
      entries.push({ key: Uint8Array.from(name), value: Uint8Array.from(value) });
      if (field.version < version) version = field.version;
    }
    if (entries.length > bagEntriesMax) throw unknownShape(`the bag ${object.id}`);
  }
  return { id: object.id, version, state, entries };
}

function isBytes(type: string): boolean {
  try {
    return normalizeTypeTag(type) === 'vector<u8>';
  } catch {
    // A type that cannot be read is not the type of bytes.
    return false;
  }
}

/** The version that the first transaction on an object gave it, as far back as the node remembers; undefined when it keeps no such list. */
async function firstVersion(
  remote: Remote,
  objectId: SuiId,
  signal: AbortSignal | undefined,
): Promise<bigint | undefined> {
  try {
    return await remote.ask(async () => {
      const call = remote.client.ledgerService.listTransactions(
        {
          readMask: { paths: ['digest', 'effects.lamport_version'] },
          filter: {
            terms: [
              {
                literals: [
                  { negated: false, predicate: { oneofKind: 'affectedObject', affectedObject: { objectId } } },
                ],
              },
            ],
          },
          options: { limit: 1, ordering: GrpcTypes.Ordering.ASCENDING },
        },
        signal ? { abort: signal } : {},
      );
      let version: bigint | undefined;
      for await (const frame of call.responses) version ??= frame.transaction?.effects?.lamportVersion;
      return version;
    }, signal);
  } catch (error) {
    if (faultOf(error) !== undefined && isCode(error, 'UNIMPLEMENTED')) return undefined;
    throw error;
  }
}
