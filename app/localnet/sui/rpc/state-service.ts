/** `StateService`: what an address owns, its balances, and the dynamic fields of an object. */
import { GrpcTypes } from '@mysten/sui/grpc';
import { applyMask, parseMask } from './mask.ts';
import { pageSizeOf, tokenOf, tokenText } from './paging.ts';
import { objectMessage } from './to-proto.ts';
import type { LedgerCore } from '../ledger/core.ts';
import { coinBalance } from '../ledger/inputs.ts';
import type { StoredObject } from '../ledger/object.ts';
import { Refusal, invalid } from '../ledger/refusal.ts';
import { decodeWith, encodeWith } from '../move/runtime.ts';
import { normalAddress, parseType, typeText } from '../move/types.ts';
import type { MoveType } from '../move/types.ts';
import { suiAddress } from '../move/world.ts';

const coinPrefix = `${suiAddress}::coin::Coin<`;
/** Rows read from the ledger at once while a listing filters. */
const readPage = 256;

function* pages(read: (after: string) => readonly StoredObject[], after: string): Generator<StoredObject> {
  for (let at = after; ;) {
    const page = read(at);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < readPage) return;
    at = last.id;
  }
}

function ownedBy(core: LedgerCore, kind: 'address' | 'object', owner: string, after = ''): Iterable<StoredObject> {
  return pages((at) => core.database.owned(kind, owner, at, readPage), after);
}

function ownedOfType(core: LedgerCore, owner: string, type: string, after = ''): Iterable<StoredObject> {
  return pages((at) => core.database.ownedOfType(owner, type, at, readPage), after);
}

function required(text: string | undefined, name: string): string {
  if (text === undefined) throw invalid(`missing field: ${name}`);
  return normalAddress(text);
}

function balanceMessage(coinType: string, balance: bigint): GrpcTypes.Balance {
  return { coinType, balance, coinBalance: balance, addressBalance: 0n };
}

export function getBalance(core: LedgerCore, request: GrpcTypes.GetBalanceRequest): GrpcTypes.GetBalanceResponse {
  const owner = required(request.owner, 'owner');
  if (request.coinType === undefined) throw invalid('missing field: coin_type');
  const coinType = typeText(parseType(request.coinType));
  let sum = 0n;
  for (const coin of ownedOfType(core, owner, `${coinPrefix}${coinType}>`)) sum += coinBalance(coin.contents);
  return { balance: balanceMessage(coinType, sum) };
}

export function listBalances(core: LedgerCore, request: GrpcTypes.ListBalancesRequest): GrpcTypes.ListBalancesResponse {
  const owner = required(request.owner, 'owner');
  const sums = new Map<string, bigint>();
  for (const object of ownedBy(core, 'address', owner)) {
    if (!object.type.startsWith(coinPrefix)) continue;
    const coinType = object.type.slice(coinPrefix.length, -1);
    sums.set(coinType, (sums.get(coinType) ?? 0n) + coinBalance(object.contents));
  }
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return { balances: sorted.map(([coinType, balance]) => balanceMessage(coinType, balance)) };
}

/** `0x2::coin::Coin` matches every coin, `…::Coin<T>` only that one; the same for any other type. */
function* ownedFitting(
  core: LedgerCore,
  owner: string,
  text: string | undefined,
  after: string,
): Generator<StoredObject> {
  if (text === undefined || text === '') return yield* ownedBy(core, 'address', owner, after);
  const wanted = typeText(parseType(text));
  if (wanted.includes('<')) return yield* ownedOfType(core, owner, wanted, after);
  for (const object of ownedBy(core, 'address', owner, after)) {
    if (object.type === wanted || object.type.startsWith(`${wanted}<`)) yield object;
  }
}

export function listOwnedObjects(
  core: LedgerCore,
  request: GrpcTypes.ListOwnedObjectsRequest,
): GrpcTypes.ListOwnedObjectsResponse {
  const owner = required(request.owner, 'owner');
  const mask = parseMask(request.readMask?.paths, ['object_id', 'version', 'object_type']);
  const size = pageSizeOf(request.pageSize);
  const found: StoredObject[] = [];
  for (const object of ownedFitting(core, owner, request.objectType, tokenText(request.pageToken))) {
    found.push(object);
    if (found.length > size) break;
  }
  const page = found.slice(0, size);
  const last = page.at(-1);
  return {
    objects: page.map((object) => applyMask(GrpcTypes.Object, objectMessage(core, object), mask)),
    ...(found.length > size && last ? { nextPageToken: tokenOf(last.id) } : {}),
  };
}

const fieldPrefix = `${suiAddress}::dynamic_field::Field<`;
const wrapperPrefix = `${suiAddress}::dynamic_object_field::Wrapper<`;

export function listDynamicFields(
  core: LedgerCore,
  request: GrpcTypes.ListDynamicFieldsRequest,
): GrpcTypes.ListDynamicFieldsResponse {
  const parent = required(request.parent, 'parent');
  const mask = parseMask(request.readMask?.paths, ['parent', 'field_id']);
  const size = pageSizeOf(request.pageSize);
  const found: StoredObject[] = [];
  for (const object of ownedBy(core, 'object', parent, tokenText(request.pageToken))) {
    if (!object.type.startsWith(fieldPrefix)) continue;
    found.push(object);
    if (found.length > size) break;
  }
  const page = found.slice(0, size);
  const last = page.at(-1);
  return {
    dynamicFields: page.map((object) => applyMask(GrpcTypes.DynamicField, fieldMessage(core, parent, object), mask)),
    ...(found.length > size && last ? { nextPageToken: tokenOf(last.id) } : {}),
  };
}

function fieldMessage(core: LedgerCore, parent: string, object: StoredObject): GrpcTypes.DynamicField {
  const { world } = core;
  const field = world.type(object.type);
  const [keyType, valueType] = field.kind === 'struct' ? field.parameters : [];
  if (!keyType || !valueType) throw new Error('a field has a key and a value type');
  const { name, value } = decodeWith(world.codec(field), object.contents) as { name: unknown; value: unknown };
  const bytesOf = (type: MoveType, one: unknown) => ({
    name: typeText(type),
    value: encodeWith(world.codec(type), one),
  });
  const base = { parent, fieldId: object.id, fieldObject: objectMessage(core, object) };
  const { DynamicField_DynamicFieldKind: kinds } = GrpcTypes;
  if (!typeText(keyType).startsWith(wrapperPrefix)) {
    return {
      ...base,
      kind: kinds.FIELD,
      name: bytesOf(keyType, name),
      value: bytesOf(valueType, value),
      valueType: typeText(valueType),
    };
  }
  const [inner] = keyType.kind === 'struct' ? keyType.parameters : [];
  const child = core.object(String(value));
  if (!inner || !child) throw new Error('an object field has its object');
  return {
    ...base,
    kind: kinds.OBJECT,
    name: bytesOf(inner, (name as { name: unknown }).name),
    value: { name: child.type, value: child.contents },
    valueType: child.type,
    childId: child.id,
    childObject: objectMessage(core, child),
  };
}

export function getCoinInfo(core: LedgerCore, request: GrpcTypes.GetCoinInfoRequest): GrpcTypes.GetCoinInfoResponse {
  if (request.coinType === undefined) throw invalid('missing field: coin_type');
  const coinType = typeText(parseType(request.coinType));
  const known: Readonly<Record<string, { symbol: string; name: string }>> = {
    [core.world.text('SUI')]: { symbol: 'SUI', name: 'Sui' },
    [core.world.text('WAL')]: { symbol: 'WAL', name: 'WAL Token' },
  };
  const coin = known[coinType];
  if (!coin) throw new Refusal('NOT_FOUND', `Coin type ${coinType} not found`);
  return {
    coinType,
    metadata: { ...coin, decimals: 9, description: `${coin.name} of the embedded network`, iconUrl: '' },
  };
}
