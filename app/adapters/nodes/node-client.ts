/**
 * The HTTP API of one storage node (walrus-protocol section 3.2). Each call is one request with one deadline, which grows with the bytes
 * to be moved: a drip slower than `bytesPerSecondMin` is a failure, whatever it promises.
 */
import type { BlobId } from '../../domain/blob-id.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CommitteeMember } from '../../domain/committee.ts';
import { within } from '../../domain/deadline.ts';
import { Fault } from '../../domain/fault.ts';
import type { SuiId } from '../../domain/ids.ts';
import type { Direction, Pace } from '../../domain/pace.ts';
import type { NodeClient, SignedMessage, SliverAxis } from '../../ports/nodes.ts';
import { dismiss, field, nodeFault, openPieces, readBinary, readData, refusal, retryAfterMs } from './answers.ts';
import type { Exchange, HttpAnswer, HttpRequest, OpenSink } from '../http/http.ts';

export interface RequestLimits {
  /** For a request that moves no bytes to speak of. */
  readonly requestMs: number;
  readonly bytesPerSecondMin: number;
  /** A busy node's wish to be left alone is honoured up to here. */
  readonly retryAfterMsMax: number;
}

type Call = Omit<HttpRequest, 'signal'>;

const signatureBytes = 96;
/** Longest statement that a node signs here: a confirmation of a deletable blob. That a blob is invalid takes 39. */
const messageBytesMax = 72;

export class HttpNodeClient implements NodeClient {
  #member: CommitteeMember;
  readonly #exchange: Exchange;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #limits: RequestLimits;
  readonly #pace: Pace | undefined;

  constructor(
    member: CommitteeMember,
    exchange: Exchange,
    prefix: string,
    clock: Clock,
    limits: RequestLimits,
    pace?: Pace,
  ) {
    this.#member = member;
    this.#exchange = exchange;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#limits = limits;
    this.#pace = pace;
  }

  get member(): CommitteeMember {
    return this.#member;
  }

  /** The same node in a newer committee. */
  rejoin(member: CommitteeMember): void {
    this.#member = member;
  }

  close(): Promise<void> {
    return this.#exchange.close();
  }

  async putMetadata(blob: BlobId, metadata: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#put(`/v1/blobs/${blob}/metadata`, [metadata], signal);
  }

  hasMetadata(blob: BlobId, signal: AbortSignal): Promise<boolean> {
    return this.#isStored(`/v1/blobs/${blob}/metadata/status`, signal);
  }

  async putSliver(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    body: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#put(`/v1/blobs/${blob}/slivers/${pair}/${axis}`, body, signal);
  }

  hasSliver(blob: BlobId, pair: number, axis: SliverAxis, signal: AbortSignal): Promise<boolean> {
    return this.#isStored(`/v1/blobs/${blob}/slivers/${pair}/${axis}/status`, signal);
  }

  confirmation(blob: BlobId, object: SuiId | undefined, signal: AbortSignal): Promise<SignedMessage> {
    const kind = object === undefined ? 'permanent' : `deletable/${object}`;
    return this.#request(
      { method: 'GET', path: `/v1/blobs/${blob}/confirmation/${kind}` },
      0,
      signal,
      async (answer) => {
        if (answer.status !== 200) throw await refusal(this.#name, answer);
        return this.#signedIn(await readData(this.#name, answer));
      },
    );
  }

  metadata(blob: BlobId, bytesMax: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#get(`/v1/blobs/${blob}/metadata`, bytesMax, signal);
  }

  sliver(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    return this.#get(`/v1/blobs/${blob}/slivers/${pair}/${axis}`, bytesMax, signal);
  }

  sliverInto(
    blob: BlobId,
    pair: number,
    axis: SliverAxis,
    pieces: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const path = `/v1/blobs/${blob}/slivers/${pair}/${axis}`;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    let isFull = (): boolean => false;
    const open: OpenSink = (answer) => {
      if (answer.status !== 200) return undefined;
      const room = openPieces(this.#name, answer, pieces);
      isFull = room.isFull;
      return room.sink;
    };
    const read = async (answer: HttpAnswer): Promise<boolean> => {
      if (answer.status === 404) return dismiss(this.#name, answer).then(() => false);
      if (answer.status !== 200) throw await refusal(this.#name, answer);
      if (!isFull()) throw nodeFault(this.#name, 'never', 'sends less than the sliver has');
      return true;
    };
    const ask = (): Promise<boolean> =>
      this.#request({ method: 'GET', path }, bytes, signal, read, (call) => this.#exchange.pour(call, open));
    return this.#paced('down', bytes, signal, ask, (isThere) => (isThere ? bytes : 0));
  }

  decodingSymbols(
    blob: BlobId,
    target: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    return this.#get(`/v1/blobs/${blob}/decodingSymbols?targetSlivers=${target}&targetType=${axis}`, bytesMax, signal);
  }

  recoverySymbols(
    blob: BlobId,
    target: number,
    axis: SliverAxis,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    return this.#get(`/v1/blobs/${blob}/recoverySymbols?targetSliver=${target}&targetType=${axis}`, bytesMax, signal);
  }

  putInconsistencyProof(
    blob: BlobId,
    axis: SliverAxis,
    proof: Uint8Array,
    signal: AbortSignal,
  ): Promise<SignedMessage> {
    const call = { method: 'POST', path: `/v1/blobs/${blob}/inconsistencyProof/${axis}`, body: [proof] } as const;
    const read = async (answer: HttpAnswer): Promise<SignedMessage> => {
      if (answer.status !== 200) throw await refusal(this.#name, answer);
      return this.#signedIn({ signed: await readData(this.#name, answer) });
    };
    const ask = (): Promise<SignedMessage> => this.#request(call, proof.length, signal, read);
    return this.#paced('up', proof.length, signal, ask, () => proof.length);
  }

  async ping(signal: AbortSignal): Promise<number> {
    const start = this.#clock.steady();
    await this.#request({ method: 'GET', path: '/v1/health' }, 0, signal, async (answer) => {
      if (answer.status !== 200) throw await refusal(this.#name, answer);
      await dismiss(this.#name, answer);
    });
    return this.#clock.steady() - start;
  }

  /** The node's name for people: whatever its operator put on chain, cut down to something harmless. */
  get #name(): string {
    return this.#member.name.replace(/[^\w .-]/g, '').slice(0, 64) || `${this.#member.nodeId.slice(0, 10)}`;
  }

  async #put(path: string, body: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const bytes = body.reduce((sum, piece) => sum + piece.length, 0);
    const refuseOrTake = async (answer: HttpAnswer): Promise<void> => {
      if (answer.status < 200 || answer.status > 202) throw await refusal(this.#name, answer);
      await dismiss(this.#name, answer);
    };
    await this.#paced(
      'up',
      bytes,
      signal,
      () => this.#request({ method: 'PUT', path, body }, bytes, signal, refuseOrTake),
      () => bytes,
    );
  }

  #get(path: string, bytesMax: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const read = async (answer: HttpAnswer): Promise<Uint8Array | undefined> => {
      if (answer.status === 404) return dismiss(this.#name, answer).then(() => undefined);
      if (answer.status !== 200) throw await refusal(this.#name, answer);
      return readBinary(this.#name, answer, bytesMax);
    };
    const ask = (): Promise<Uint8Array | undefined> => this.#request({ method: 'GET', path }, bytesMax, signal, read);
    return this.#paced('down', bytesMax, signal, ask, (body) => body?.length ?? 0);
  }

  /** What may move by the limits, and is given back where it did not. A request that failed counts: its bytes may have moved. */
  async #paced<T>(
    direction: Direction,
    bytes: number,
    signal: AbortSignal,
    request: () => Promise<T>,
    movedBytes: (answer: T) => number,
  ): Promise<T> {
    if (this.#pace === undefined) return request();
    const giveBack = await this.#pace.take(direction, bytes, signal);
    const answer = await request();
    giveBack(bytes - movedBytes(answer));
    return answer;
  }

  #isStored(path: string, signal: AbortSignal): Promise<boolean> {
    return this.#request({ method: 'GET', path }, 0, signal, async (answer) => {
      if (answer.status === 404) return dismiss(this.#name, answer).then(() => false);
      if (answer.status !== 200) throw await refusal(this.#name, answer);
      const status = await readData(this.#name, answer);
      // 'buffered' is not enough: a buffer is forgotten when the node restarts.
      return typeof status === 'string' && status.toLowerCase() === 'stored';
    });
  }

  #signedIn(data: unknown): SignedMessage {
    const signed = field(data, 'signed');
    const message = base64(field(signed, 'serializedMessage'), messageBytesMax);
    const signature = base64(field(signed, 'signature'), signatureBytes);
    if (message === undefined || signature === undefined || signature.length !== signatureBytes) {
      throw nodeFault(this.#name, 'never', 'answers with something that is not a signed message');
    }
    return { message, signature };
  }

  async #request<T>(
    call: Call,
    bytes: number,
    signal: AbortSignal,
    read: (answer: HttpAnswer) => Promise<T>,
    send = (request: HttpRequest): Promise<HttpAnswer> => this.#exchange.send(request),
  ): Promise<T> {
    const { requestMs, bytesPerSecondMin } = this.#limits;
    const deadlineMs = requestMs + (1000 * bytes) / bytesPerSecondMin;
    const late = (): Fault => nodeFault(this.#name, 'now', `did not answer within ${Math.ceil(deadlineMs)} ms`);
    return within(this.#clock, deadlineMs, signal, late, async (inner) => {
      try {
        const answer = await send({ ...call, path: `${this.#prefix}${call.path}`, signal: inner });
        if (answer.status === 429) await this.#clock.sleep(this.#pauseMs(answer), inner);
        return await read(answer);
      } catch (error) {
        // Ended from outside: the outer race reports why.
        inner.throwIfAborted();
        throw error instanceof Fault ? error : this.#broken(error);
      }
    });
  }

  #pauseMs(answer: HttpAnswer): number {
    return Math.min(retryAfterMs(answer), this.#limits.retryAfterMsMax);
  }

  /** A connection that could not be made, or broke. A certificate that proves another host does not get better by asking again. */
  #broken(error: unknown): Fault {
    const code = field(error, 'code');
    const isForeign = typeof code === 'string' && /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
    return isForeign
      ? nodeFault(this.#name, 'never', 'cannot prove its name', error)
      : nodeFault(this.#name, 'now', 'cannot be reached', error);
  }
}

/** Bytes of a padded standard base64 text of at most so many bytes. */
function base64(value: unknown, bytesMax: number): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > Math.ceil(bytesMax / 3) * 4) return undefined;
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  const bytes = Uint8Array.from(Buffer.from(value, 'base64'));
  return bytes.length <= bytesMax ? bytes : undefined;
}
