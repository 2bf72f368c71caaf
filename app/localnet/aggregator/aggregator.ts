/**
 * The aggregator of an embedded network: bytes of certified blobs over plain HTTP, put together from what the network's storage nodes give
 * (walrus-protocol section 10.4). Every sliver is checked before it is served; rows whose node is gone are rebuilt from symbols of the others. It
 * can be told to misbehave, like a node.
 */
import type { Clock, Dice } from '../../domain/clock.ts';
import { parseBlobId, type BlobId } from '../../domain/blob-id.ts';
import { faultOf } from '../../domain/fault.ts';
import type { Chain, NodeDoor, NodeReply, NodeRequest, RunningNode, Workbench } from '../nodes/nodes.ts';
import { damage, type AggregatorFault } from './aggregator-fault.ts';
import { openBlobRows, type BlobRows } from './blob-rows.ts';

export { parseAggregatorFault, type AggregatorFault } from './aggregator-fault.ts';

export interface RunningAggregator extends NodeDoor {
  isRunning(): boolean;
  stop(): void;
  start(): void;
  setFault(fault: AggregatorFault | undefined): void;
  fault(): AggregatorFault | undefined;
}

export interface AggregatorParts {
  readonly chain: Chain;
  /** As they are at the moment. */
  readonly nodes: () => readonly RunningNode[];
  readonly workbench: Workbench;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** One answer is in memory as a whole; a blob of Floe has at most half of this. */
const answerBytesMax = 128 * 1024 * 1024;

export function openAggregator(parts: AggregatorParts): RunningAggregator {
  let isRunning = true;
  let fault: AggregatorFault | undefined;
  const blobRows = openBlobRows(parts);
  return {
    isRunning: () => isRunning,
    stop: () => {
      isRunning = false;
    },
    start: () => {
      isRunning = true;
    },
    setFault: (next) => {
      fault = next;
    },
    fault: () => fault,
    handle: (request) => damage(fault, () => answer(request, blobRows), request.signal, parts),
  };
}

async function answer(request: NodeRequest, blobRows: BlobRows): Promise<NodeReply> {
  const { method, path } = request;
  if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'method not allowed');
  if (path === '/status') return { status: 200, contentType: 'text/plain', body: new TextEncoder().encode('OK') };
  const match = /^\/v1\/blobs\/([A-Za-z0-9_-]+)(\/byte-range)?$/.exec(path);
  if (match === null) return refusal(404, 'no such path');
  const blobId = blobIdFrom(match[1] ?? '');
  if (blobId === undefined) return refusal(400, 'the blob id is invalid');
  const blob = await blobRows.find(blobId);
  if (blob === undefined) return refusal(404, 'the requested blob does not exist');
  const range = match[2] === undefined ? rangeIn(request.range, blob.bytes) : partIn(request.query, blob.bytes);
  if (range === undefined)
    return refusal(416, 'the range is not satisfiable', { 'content-range': `bytes */${blob.bytes}` });
  const { start, end, isPart } = range;
  if (end - start > answerBytesMax) return refusal(413, 'the answer would be too large');
  const body = await blob.read(start, end);
  if (body === undefined) return refusal(503, 'BLOB_UNAVAILABLE: too few slivers could be had, try again');
  return {
    status: isPart ? 206 : 200,
    contentType: 'application/octet-stream',
    headers: {
      etag: `"${blobId}"`,
      'cache-control': 'public, max-age=86400, stale-while-revalidate=3600',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      ...(isPart ? { 'content-range': `bytes ${start}-${end - 1}/${blob.bytes}` } : {}),
    },
    body,
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly isPart: boolean;
}

/** One range of the forms `a-b`, `a-` and `-n`; anything else asks for all, as RFC 9110 has it. Undefined when the blob has nothing of it. */
function rangeIn(header: string | undefined, bytes: number): Range | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return { start: 0, end: bytes, isPart: false };
  const [first = '', last = ''] = match.slice(1);
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  return start < end ? { start, end, isPart: true } : undefined;
}

/** `?start=&length=`: answered as a whole of its own. */
function partIn(query: URLSearchParams, bytes: number): Range | undefined {
  const number = (name: string): number =>
    /^\d{1,15}$/.test(query.get(name) ?? '') ? Number(query.get(name)) : Number.NaN;
  const [start, length] = [number('start'), number('length')];
  return length > 0 && start + length <= bytes ? { start, end: start + length, isPart: false } : undefined;
}

function blobIdFrom(text: string): BlobId | undefined {
  try {
    return parseBlobId(text);
  } catch (error) {
    if (faultOf(error)?.code === 'bad-input') return undefined;
    throw error;
  }
}

function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): NodeReply {
  const text = JSON.stringify({ error: { code: status, message } });
  return { status, contentType: 'application/json', headers, body: new TextEncoder().encode(text) };
}
