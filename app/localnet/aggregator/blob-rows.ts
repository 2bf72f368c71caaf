/**
 * Bytes of a blob out of the rows that storage nodes hold. A row that its node does not give, or gives wrongly, is rebuilt from symbols of the others; what
 * comes out has the hash in the metadata, or nothing does.
 */
import { blobIdToBytes, rotationOf, type BlobId } from '../../domain/blob-id.ts';
import { within } from '../../domain/deadline.ts';
import { Fault } from '../../domain/fault.ts';
import { redStuff, symbolBytes, type RedStuff } from '../../domain/redstuff.ts';
import {
  encodeSliver,
  parseDecodingSymbols,
  parseMetadataWithId,
  parseSliver,
  type MetadataBody,
} from '../../../native-workers/walrus-bcs/walrus-bcs.ts';
import type { NodeDoor } from '../nodes/nodes.ts';
import type { AggregatorParts } from './aggregator.ts';

export interface FoundBlob {
  readonly bytes: number;
  /** Bytes [start, end); undefined when too few slivers can be had. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export interface BlobRows {
  /** A blob that is certified, by what a storage node says; undefined when none knows it. */
  find(blobId: BlobId): Promise<FoundBlob | undefined>;
}

type Parts = Pick<AggregatorParts, 'chain' | 'nodes' | 'workbench' | 'clock'>;

/** A node that says nothing for so long is passed over. */
const nodeMs = 2_000;
const never = new AbortController().signal;
const rowsInParallel = 8;

export function openBlobRows({ chain, nodes, workbench, clock }: Parts): BlobRows {
  /** Undefined when it has nothing to say, nothing in time, or nonsense, which all come to the same. */
  async function ask<T>(
    node: NodeDoor,
    path: string,
    query: string,
    parse: (body: Uint8Array) => T,
  ): Promise<T | undefined> {
    const late = (): Fault => new Fault('node-failed', 'later', 'A storage node does not answer.');
    const request = {
      method: 'GET',
      path,
      query: new URLSearchParams(query),
      contentType: undefined,
      body: new Uint8Array(0),
    };
    try {
      const reply = await within(clock, nodeMs, never, late, (signal) => node.handle({ ...request, signal }));
      return reply.status === 200 ? parse(reply.body) : undefined;
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  async function findMetadata(blobId: BlobId): Promise<MetadataBody | undefined> {
    for (const node of nodes()) {
      const isCertified = await ask(node, `/v1/blobs/${blobId}/status`, '', isCertifiedIn);
      if (isCertified !== true) continue;
      const found = await ask(node, `/v1/blobs/${blobId}/metadata`, '', parseMetadataWithId);
      const blobIdBytes = blobIdToBytes(blobId);
      const isProven =
        found && (await workbench.checkMetadata({ kind: 'metadata', blobId: blobIdBytes, ...found.body }));
      if (isProven === true) return found?.body;
    }
    return undefined;
  }

  /** Those that may hold it: while shards are moving, the owners before have it too. */
  function holdersOf(shard: number): readonly NodeDoor[] {
    const committees = [chain.committee(), ...(chain.isChanging() ? [chain.previousCommittee()] : [])];
    const members = committees.flatMap((committee) => committee?.members ?? []);
    const ids = new Set(members.filter(({ shards }) => shards.includes(shard)).map(({ nodeId }) => nodeId));
    return nodes().filter(({ nodeId }) => ids.has(nodeId));
  }

  async function isGenuine(code: RedStuff, metadata: MetadataBody, row: number, body: Uint8Array): Promise<boolean> {
    const expectedHash = metadata.hashes.subarray(row * 64, row * 64 + 32);
    const own = new Uint8Array(body);
    return workbench.checkSliver({
      kind: 'sliver',
      shards: code.shards,
      axis: 'primary',
      body: own,
      expectedHash,
      path: undefined,
    });
  }

  async function readRow(blobId: BlobId, metadata: MetadataBody, row: number): Promise<Uint8Array | undefined> {
    const code = redStuff(chain.committee().shards);
    const shard = (row + rotationOf(blobId, code.shards)) % code.shards;
    const liars = new Set<NodeDoor>();
    for (const node of holdersOf(shard)) {
      const body = await ask(node, `/v1/blobs/${blobId}/slivers/${row}/primary`, '', (bytes) => bytes);
      if (body === undefined) continue;
      if (await isGenuine(code, metadata, row, body)) return parseSliver(body).data;
      liars.add(node);
    }
    return rebuildRow(code, blobId, metadata, row, liars);
  }

  async function rebuildRow(
    code: RedStuff,
    blobId: BlobId,
    metadata: MetadataBody,
    row: number,
    liars: ReadonlySet<NodeDoor>,
  ): Promise<Uint8Array | undefined> {
    const bytes = symbolBytes(code, metadata.unencodedBytes);
    const symbols = new Map<number, Uint8Array>();
    for (const node of nodes()) {
      if (symbols.size >= code.columns) break;
      if (liars.has(node)) continue;
      const path = `/v1/blobs/${blobId}/decodingSymbols`;
      const answer = await ask(node, path, `targetType=primary&targetSlivers=${row}`, parseDecodingSymbols);
      for (const { index, data } of answer?.get(row) ?? [])
        if (index < code.shards && data.length === bytes) symbols.set(index, data);
    }
    const some = [...symbols].slice(0, code.columns);
    if (some.length < code.columns) return undefined;
    const together = new Uint8Array(some.length * bytes);
    for (const [i, [, data]] of some.entries()) together.set(data, i * bytes);
    const { shards } = code;
    const indices = some.map(([index]) => index);
    const data = await workbench.recover({
      kind: 'recover',
      shards,
      axis: 'primary',
      symbolBytes: bytes,
      indices,
      symbols: together,
    });
    const body = encodeSliver({ data, symbolBytes: bytes, index: row });
    return (await isGenuine(code, metadata, row, body)) ? parseSliver(body).data : undefined;
  }

  return {
    async find(blobId) {
      const metadata = await findMetadata(blobId);
      if (metadata === undefined) return undefined;
      const code = redStuff(chain.committee().shards);
      const rowBytes = code.columns * symbolBytes(code, metadata.unencodedBytes);
      return {
        bytes: metadata.unencodedBytes,
        async read(start, end) {
          const out = new Uint8Array(end - start);
          const rows: number[] = [];
          for (let row = Math.floor(start / rowBytes); row * rowBytes < end; row++) rows.push(row);
          let isWhole = true;
          const work = async (): Promise<void> => {
            for (let row = rows.shift(); row !== undefined && isWhole; row = rows.shift()) {
              const data = await readRow(blobId, metadata, row);
              if (data === undefined) isWhole = false;
              else copyPart(data, row * rowBytes, out, start);
            }
          };
          await Promise.all(Array.from({ length: rowsInParallel }, work));
          return isWhole ? out : undefined;
        },
      };
    },
  };
}

/** What of a row at `rowStart` lies in bytes from `start` on. */
function copyPart(row: Uint8Array, rowStart: number, out: Uint8Array, start: number): void {
  const from = Math.max(0, start - rowStart);
  const to = Math.min(row.length, start + out.length - rowStart);
  out.set(row.subarray(from, to), rowStart + from - start);
}

/** Whether a node's word on a blob says that it is certified. */
function isCertifiedIn(body: Uint8Array): boolean {
  const answer = JSON.parse(new TextDecoder().decode(body)) as {
    success?: {
      data?: { permanent?: { isCertified?: boolean }; deletable?: { initialCertifiedEpoch?: number | null } };
    };
  };
  const { permanent, deletable } = answer.success?.data ?? {};
  return permanent?.isCertified === true || typeof deletable?.initialCertifiedEpoch === 'number';
}
