/**
 * A connection to one Sui full node: the official client over a guarded fetch, reads of objects in a checked form, and the proof that the
 * node serves the chain that was meant. Nothing is cached but what cannot change.
 */
import type { SuiClientTypes } from '@mysten/sui/client';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { deriveDynamicFieldID, fromBase58, parseStructTag } from '@mysten/sui/utils';
import type { BcsType } from '@mysten/sui/bcs';
import { bcs } from '@mysten/sui/bcs';
import { toHex } from '../../domain/bytes.ts';
import type { Clock } from '../../domain/clock.ts';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { cancelled, faultFromCall } from './chain-faults.ts';
import { guardedFetch, unlessAborted } from './guarded-fetch.ts';
import { decodeExactly, fieldLayout, safeNumber, unknownShape } from './layouts.ts';
import { pageObjects } from './limits.ts';
import type { ChainEndpoint } from './profiles.ts';
import { pinnedChain } from './profiles.ts';

export type Struct = ReturnType<typeof parseStructTag>;

/** An object as the chain holds it now. */
export interface ChainObject {
  readonly id: SuiId;
  readonly version: bigint;
  readonly digest: string;
  readonly type: Struct;
  /** The address that owns it; undefined when shared, immutable or inside another object. */
  readonly owner: SuiId | undefined;
  /** BCS of the Move value. */
  readonly content: Uint8Array;
}

export interface ServiceState {
  readonly suiEpoch: bigint;
  /** Time of the newest checkpoint, ms since 1970; undefined when the node does not tell it. */
  readonly timeMs: number | undefined;
}

export interface Remote {
  readonly client: SuiGrpcClient;
  readonly clock: Clock;
  readonly endpoint: ChainEndpoint;
  readonly fetch: typeof fetch;
  /** Runs one call to the node; whatever it throws comes out as a fault. */
  ask<T>(call: () => PromiseLike<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Faults 'network-mismatch' unless the node serves the endpoint's chain. */
  service(signal: AbortSignal | undefined): Promise<ServiceState>;
  /** The service check, asked once for as long as it was passed. */
  checked(signal: AbortSignal | undefined): Promise<void>;
  /** Objects in the order asked; undefined for what is not there. */
  objects(ids: readonly SuiId[], signal: AbortSignal | undefined): Promise<readonly (ChainObject | undefined)[]>;
  states(ids: readonly SuiId[], signal: AbortSignal | undefined): Promise<ReadonlyMap<SuiId, ObjectState>>;
}

export interface ObjectState {
  readonly version: bigint;
  readonly digest: string;
}

export function isType(type: Struct, module: string, name: string): boolean {
  return type.module === module && type.name === name;
}

/** A Move type's text, in the one normal form. */
export function typeOf(text: string, what: string): Struct {
  try {
    return parseStructTag(text);
  } catch (error) {
    throw unknownShape(what, error);
  }
}

/** The content of an object of the given type, read strictly. */
export function contentOf<T, Input>(
  object: ChainObject,
  [module, name]: readonly [string, string],
  layout: BcsType<T, Input>,
): T {
  const what = `the object ${object.id}`;
  if (!isType(object.type, module, name)) throw unknownShape(what);
  return decodeExactly(layout, object.content, what);
}

/** Where the inner state of a versioned object lies: the dynamic field `version` of type u64. */
export function innerFieldId(parent: SuiId, version: bigint | string): SuiId {
  return parseSuiId(deriveDynamicFieldID(parent, 'u64', bcs.u64().serialize(version).toBytes()));
}

/** The value of a field 0x2::dynamic_field::Field<u64, module::name>. */
export function innerOf<T, Input>(
  object: ChainObject | undefined,
  [module, name]: readonly [string, string],
  layout: BcsType<T, Input>,
): T {
  const what = `${module}::${name}`;
  const held = object?.type.typeParams[1];
  if (object === undefined || held === undefined || typeof held === 'string' || !isType(held, module, name)) {
    throw unknownShape(what);
  }
  return contentOf(object, ['dynamic_field', 'Field'], fieldLayout(bcs.u64(), layout)).value;
}

function openService(remote: Pick<Remote, 'client' | 'endpoint' | 'ask'>): Remote['service'] {
  return async (signal) => {
    const { response } = await remote.ask(
      () => remote.client.ledgerService.getServiceInfo({}, signal ? { abort: signal } : {}),
      signal,
    );
    const pinned = pinnedChain[remote.endpoint.network];
    if (pinned !== undefined && !chainIdStartsWith(response.chainId, pinned)) {
      throw new Fault(
        'network-mismatch',
        'after-user',
        `The Sui node at ${hostOf(remote.endpoint.grpcUrl)} does not serve ${remote.endpoint.network}.`,
      );
    }
    const { epoch, timestamp } = response;
    if (epoch === undefined) throw unknownShape('its epoch');
    const timeMs = timestamp && safeNumber(timestamp.seconds, 'its time') * 1000 + Math.floor(timestamp.nanos / 1e6);
    return { suiEpoch: epoch, timeMs };
  };
}

function chainIdStartsWith(chainId: string | undefined, pinned: string): boolean {
  try {
    return toHex(fromBase58(chainId ?? '')).startsWith(pinned);
  } catch {
    // Not base58, so not the chain that was meant.
    return false;
  }
}

/** The host of a URL: credentials or tokens in its other parts are nobody's business. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'this address';
}

export function openRemote(endpoint: ChainEndpoint, clock: Clock, base: typeof fetch): Remote {
  const guarded = guardedFetch(base, clock);
  const client = new SuiGrpcClient({
    network: endpoint.network,
    baseUrl: endpoint.grpcUrl,
    format: 'binary',
    fetch: guarded,
  });
  const ask: Remote['ask'] = async (call, signal) => {
    if (signal?.aborted === true) throw cancelled(signal);
    try {
      return await unlessAborted(Promise.resolve(call()), signal);
    } catch (error) {
      throw faultFromCall(error, signal);
    }
  };
  const service = openService({ client, endpoint, ask });
  let isChecked = false;
  return {
    client,
    clock,
    endpoint,
    fetch: guarded,
    ask,
    service,
    async checked(signal) {
      if (isChecked) return;
      await service(signal);
      isChecked = true;
    },
    objects: (ids, signal) => readObjects({ client, ask }, ids, signal),
    states: (ids, signal) => readStates({ client, ask }, ids, signal),
  };
}

async function readObjects(
  { client, ask }: Pick<Remote, 'client' | 'ask'>,
  ids: readonly SuiId[],
  signal: AbortSignal | undefined,
): Promise<readonly (ChainObject | undefined)[]> {
  const found: (ChainObject | undefined)[] = [];
  for (let at = 0; at < ids.length; at += pageObjects) {
    const objectIds = ids.slice(at, at + pageObjects);
    const { objects } = await ask(
      () => client.core.getObjects({ objectIds, include: { content: true }, ...(signal ? { signal } : {}) }),
      signal,
    );
    objectIds.forEach((id, i) => found.push(objectFrom(id, objects[i])));
  }
  return found;
}

/** Versions and digests alone; objects that are gone are left out. */
async function readStates(
  { client, ask }: Pick<Remote, 'client' | 'ask'>,
  ids: readonly SuiId[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SuiId, ObjectState>> {
  const found = new Map<SuiId, ObjectState>();
  for (let at = 0; at < ids.length; at += pageObjects) {
    const objectIds = ids.slice(at, at + pageObjects);
    const { objects } = await ask(() => client.core.getObjects({ objectIds, ...(signal ? { signal } : {}) }), signal);
    objectIds.forEach((id, i) => {
      const answer = objects[i];
      if (isThere(answer)) found.set(id, { version: versionOf(answer, id), digest: answer.digest });
    });
  }
  return found;
}

/** False when the object is gone; a question that failed is a fault. */
function isThere<T extends object>(answer: T | Error | undefined): answer is T {
  if (!(answer instanceof Error)) return answer !== undefined;
  if ('reason' in answer && answer.reason !== 'unknown') return false;
  throw new Fault('network-unreachable', 'later', 'The Sui node could not read an object just now.', answer);
}

function versionOf({ version }: { readonly version: string }, id: SuiId): bigint {
  if (!/^\d+$/.test(version)) throw unknownShape(`the object ${id}`);
  return BigInt(version);
}

type Answered = SuiClientTypes.Object<{ content: true }> | Error;

function objectFrom(id: SuiId, answer: Answered | undefined): ChainObject | undefined {
  const what = `the object ${id}`;
  if (answer === undefined) throw unknownShape(what);
  if (!isThere(answer)) return undefined;
  if (answer.content === undefined || answer.content === null) throw unknownShape(what);
  if (parseSuiId(answer.objectId) !== id) throw unknownShape(what);
  return {
    id,
    version: versionOf(answer, id),
    digest: answer.digest,
    type: typeOf(answer.type, what),
    owner: answer.owner?.$kind === 'AddressOwner' ? parseSuiId(answer.owner.AddressOwner) : undefined,
    content: answer.content,
  };
}
