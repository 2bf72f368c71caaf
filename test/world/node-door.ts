/**
 * A door to storage nodes that only serve reads, as bytes on the wire: what a hostile or broken node could send, each node can be told to
 * send, by kind of answer. Goes behind the real node client (`openNodes`), so that its caps and deadlines are what is tried. One shard for
 * each node. The bytes that leave are counted.
 */
import { pairOfShard, type BlobId } from '../../app/domain/blob-id.ts';
import type { Clock } from '../../app/domain/clock.ts';
import type { Fetch } from '../../app/adapters/nodes/nodes.ts';

export const lies = ['flipped', 'cut', 'long', 'misplaced', 'other blob', 'drip', 'endless', 'empty', 'html'] as const;
export const absences = ['missing', 'unreachable', 'silent', 'failing', 'forbidden', 'busy'] as const;
export type Manner = 'honest' | (typeof lies)[number] | (typeof absences)[number];

/** Bodies by what stands behind `/v1/blobs/{id}/`: 'metadata', 'slivers/{pair}/{axis}'. */
export type StoredBodies = ReadonlyMap<string, Uint8Array>;

export interface NodeDoorOptions {
  readonly clock: Clock;
  readonly shards: number;
  readonly blobs: ReadonlyMap<BlobId, StoredBodies>;
  /** How shard `shard` behaves when it is asked for `what`. */
  readonly mannerOf: (shard: number, what: string) => Manner;
}

export interface NodeDoor {
  readonly fetch: Fetch;
  requests: number;
  /** Bytes of bodies that were handed out. */
  bytes: number;
}

const binary = { 'content-type': 'application/octet-stream' };
const dripMs = 700;
const pieceBytes = 16 * 1024;

function refused(status: number, reason: string): Response {
  const body = JSON.stringify({ error: { code: status, details: [{ reason }] } });
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

/** Whoever asks gives up first. */
function silence(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(new Error('the asker went away'));
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

export function openNodeDoor(options: NodeDoorOptions): NodeDoor {
  const { clock, shards, blobs, mannerOf } = options;

  function stream(next: () => Promise<Uint8Array | undefined>): Response {
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const piece = await next();
          if (piece === undefined) return controller.close();
          door.bytes += piece.length;
          controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: 200, headers: binary });
  }

  /** The same body of another blob, or another body of this one. */
  function foreign(blob: BlobId, what: string, sameBlob: boolean): Uint8Array | undefined {
    if (!sameBlob) return [...blobs].find(([id]) => id !== blob)?.[1].get(what);
    const [, pair = '', axis = ''] = what.split('/');
    const other = (Number(pair) + 1) % shards;
    return axis === '' ? undefined : blobs.get(blob)?.get(`slivers/${other}/${axis}`);
  }

  function whole(body: Uint8Array | undefined): Response {
    if (body === undefined) return refused(404, 'SLIVER_NOT_FOUND');
    door.bytes += body.length;
    return new Response(new Uint8Array(body), { status: 200, headers: binary });
  }

  const door: NodeDoor = {
    requests: 0,
    bytes: 0,
    async fetch(url, { signal }) {
      door.requests++;
      const { hostname, pathname } = new URL(url);
      const shard = Number(/\d+/.exec(hostname)?.[0]);
      const [, , , id = '', ...rest] = pathname.split('/');
      const blob = id as BlobId;
      const what = rest.join('/');
      const pair = rest[0] === 'slivers' ? Number(rest[1]) : undefined;
      if (pair !== undefined && pairOfShard(shard, blob, shards) !== pair) return refused(400, 'SHARD_NOT_ASSIGNED');
      const body = blobs.get(blob)?.get(what);
      const genuine = new Uint8Array(body ?? new Uint8Array(100));
      const manner = mannerOf(shard, what);
      switch (manner) {
        case 'honest':
          return whole(body);
        case 'missing':
          return whole(undefined);
        case 'unreachable':
          throw new TypeError('fetch failed');
        case 'silent':
          return silence(signal);
        case 'failing':
          return refused(500, 'INTERNAL');
        case 'forbidden':
          return refused(451, 'FORBIDDEN_BLOB');
        case 'busy':
          return new Response('', { status: 429, headers: { 'retry-after': '100000' } });
        case 'flipped':
          genuine[genuine.length >> 1] = (genuine[genuine.length >> 1] ?? 0) ^ 1;
          return whole(genuine);
        case 'cut':
          return whole(genuine.subarray(0, genuine.length - 1));
        case 'long':
          return whole(new Uint8Array(genuine.length + 1));
        case 'misplaced':
          return whole(foreign(blob, what, true) ?? genuine.subarray(1));
        case 'other blob':
          return whole(foreign(blob, what, false));
        case 'empty':
          return whole(new Uint8Array(0));
        case 'html':
          return new Response('<p>Welcome</p>', { status: 200, headers: { 'content-type': 'text/html' } });
        case 'endless':
          return stream(async () => new Uint8Array(pieceBytes));
        case 'drip': {
          let at = 0;
          return stream(async () => {
            await clock.sleep(dripMs, signal ?? undefined);
            return genuine.subarray(at, ++at);
          });
        }
      }
    },
  };
  return door;
}
