/**
 * The heavy work of a node, as tasks of plain data: hashing metadata, checking slivers, taking symbols out of them, signing. Done in
 * place by `inlineWorkbench`, or by worker threads that run `doTask` too. Large slivers are written to their file by whoever checks
 * them, so that their bytes cross no thread twice.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { writeFileSync } from 'node:fs';
import { sameBytes, toHex } from '../../domain/bytes.ts';
import { redStuff } from '../../domain/redstuff.ts';
import type { Axis, Rs2 } from '../../../native-workers/rs2.ts';
import { blobIdOf, metadataRoot } from '../../../native-workers/portable/portable.ts';
import { parseSliver } from '../../../native-workers/walrus-bcs/walrus-bcs.ts';

interface MetadataTask {
  readonly kind: 'metadata';
  readonly blobId: Uint8Array;
  readonly encodingType: number;
  readonly unencodedBytes: number;
  readonly hashes: Uint8Array;
}

interface SliverTask {
  readonly kind: 'sliver';
  readonly shards: number;
  readonly axis: Axis;
  /** The whole BCS body. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly expectedHash: Uint8Array;
  /** Where to write the body when it is right. The body may be moved away from the caller then. */
  readonly path: string | undefined;
}

interface SymbolsTask {
  readonly kind: 'symbols';
  readonly shards: number;
  /** Axis of the sliver that the symbols are taken from. */
  readonly axis: Axis;
  readonly body: Uint8Array;
  readonly indices: readonly number[];
  readonly withProofs: boolean;
}

interface RecoverTask {
  readonly kind: 'recover';
  readonly shards: number;
  /** Axis of the sliver that is rebuilt. */
  readonly axis: Axis;
  readonly symbolBytes: number;
  /** Of the crossing slivers that the symbols are from. */
  readonly indices: readonly number[];
  /** The symbols one after another, in the order of the indices. */
  readonly symbols: Uint8Array;
}

interface SignTask {
  readonly kind: 'sign';
  /** 32 bytes, big-endian. */
  readonly secretKey: Uint8Array;
  readonly message: Uint8Array;
}

interface VerifyTask {
  readonly kind: 'verify';
  /** Uncompressed G1, 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export interface TakenSymbol {
  readonly index: number;
  readonly data: Uint8Array;
  /** Empty without proofs. */
  readonly path: readonly Uint8Array[];
}

export type Task = MetadataTask | SliverTask | SymbolsTask | RecoverTask | SignTask | VerifyTask;

export interface Workbench {
  /** Whether the hashes lead to the blob id. */
  checkMetadata(task: MetadataTask): Promise<boolean>;
  /** Whether the sliver has the hash; if so it is in its file. */
  checkSliver(task: SliverTask): Promise<boolean>;
  takeSymbols(task: SymbolsTask): Promise<readonly TakenSymbol[]>;
  /** A sliver's data; whether it is the genuine one is a matter of its hash. */
  recover(task: RecoverTask): Promise<Uint8Array>;
  /** A BLS min-pk signature, 96 bytes. */
  sign(task: SignTask): Promise<Uint8Array>;
  /** Whether the signature is that key's over the message; bytes that are no curve point are no signature. */
  verify(task: VerifyTask): Promise<boolean>;
}

function checkMetadata(task: MetadataTask): boolean {
  const id = blobIdOf(task.encodingType, task.unencodedBytes, metadataRoot(task.hashes));
  return sameBytes(id, task.blobId);
}

function checkSliver(rs2: Rs2, { shards, axis, body, expectedHash, path }: SliverTask): boolean {
  const hash = rs2.sliverHash(redStuff(shards), axis, parseSliver(body).data);
  if (!sameBytes(hash, expectedHash)) return false;
  if (path !== undefined) writeFileSync(path, body, { mode: 0o600 });
  return true;
}

function takeSymbols(rs2: Rs2, task: SymbolsTask): readonly TakenSymbol[] {
  const code = redStuff(task.shards);
  const { data, symbolBytes } = parseSliver(task.body);
  const expanded = rs2.expand(code, task.axis, data);
  return task.indices.map((index) => ({
    index,
    data: expanded.slice(index * symbolBytes, (index + 1) * symbolBytes),
    path: task.withProofs ? rs2.symbolProof(code, task.axis, data, index) : [],
  }));
}

function recover(rs2: Rs2, { shards, axis, symbolBytes, indices, symbols }: RecoverTask): Uint8Array {
  const crossing = indices.map((index, i) => ({
    index,
    data: symbols.subarray(i * symbolBytes, (i + 1) * symbolBytes),
  }));
  return rs2.recover(redStuff(shards), axis, symbolBytes, crossing);
}

const { longSignatures } = bls12_381;

/** Messages kept as points of the curve, half the work of signing: all nodes sign the same message at about the same time. */
const pointsMax = 32;
const points = new Map<string, ReturnType<typeof longSignatures.hash>>();

function pointOf(message: Uint8Array): ReturnType<typeof longSignatures.hash> {
  const key = toHex(message);
  const known = points.get(key);
  if (known !== undefined) return known;
  if (points.size >= pointsMax) points.clear();
  const point = longSignatures.hash(message);
  points.set(key, point);
  return point;
}

function sign({ secretKey, message }: SignTask): Uint8Array {
  return longSignatures.Signature.toBytes(longSignatures.sign(pointOf(message), secretKey));
}

function verify({ publicKey, message, signature }: VerifyTask): boolean {
  try {
    return longSignatures.verify(signature, pointOf(message), publicKey);
  } catch {
    return false; // The curve's library throws on bytes that are no point.
  }
}

/** Any task, for a worker thread. */
export function doTask(rs2: Rs2, task: Task): boolean | Uint8Array | readonly TakenSymbol[] {
  switch (task.kind) {
    case 'metadata':
      return checkMetadata(task);
    case 'sliver':
      return checkSliver(rs2, task);
    case 'symbols':
      return takeSymbols(rs2, task);
    case 'recover':
      return recover(rs2, task);
    case 'sign':
      return sign(task);
    case 'verify':
      return verify(task);
  }
}

export function inlineWorkbench(rs2: Rs2): Workbench {
  return {
    checkMetadata: async (task) => checkMetadata(task),
    checkSliver: async (task) => checkSliver(rs2, task),
    takeSymbols: async (task) => takeSymbols(rs2, task),
    recover: async (task) => recover(rs2, task),
    sign: async (task) => sign(task),
    verify: async (task) => verify(task),
  };
}
