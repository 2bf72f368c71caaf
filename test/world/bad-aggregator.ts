/** An aggregator on a real socket that gives bytes of one blob, or misbehaves in every way that a server can. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { parseAggregatorUrl, type AggregatorUrl } from '../../app/domain/aggregator-url.ts';
import type { BlobId } from '../../app/domain/blob-id.ts';

interface Answering {
  readonly response: ServerResponse;
  /** What was asked for. */
  readonly part: Buffer;
  readonly whole: Buffer;
  readonly start: number;
  /** Answers as it should be. */
  right(bytes?: Buffer): void;
  head(bytes: number | undefined, more?: Readonly<Record<string, string>>): void;
}

const page = '<html><body>Something went wrong.</body></html>';

/** Writes for as long as anybody listens. */
function forEver(response: ServerResponse, piece: Buffer, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.on('close', () => clearInterval(timer));
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const wrong = Buffer.from(bytes);
  wrong[at] = (wrong[at] ?? 0) ^ 1;
  return wrong;
};

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}) =>
  ({ response }: Answering): void =>
    void response.writeHead(code, headers).end();

/** Each is one way to be bad; `liars` are those that send the wrong bytes in the right form. */
export const badWays = {
  'not found': status(404),
  busy: status(503, { 'retry-after': '3600' }),
  'too many': status(429, { 'retry-after': '3600' }),
  blocked: status(451),
  'an error': status(500),
  'not satisfiable': status(416),
  'a redirect': status(302, { location: 'http://127.0.0.1:1/v1/blobs/elsewhere' }),
  'a redirect for good': status(308, { location: '//127.0.0.1:1/' }),
  'a page with 200': ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end(page),
  'a page with 206': ({ response }) => void response.writeHead(206, { 'content-type': 'text/html' }).end(page),
  'the whole blob with 200': ({ response, whole }) => void response.writeHead(200).end(whole),
  'for ever with 200': ({ response, whole }) => forEver(response.writeHead(200), whole, 1),
  'for ever with 404': ({ response, whole }) => forEver(response.writeHead(404), whole, 1),
  'for ever with 206': ({ response, part, head }) => {
    head(undefined);
    forEver(response, part, 1);
  },
  'more than it says': ({ response, part, head }) => {
    head(undefined);
    response.end(Buffer.concat([part, part]));
  },
  'less than was asked for': ({ part, right }) => right(part.subarray(0, part.length >> 1)),
  'less than it says': ({ response, part, head }) => {
    head(part.length);
    response.write(part.subarray(0, part.length >> 1), () => response.destroy());
  },
  'less, and an end': ({ response, part, head }) => {
    head(undefined);
    response.end(part.subarray(0, part.length >> 1));
  },
  nothing: ({ response, head }) => {
    head(undefined);
    response.end();
  },
  'a reset': ({ response }) => void response.socket?.resetAndDestroy(),
  'a reset in the middle': ({ response, part, head }) => {
    head(part.length);
    response.write(part.subarray(0, part.length >> 1), () => response.socket?.resetAndDestroy());
  },
  silence: () => undefined,
  'silence after the head': ({ response, part, head }) => {
    head(part.length);
    response.flushHeaders();
  },
  'silence in the middle': ({ response, part, head }) => {
    head(part.length);
    response.write(part.subarray(0, part.length >> 1));
  },
  'a drip': ({ response, part, head }) => {
    head(part.length);
    let at = 0;
    const timer = setInterval(() => response.write(part.subarray(at, ++at)), 5);
    response.on('close', () => clearInterval(timer));
  },
  'another range': ({ response, part, start }) =>
    void response
      .writeHead(206, { 'content-range': `bytes ${start + 1}-${start + part.length}/*`, 'content-length': part.length })
      .end(part),
  'no range': ({ response, part }) => void response.writeHead(206, { 'content-length': part.length }).end(part),
  'several ranges': ({ response, part }) =>
    void response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=x' }).end(part),
  'something compressed': ({ response, part, head }) => {
    const body = gzipSync(part);
    head(body.length, { 'content-encoding': 'gzip' });
    response.end(body);
  },
  'no HTTP': ({ response }) => void response.socket?.end('SSH-2.0-OpenSSH\r\n'),
  'endless headers': ({ response }) => {
    const { socket } = response;
    socket?.write('HTTP/1.1 206 Partial Content\r\n');
    const timer = setInterval(() => socket?.write(`x-${'y'.repeat(8_000)}: z\r\n`), 1);
    socket?.on('close', () => clearInterval(timer));
  },
} satisfies Readonly<Record<string, (answering: Answering) => void>>;

export const liars = {
  'a wrong byte': ({ part, right }) => right(flipped(part, part.length >> 1)),
  'wrong bytes everywhere': ({ part, right }) => right(Buffer.from(part.map((byte) => byte ^ 0x55))),
  zeros: ({ part, right }) => right(Buffer.alloc(part.length)),
  'bytes of another place': ({ part, whole, start, right }) =>
    right(Buffer.concat([whole.subarray(start + 1), whole]).subarray(0, part.length)),
} satisfies Readonly<Record<string, (answering: Answering) => void>>;

export type Way = (answering: Answering) => void;
export const rightly: Way = ({ right }) => right();

export interface TestAggregator {
  readonly url: AggregatorUrl;
  way: Way;
  /** Ranges that were asked for. */
  readonly asked: (readonly [start: number, end: number])[];
  close(): Promise<void>;
}

export async function openTestAggregator(
  blobId: BlobId,
  bytes: Uint8Array,
  way: Way = rightly,
): Promise<TestAggregator> {
  const whole = Buffer.from(bytes);
  const server = createServer((request, response) => answer(request, response));
  function answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (request.url !== `/in/v1/blobs/${blobId}` || range === null) return void response.writeHead(400).end();
    const [start, end] = [Number(range[1]), Number(range[2]) + 1];
    aggregator.asked.push([start, end]);
    const part = whole.subarray(start, end);
    const head = (length: number | undefined, more = {}): void =>
      void response.writeHead(206, {
        'content-range': `bytes ${start}-${end - 1}/${whole.length}`,
        ...(length === undefined ? {} : { 'content-length': length }),
        ...more,
      });
    const right = (body = part): void => {
      head(body.length);
      response.end(body);
    };
    aggregator.way({ response, part, whole, start, right, head });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const aggregator: TestAggregator = {
    url: parseAggregatorUrl(`http://127.0.0.1:${port}/in`),
    way,
    asked: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return aggregator;
}
