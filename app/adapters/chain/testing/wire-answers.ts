/** For tests: answers of a full node in gRPC-web frames (a flag byte, a big-endian length, the payload; the last frame is the trailer). */

function frame(flag: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** A body that claims to be one data frame. */
export const dataFrame = (payload: Uint8Array): Buffer => frame(0, payload);

export const grpcHeaders = { 'content-type': 'application/grpc-web+proto' };

export function grpcAnswer(message: Uint8Array | undefined, status = 0, words = ''): Response {
  const trailer = Buffer.from(`grpc-status:${status}\r\ngrpc-message:${encodeURIComponent(words)}\r\n`);
  const frames = [...(message === undefined ? [] : [dataFrame(message)]), frame(0x80, trailer)];
  return new Response(Buffer.concat(frames), { headers: grpcHeaders });
}

interface MessageType<Message> {
  fromBinary(bytes: Uint8Array): Message;
  toBinary(message: Message): Uint8Array;
}

/** The answer with its one message changed. */
export async function changed<Message>(
  response: Response,
  type: MessageType<Message>,
  change: (message: Message) => void,
): Promise<Response> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const end = 5 + bytes.readUInt32BE(1);
  const message = type.fromBinary(bytes.subarray(5, end));
  change(message);
  return new Response(Buffer.concat([dataFrame(type.toBinary(message)), bytes.subarray(end)]), {
    headers: response.headers,
  });
}
