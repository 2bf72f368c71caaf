/** The `Nodes` port over plain memory, with the manners of the embedded network's faulty nodes. One node keeps three of ten shards: all that may fail. */
import type { BlobId } from '../../app/domain/blob-id.ts';
import { pairOfShard } from '../../app/domain/blob-id.ts';
import { concatBytes } from '../../app/domain/bytes.ts';
import type { Clock, Dice } from '../../app/domain/clock.ts';
import type { Committee, CommitteeMember } from '../../app/domain/committee.ts';
import { Fault } from '../../app/domain/fault.ts';
import { parseSuiId, type SuiId } from '../../app/domain/ids.ts';
import { confirmationMessage } from '../../app/domain/sliver-form.ts';
import type { NodeClient, SliverAxis } from '../../app/ports/nodes.ts';
import type { NodeTrouble } from './history.ts';
import { bls12_381 } from './model-bls.ts';

const shardsOf = [3, 3, 2, 2] as const;
const shards = 10;
const slowMs = 5_000;
const deadlineMs = 30_000;
const share = 0.7;
const badSignatureShare = 0.3;

const { longSignatures: scheme, utils } = bls12_381;

export interface ModelStorage {
  committeeAt(epoch: number): Committee;
  client(member: CommitteeMember): NodeClient;
  setTrouble(node: number, trouble: NodeTrouble | undefined): void;
  isWell(): boolean;
  /** All that clients ever sent comes back to a node that lost it. */
  heal(node: number): void;
}

export interface StorageInput {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly epoch: () => number;
  readonly isRegistered: (blob: BlobId, object: SuiId | undefined) => boolean;
}

interface ModelNode {
  readonly member: CommitteeMember;
  readonly secret: Uint8Array;
  readonly bodies: Map<string, Uint8Array>;
  trouble: NodeTrouble | undefined;
}

const failed = (retry: 'now' | 'later', words: string): Fault => new Fault('node-failed', retry, words);
const metadataAt = (blob: BlobId): string => `${blob} metadata`;
const sliverAt = (blob: BlobId, pair: number, axis: SliverAxis): string => `${blob} ${pair} ${axis}`;

function makeNodes(): readonly ModelNode[] {
  let next = 0;
  return shardsOf.map((count, index): ModelNode => {
    const secret = utils.randomSecretKey(Uint8Array.of(index));
    const held = Array.from({ length: count }, () => next++);
    const member = {
      index,
      nodeId: parseSuiId(new Uint8Array(32).fill(index + 1)),
      name: `node-${index}`,
      networkAddress: `node-${index}.local`,
      publicKey: scheme.getPublicKey(secret).toBytes(false),
      shards: held,
    };
    return { member, secret, bodies: new Map(), trouble: undefined };
  });
}

export function openModelStorage({ clock, dice, epoch, isRegistered }: StorageInput): ModelStorage {
  const nodes = makeNodes();
  /** What honest nodes could rebuild. */
  const sent = new Map<string, { node: number; body: Uint8Array }>();
  const nodeOf = (index: number): ModelNode => {
    const node = nodes[index];
    if (node === undefined) throw new Error('there is no such node');
    return node;
  };

  async function enter({ trouble }: ModelNode, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await Promise.resolve();
    if (trouble === 'stop') throw failed('now', 'connection refused');
    if (trouble === 'refuse' && dice.fraction() < share) throw failed('now', 'the service is currently unavailable');
    if (trouble === 'slow') await clock.sleep(slowMs, signal);
    if (trouble !== 'silent') return;
    await clock.sleep(deadlineMs, signal);
    throw failed('now', 'no answer in time');
  }
  function put(node: ModelNode, at: string, body: Uint8Array): void {
    sent.set(`${node.member.index} ${at}`, { node: node.member.index, body });
    if (node.trouble !== 'lie') node.bodies.set(at, body);
  }
  function serve(node: ModelNode, at: string): Uint8Array | undefined {
    const body = node.bodies.get(at)?.slice();
    if (body && node.trouble === 'corrupt' && dice.fraction() < share)
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 0x55;
    return body;
  }
  function client(node: ModelNode): NodeClient {
    const { member, bodies } = node;
    return {
      member,
      async putMetadata(blob, metadata, signal) {
        await enter(node, signal);
        if (!isRegistered(blob, undefined)) throw failed('later', 'NOT_REGISTERED');
        put(node, metadataAt(blob), concatBytes(metadata));
      },
      async hasMetadata(blob, signal) {
        await enter(node, signal);
        return bodies.has(metadataAt(blob));
      },
      async putSliver(blob, pair, axis, body, signal) {
        await enter(node, signal);
        if (node.trouble !== 'lie' && !bodies.has(metadataAt(blob))) throw failed('later', 'METADATA_NOT_FOUND');
        put(node, sliverAt(blob, pair, axis), concatBytes(...body));
      },
      async hasSliver(blob, pair, axis, signal) {
        await enter(node, signal);
        return bodies.has(sliverAt(blob, pair, axis));
      },
      async confirmation(blob, object, signal) {
        await enter(node, signal);
        const message = confirmationMessage(epoch(), blob, object);
        const signature = scheme.Signature.toBytes(scheme.sign(message, node.secret));
        if (node.trouble === 'lie') {
          if (dice.fraction() < badSignatureShare) signature[0] = (signature[0] ?? 0) ^ 1;
          return { message, signature };
        }
        if (!isRegistered(blob, object)) throw failed('later', 'NOT_REGISTERED');
        for (const shard of member.shards) {
          const pair = pairOfShard(shard, blob, shards);
          const isWhole = bodies.has(sliverAt(blob, pair, 'primary')) && bodies.has(sliverAt(blob, pair, 'secondary'));
          if (!isWhole) throw failed('later', 'MISSING_SLIVERS');
        }
        return { message, signature };
      },
      async metadata(blob, _bytesMax, signal) {
        await enter(node, signal);
        const own = serve(node, metadataAt(blob));
        return own && concatBytes(Uint8Array.from(Buffer.from(blob, 'base64url')), own);
      },
      async sliver(blob, pair, axis, _bytesMax, signal) {
        await enter(node, signal);
        return serve(node, sliverAt(blob, pair, axis));
      },
      async recoverySymbols(_blob, _target, _axis, _bytesMax, signal) {
        await enter(node, signal);
        return undefined;
      },
      async putInconsistencyProof(_blob, _axis, _proof, signal) {
        await enter(node, signal);
        throw failed('later', 'INVALID_PROOF');
      },
      async sliverInto(blob, pair, axis, pieces, signal) {
        await enter(node, signal);
        const body = serve(node, sliverAt(blob, pair, axis));
        if (body === undefined) return false;
        let at = 0;
        for (const piece of pieces) {
          piece.set(body.subarray(at, at + piece.length));
          at += piece.length;
        }
        if (at !== body.length) throw failed('later', 'another length');
        return true;
      },
      async decodingSymbols(_blob, _target, _axis, _bytesMax, signal) {
        await enter(node, signal);
        return undefined;
      },
      async ping(signal) {
        await enter(node, signal);
        return 1;
      },
    };
  }
  return {
    committeeAt: (at) => ({ epoch: at, shards, members: nodes.map(({ member }) => member) }),
    client: (member) => client(nodeOf(member.index)),
    setTrouble(index, trouble) {
      const node = nodeOf(index);
      if (trouble === 'wipe') node.bodies.clear();
      else node.trouble = trouble;
    },
    isWell: () => nodes.every(({ trouble }) => trouble === undefined),
    heal(index) {
      const prefix = `${index} `;
      for (const [name, { node, body }] of sent)
        if (node === index) nodeOf(index).bodies.set(name.slice(prefix.length), body);
    },
  };
}
