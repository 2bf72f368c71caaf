/**
 * Storage pools and the blobs registered in them. A pool is an object with a versioned inner state; its blobs lie in an
 * `ObjectTable<u256, PooledBlob>`, so each is an object behind a dynamic object field whose id follows from table and blob id.
 */
import { bcs } from '@mysten/sui/bcs';
import type { SuiGrpcClient } from '@mysten/sui/grpc';
import { deriveDynamicFieldID } from '@mysten/sui/utils';
import type { BlobId } from '../../domain/blob-id.ts';
import { blobIdFromU256, blobIdToU256 } from '../../domain/blob-id.ts';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';
import type { Pool, PooledBlob } from '../../ports/chain.ts';
import {
  blobLinkLayout,
  pooledBlobLayout,
  safeNumber,
  storagePoolInnerLayout,
  storagePoolLayout,
  unknownShape,
} from './layouts.ts';
import { listPagesMax, pageObjects } from './limits.ts';
import type { ChainObject, Remote } from './remote.ts';
import { contentOf, innerFieldId, innerOf } from './remote.ts';

export interface PoolView extends Pool {
  /** Id of the table that holds the blobs. */
  readonly table: SuiId;
}

/** RS2, the one encoding that exists. */
const encodingType = 1;

const wrapper = bcs.struct('Wrapper', { name: bcs.u256() });

/** The id of the link from a blob table to one blob: framework type `dynamic_object_field::Wrapper<u256>`. */
export function blobLinkId(table: SuiId, blobId: BlobId): SuiId {
  const key = wrapper.serialize({ name: blobIdToU256(blobId) }).toBytes();
  return parseSuiId(deriveDynamicFieldID(table, '0x2::dynamic_object_field::Wrapper<u256>', key));
}

export async function readPool(
  remote: Remote,
  id: SuiId,
  signal: AbortSignal | undefined,
): Promise<PoolView | undefined> {
  await remote.checked(signal);
  const [object] = await remote.objects([id], signal);
  if (object === undefined) return undefined;
  const { version } = contentOf(object, ['storage_pool', 'StoragePool'], storagePoolLayout);
  const [field] = await remote.objects([innerFieldId(id, version)], signal);
  const inner = innerOf(field, ['storage_pool', 'StoragePoolInnerV1'], storagePoolInnerLayout);
  const what = `the storage pool ${id}`;
  return {
    id,
    capacityBytes: safeNumber(inner.storage.storage_size, what),
    usedBytes: safeNumber(inner.used_encoded_bytes, what),
    startEpoch: inner.storage.start_epoch,
    endEpoch: inner.storage.end_epoch,
    blobCount: safeNumber(inner.blob_count, what),
    table: parseSuiId(inner.blobs.id),
  };
}

/** The pool, or a fault: for callers that were told its id by the chain. */
export async function demandPool(remote: Remote, id: SuiId, signal: AbortSignal | undefined): Promise<PoolView> {
  const pool = await readPool(remote, id, signal);
  if (pool === undefined) throw new Fault('not-found', 'never', `There is no storage pool ${id} on this network.`);
  return pool;
}

function blobFrom(object: ChainObject, pool: SuiId): PooledBlob {
  const blob = contentOf(object, ['storage_pool', 'PooledBlob'], pooledBlobLayout);
  const what = `the blob ${object.id}`;
  if (parseSuiId(blob.storage_pool_id) !== pool || blob.encoding_type !== encodingType) throw unknownShape(what);
  return {
    blobId: blobIdFromU256(BigInt(blob.blob_id)),
    objectId: object.id,
    unencodedBytes: safeNumber(blob.unencoded_size, what),
    registeredEpoch: blob.registered_epoch,
    certifiedEpoch: blob.certified_epoch ?? undefined,
    deletable: blob.deletable,
  };
}

export async function readPooledBlob(
  remote: Remote,
  pool: SuiId,
  blobId: BlobId,
  signal: AbortSignal | undefined,
): Promise<PooledBlob | undefined> {
  const view = await readPool(remote, pool, signal);
  if (view === undefined) return undefined;
  const [link] = await remote.objects([blobLinkId(view.table, blobId)], signal);
  if (link === undefined) return undefined;
  const { value } = contentOf(link, ['dynamic_field', 'Field'], blobLinkLayout);
  const [object] = await remote.objects([parseSuiId(value)], signal);
  // Deleted between the two questions.
  if (object === undefined) return undefined;
  const blob = blobFrom(object, pool);
  if (blob.blobId !== blobId) throw unknownShape(`the blob ${object.id}`);
  return blob;
}

export async function* readPooledBlobs(
  remote: Remote,
  pool: SuiId,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly PooledBlob[]> {
  const { table } = await demandPool(remote, pool, signal);
  for await (const fields of listFields(remote, table, signal)) {
    const ids = fields.flatMap((field) => (field.childId === undefined ? [] : [parseSuiId(field.childId)]));
    if (ids.length !== fields.length) throw unknownShape(`the storage pool ${pool}`);
    const objects = await remote.objects(ids, signal);
    // What is missing was deleted after the page was listed.
    yield objects.flatMap((object) => (object === undefined ? [] : [blobFrom(object, pool)]));
  }
}

export interface ListedField {
  readonly fieldId: string;
  readonly nameType: string;
  readonly valueType: string;
  readonly childId: string | undefined;
}

/** Pages of the dynamic fields of an object. A cursor that comes back unchanged or a listing without end is a fault. */
export async function* listFields(
  remote: Remote,
  parentId: SuiId,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ListedField[]> {
  let cursor: string | null = null;
  for (let page = 0; page < listPagesMax; page++) {
    const at: string | null = cursor;
    const answer: Awaited<ReturnType<SuiGrpcClient['listDynamicFields']>> = await remote.ask(
      () =>
        remote.client.listDynamicFields({
          parentId,
          limit: pageObjects,
          ...(at === null ? {} : { cursor: at }),
          ...(signal ? { signal } : {}),
        }),
      signal,
    );
    yield answer.dynamicFields.map((field) => ({
      fieldId: field.fieldId,
      nameType: field.name.type,
      valueType: field.valueType,
      childId: field.$kind === 'DynamicObject' ? field.childId : undefined,
    }));
    if (!answer.hasNextPage || answer.cursor === null) return;
    if (answer.cursor === cursor) break;
    cursor = answer.cursor;
  }
  throw unknownShape(`the list of ${parentId}`);
}
