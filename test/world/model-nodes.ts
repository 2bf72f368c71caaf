/**
 * Storage nodes as plain memory behind the `Nodes` port, each with a temper: what a node could do wrong, it can be told to do. Honest ones
 * keep to walrus-protocol section 3.4 as far as a client can see. Requests are counted by kind.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { pairOfShard, type BlobId } from '../../app/domain/blob-id.ts';
import { concatBytes } from '../../app/domain/bytes.ts';
import type { Clock } from '../../app/domain/clock.ts';
import type { Committee, CommitteeMember } from '../../app/domain/committee.ts';
import { Fault, type Retry } from '../../app/domain/fault.ts';
import { parseSuiId } from '../../app/domain/ids.ts';
import { confirmationMessage } from '../../app/domain/sliver-form.ts';
import { redStuff } from '../../app/domain/redstuff.ts';
import type { NodeClient, Nodes, SliverAxis } from '../../app/ports/nodes.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { encodeDecodingSymbols, parseSliver, type DecodingSymbol } from '../../native-workers/walrus-bcs/walrus-bcs.ts';

export type Temper =
  | 'honest'
  /** Nobody listens. */
  | 'down'
  /** Takes requests and never answers. */
  | 'silent'
  /** Answers after a long time. */
  | 'slow'
  | 'refusing'
  /** Confirms with a signature that is none, serves slivers with a flipped bit. */
  | 'lying'
  /** Confirms another blob, serves genuine slivers of another one. */
  | 'confusing'
  /** Signs for the next epoch. */
  | 'ahead';

export interface ModelNode {
  temper: Temper;
  readonly member: CommitteeMember;
  /** By blob and place. */
  readonly bodies: Map<string, Uint8Array>;
}

const slowMs = 45_000;
const secrets = new Map<number, Uint8Array>();
const publicKeys = new Map<number, Uint8Array>();
const signatures = new Map<string, Uint8Array>();

function secretOf(index: number): Uint8Array {
  const known = secrets.get(index);
  if (known) return known;
  const secret = bls12_381.utils.randomSecretKey(Uint8Array.from({ length: 48 }, (_, i) => (i * 7 + index) % 256));
  secrets.set(index, secret);
  return secret;
}

function publicKeyOf(index: number): Uint8Array {
  const known = publicKeys.get(index);
  if (known) return known;
  const key = bls12_381.longSignatures.getPublicKey(secretOf(index)).toBytes(false);
  publicKeys.set(index, key);
  return key;
}

/** Signing takes some 20 ms, and tests sign the same things again and again. */
function sign(index: number, message: Uint8Array): Uint8Array {
  const name = `${index} ${message.join()}`;
  const known = signatures.get(name);
  if (known) return known;
  const scheme = bls12_381.longSignatures;
  const signature = scheme.sign(scheme.hash(message), secretOf(index)).toBytes(true);
  signatures.set(name, signature);
  return signature;
}

/** Shards are dealt out in turn. */
export function modelCommittee(nodes: number, shards: number, epoch = 5): Committee {
  const members = Array.from({ length: nodes }, (_, index): CommitteeMember => ({
    index,
    nodeId: parseSuiId(Uint8Array.from({ length: 32 }, (__, i) => (i === 0 ? index + 1 : i))),
    name: `node ${index}`,
    networkAddress: `node-${index}.local`,
    publicKey: publicKeyOf(index),
    shards: Array.from({ length: shards }, (__, shard) => shard).filter((shard) => shard % nodes === index),
  }));
  return { epoch, shards, members };
}

export interface ModelNetwork extends Nodes {
  committee: Committee;
  readonly all: readonly ModelNode[];
  /** How often each kind of request reached a node. */
  readonly counts: Map<string, number>;
  /** Ms since start at which nodes see the registration. */
  registeredAtMs: number;
  count(kind: string): number;
}

export function openModelNetwork(clock: Clock, committee: Committee): ModelNetwork {
  const all = committee.members.map((member): ModelNode => ({ temper: 'honest', member, bodies: new Map() }));
  const counts = new Map<string, number>();
  const network: ModelNetwork = {
    committee,
    all,
    counts,
    registeredAtMs: 0,
    count: (kind) => counts.get(kind) ?? 0,
    node(member) {
      const node = all.find((each) => each.member.nodeId === member.nodeId);
      if (node === undefined) throw new Error('there is no such node');
      return clientOf(network, node, clock);
    },
    close: () => Promise.resolve(),
  };
  return network;
}

function trouble(retry: Retry, message: string): Fault {
  return new Fault('node-failed', retry, message);
}

function clientOf(network: ModelNetwork, node: ModelNode, clock: Clock): NodeClient {
  const { member, bodies } = node;
  const metadataAt = (blob: BlobId): string => `${blob} metadata`;
  const sliverAt = (blob: BlobId, pair: number, axis: SliverAxis): string => `${blob} ${pair} ${axis}`;

  /** Every request comes through here. */
  const enter = async (kind: string, signal: AbortSignal): Promise<void> => {
    network.counts.set(kind, (network.counts.get(kind) ?? 0) + 1);
    signal.throwIfAborted();
    if (node.temper === 'down') throw trouble('now', 'connection refused');
    if (node.temper === 'refusing') throw trouble('never', 'refused for legal reasons');
    if (node.temper === 'silent') await clock.sleep(1e9, signal);
    if (node.temper === 'slow') await clock.sleep(slowMs, signal);
  };
  const checkRegistered = (): void => {
    if (clock.steady() < network.registeredAtMs) throw trouble('later', 'NOT_REGISTERED');
  };
  const serve = (blob: BlobId, at: string): Uint8Array | undefined => {
    const own = bodies.get(at);
    if (node.temper === 'confusing') {
      const suffix = at.slice(blob.length);
      const other = [...bodies].find(([name]) => name !== at && name.endsWith(suffix));
      return other && new Uint8Array(other[1]);
    }
    if (own === undefined) return undefined;
    const body = new Uint8Array(own);
    if (node.temper === 'lying') body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    return body;
  };

  return {
    member,
    async putMetadata(blob, metadata, signal) {
      await enter('put metadata', signal);
      checkRegistered();
      bodies.set(metadataAt(blob), concatBytes(metadata));
    },
    async hasMetadata(blob, signal) {
      await enter('has metadata', signal);
      return bodies.has(metadataAt(blob));
    },
    async putSliver(blob, pair, axis, body, signal) {
      await enter('put sliver', signal);
      if (!bodies.has(metadataAt(blob))) throw trouble('later', 'METADATA_NOT_FOUND');
      bodies.set(sliverAt(blob, pair, axis), concatBytes(...body));
    },
    async hasSliver(blob, pair, axis, signal) {
      await enter('has sliver', signal);
      return bodies.has(sliverAt(blob, pair, axis));
    },
    async confirmation(blob, object, signal) {
      await enter('confirmation', signal);
      checkRegistered();
      const now = network.committee.members.find(({ nodeId }) => nodeId === member.nodeId);
      for (const shard of now?.shards ?? []) {
        const pair = pairOfShard(shard, blob, network.committee.shards);
        const isWhole = bodies.has(sliverAt(blob, pair, 'primary')) && bodies.has(sliverAt(blob, pair, 'secondary'));
        if (!isWhole) throw trouble('later', 'MISSING_SLIVERS');
      }
      const epoch = network.committee.epoch + (node.temper === 'ahead' ? 1 : 0);
      const message = confirmationMessage(epoch, blob, node.temper === 'confusing' ? undefined : object);
      // A liar's signature is a point of the curve, but not its own over this message.
      const signature = node.temper === 'lying' ? sign(member.index, Uint8Array.of(1)) : sign(member.index, message);
      return { message, signature };
    },
    async recoverySymbols(_blob, _target, _axis, _bytesMax, signal) {
      await enter('recovery symbols', signal);
      return undefined;
    },
    async putInconsistencyProof(_blob, _axis, _proof, signal) {
      await enter('inconsistency proof', signal);
      throw trouble('never', 'INVALID_PROOF');
    },
    async metadata(blob, _bytesMax, signal) {
      await enter('metadata', signal);
      const own = serve(blob, metadataAt(blob));
      // The id is what an honest node puts before its copy.
      const idBytes = Uint8Array.from(Buffer.from(blob, 'base64url'));
      return own && concatBytes(idBytes, own);
    },
    async sliver(blob, pair, axis, _bytesMax, signal) {
      await enter('sliver', signal);
      return serve(blob, sliverAt(blob, pair, axis));
    },
    async decodingSymbols(blob, target, axis, _bytesMax, signal) {
      await enter('symbols', signal);
      const { shards } = network.committee;
      const symbols: DecodingSymbol[] = [];
      for (const shard of network.committee.members.find(({ nodeId }) => nodeId === member.nodeId)?.shards ?? []) {
        const pair = pairOfShard(shard, blob, shards);
        const crossing = axis === 'primary' ? 'secondary' : 'primary';
        const body = serve(blob, sliverAt(blob, pair, crossing));
        if (body === undefined) continue;
        const parsed = parseSliver(body);
        const all = portableRs2.expand(redStuff(shards), crossing, parsed.data);
        const start = target * parsed.symbolBytes;
        symbols.push({ axis, index: parsed.index, data: all.subarray(start, start + parsed.symbolBytes) });
      }
      return symbols.length === 0 ? undefined : encodeDecodingSymbols(new Map([[target, symbols]]));
    },
    async sliverInto(blob, pair, axis, pieces, signal) {
      await enter('sliver', signal);
      const body = serve(blob, sliverAt(blob, pair, axis));
      if (body === undefined) return false;
      let at = 0;
      for (const piece of pieces) {
        piece.set(body.subarray(at, at + piece.length));
        at += piece.length;
      }
      if (at !== body.length) throw trouble('never', 'another length');
      return true;
    },
    async ping(signal) {
      await enter('ping', signal);
      return 1;
    },
  };
}
