/**
 * A storage node's requests and replies as values, so that one logic serves sockets and memory alike, and the JSON forms that real
 * nodes answer with (walrus-protocol section 3.1).
 */

export interface NodeRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Undefined when the header is missing. */
  readonly contentType: string | undefined;
  /** The Authorization header; storage nodes ask for none but where shards are handed over. */
  readonly authorization?: string | undefined;
  /** The Range header; storage nodes do not look at it. */
  readonly range?: string | undefined;
  /** Empty when there is none. A node may take it over: it must not be used after `handle`. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Aborted when the asker went away. */
  readonly signal: AbortSignal | undefined;
}

export interface NodeReply {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Further headers, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The asker's own from here on: it may be written to, and its memory given back. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What answers node requests: a storage node, or a decorator around one. */
export interface NodeDoor {
  handle(request: NodeRequest): Promise<NodeReply>;
}

const encoder = new TextEncoder();
export const octetStream = 'application/octet-stream';

export function bytesReply(body: Uint8Array<ArrayBuffer>): NodeReply {
  return { status: 200, contentType: octetStream, body };
}

export function textReply(status: number, text: string): NodeReply {
  return { status, contentType: text === '' ? undefined : 'text/plain; charset=utf-8', body: encoder.encode(text) };
}

function jsonReply(status: number, value: unknown): NodeReply {
  return { status, contentType: 'application/json', body: encoder.encode(JSON.stringify(value)) };
}

export function successReply(data: unknown, code = 200): NodeReply {
  return jsonReply(code, { success: { code, data } });
}

/** Status names and their HTTP codes; only those that this node uses. */
const statusCodes = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

/** Every reason a node gives, with its status and whether it belongs to the storage node's domain or the global one. */
const reasons = {
  NOT_REGISTERED: 'FAILED_PRECONDITION',
  CACHE_SATURATED: 'FAILED_PRECONDITION',
  INVALID_BLOB: 'FAILED_PRECONDITION',
  INVALID_METADATA: 'INVALID_ARGUMENT',
  UNSUPPORTED_ENCODING_TYPE: 'INVALID_ARGUMENT',
  INVALID_CONTENT_TYPE: 'INVALID_ARGUMENT',
  METADATA_REQUIRED: 'FAILED_PRECONDITION',
  METADATA_NOT_FOUND: 'NOT_FOUND',
  SHARD_NOT_ASSIGNED: 'FAILED_PRECONDITION',
  SLIVER_TOO_LARGE: 'FAILED_PRECONDITION',
  INVALID_SLIVER: 'INVALID_ARGUMENT',
  SLIVER_INDEX_MISMATCH: 'INVALID_ARGUMENT',
  INDEX_OUT_OF_RANGE: 'INVALID_ARGUMENT',
  RECOVERY_SYMBOL_OUT_OF_RANGE: 'INVALID_ARGUMENT',
  SLIVER_NOT_FOUND: 'NOT_FOUND',
  MISSING_SLIVERS: 'FAILED_PRECONDITION',
  SYMBOL_NOT_PRESENT_AT_SHARDS: 'FAILED_PRECONDITION',
  NO_SYMBOLS_SPECIFIED: 'FAILED_PRECONDITION',
  NO_TARGET_SLIVERS_SPECIFIED: 'FAILED_PRECONDITION',
  INVALID_FILTER: 'INVALID_ARGUMENT',
  INVALID_PROOF: 'INVALID_ARGUMENT',
  REQUEST_UNAUTHORIZED: 'PERMISSION_DENIED',
  MESSAGE_VERIFICATION_FAILED: 'INVALID_ARGUMENT',
  INVALID_EPOCH: 'INVALID_ARGUMENT',
  SLIVER_COUNT_EXCEEDS_LIMIT: 'INVALID_ARGUMENT',
  INTERNAL_ERROR: 'INTERNAL',
  UNAVAILABLE: 'UNAVAILABLE',
} as const satisfies Record<string, keyof typeof statusCodes>;

type Reason = keyof typeof reasons;

const globalReasons: ReadonlySet<Reason> = new Set(['INTERNAL_ERROR', 'UNAVAILABLE']);

/** An error as real nodes write it. METADATA_REQUIRED is METADATA_NOT_FOUND where the missing metadata is a precondition. */
export function errorReply(reason: Reason, message: string): NodeReply {
  const status = reasons[reason];
  const code = statusCodes[status];
  const written = reason === 'METADATA_REQUIRED' ? 'METADATA_NOT_FOUND' : reason;
  const domain = globalReasons.has(reason) ? 'global' : 'storage.walrus.space';
  const details = [{ '@type': 'ErrorInfo', reason: written, domain, metadata: {} }];
  return jsonReply(code, { error: { code, status, message, details } });
}

/** An ordinary refusal on its way out of the logic; `replyOf` turns it into the reply. */
export class Refusal extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.name = 'Refusal';
    this.reason = reason;
  }
}
