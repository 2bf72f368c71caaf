/** How a method of `sui.rpc.v2` is implemented here: one answer, or a stream of answers until the caller goes. */
type Unary<Request, Response> = (request: Request) => Response | Promise<Response>;
type Streaming<Request, Response> = (request: Request, signal: AbortSignal) => AsyncIterable<Response>;

export interface Method {
  readonly read: (bytes: Uint8Array) => unknown;
  readonly write: (message: never) => Uint8Array;
  readonly call:
    | { readonly kind: 'unary'; readonly run: Unary<never, unknown> }
    | { readonly kind: 'stream'; readonly run: Streaming<never, unknown> };
}

interface Types<Request extends object, Response extends object> {
  readonly I: { fromBinary(bytes: Uint8Array): Request };
  readonly O: { create(value?: object): Response; toBinary(message: Response): Uint8Array };
}

export function unary<Request extends object, Response extends object>(
  types: Types<Request, Response>,
  run: (request: Request) => Response | Promise<Response>,
): Method {
  return {
    read: (bytes) => types.I.fromBinary(bytes),
    write: (message) => types.O.toBinary(types.O.create(message)),
    call: { kind: 'unary', run: run as Unary<never, unknown> },
  };
}

export function stream<Request extends object, Response extends object>(
  types: Types<Request, Response>,
  run: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): Method {
  return {
    read: (bytes) => types.I.fromBinary(bytes),
    write: (message) => types.O.toBinary(types.O.create(message)),
    call: { kind: 'stream', run: run as Streaming<never, unknown> },
  };
}
