/**
 * Proves that a blob was encoded wrongly, as Walrus does: symbols with proofs that determine a sliver which does not have the hash that the metadata gives
 * it. The proof is kept in the catalog (docs/formats/inconsistency-proof.md); anyone can check it with nothing but the blob id. Storage nodes are
 * told, and sign what they found.
 */
import { parseBlobId, type BlobId } from '../domain/blob-id.ts';
import { fromHex, sameBytes, toHex } from '../domain/bytes.ts';
import type { Axis, BlobMetadata } from '../domain/encoding.ts';
import { orFault } from '../domain/fault.ts';
import { metadataBody, sliverHashIn } from '../domain/metadata-form.ts';
import {
  inconsistencyProofBody,
  invalidBlobMessage,
  isProven,
  parseRecoverySymbols,
  recoverySymbolsBytesMax,
  symbolsNeeded,
  type InconsistencyProof,
  type ProvenSymbol,
} from '../domain/recovery-symbols.ts';
import { sliverForm } from '../domain/sliver-form.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { EngineCore } from './engine-core.ts';
import { provenMetadata, type Subject } from './pack-probes.ts';

/** As it lies in the catalog; bytes as hex. */
export interface KeptProof {
  readonly v: 1;
  readonly blobId: BlobId;
  readonly shards: number;
  readonly axis: Axis;
  readonly target: number;
  /** BCS BlobMetadata: it hashes to the blob id. */
  readonly metadata: string;
  /** BCS InconsistencyProof. */
  readonly proof: string;
  /** Nodes that checked it and signed that the blob is invalid, with the shards that they had in that epoch. */
  readonly signed: readonly {
    readonly node: string;
    readonly shards: number;
    readonly message: string;
    readonly signature: string;
  }[];
}

const recordKey = (blobId: BlobId): string => `inconsistent:${blobId}`;

export async function keptProof(catalog: Pick<Catalog, 'record'>, blobId: BlobId): Promise<KeptProof | undefined> {
  const text = await catalog.record(recordKey(blobId));
  return text === undefined ? undefined : (JSON.parse(text) as KeptProof);
}

async function keep(catalog: Catalog, proof: KeptProof): Promise<KeptProof> {
  await catalog.setRecord(recordKey(proof.blobId), JSON.stringify(proof));
  return proof;
}

/** The proof, kept; undefined when too few nodes give the symbols that it takes. One that was kept before is not made again. */
export async function proveInconsistent(
  core: EngineCore,
  subject: Subject,
  signal: AbortSignal,
): Promise<KeptProof | undefined> {
  const { blobId } = subject.pack;
  const before = blobId && (await keptProof(core.catalog, blobId));
  if (before) return before;
  const metadata = await provenMetadata(core, subject, signal);
  const { shards } = subject.committee;
  // A row that is wrong shows in every secondary sliver, which takes the fewest symbols; only a single wrong sliver needs its own.
  for (const axis of ['secondary', 'primary'] as const)
    for (let target = 0; target < shards; target++) {
      const symbols = await provenSymbols(core, subject, metadata, axis, target, signal);
      if (symbols === undefined || (await isGenuine(core, metadata, { axis, target, symbols }, signal))) continue;
      return keep(core.catalog, {
        v: 1,
        blobId: parseBlobId(metadata.blobId),
        shards,
        axis,
        target,
        metadata: toHex(metadataBody(metadata)),
        proof: toHex(inconsistencyProofBody({ axis, target, symbols })),
        signed: [],
      });
    }
  return undefined;
}

/** Exactly as many as determine the sliver, each proven; undefined when nodes do not give so many. */
async function provenSymbols(
  core: EngineCore,
  { committee }: Subject,
  metadata: BlobMetadata,
  axis: Axis,
  target: number,
  signal: AbortSignal,
): Promise<readonly ProvenSymbol[] | undefined> {
  const { shards, members } = committee;
  const { symbolBytes } = sliverForm(shards, metadata.unencodedBytes);
  const needed = symbolsNeeded(axis, shards);
  const found = new Map<number, ProvenSymbol>();
  for (const member of members) {
    if (found.size >= needed) break;
    if (member.shards.length === 0) continue;
    const bytesMax = recoverySymbolsBytesMax(member.shards.length, symbolBytes, shards);
    // Where one gives none, others may have enough.
    await orFault(async () => {
      const node = core.nodes.node(member);
      const body = await node.recoverySymbols(parseBlobId(metadata.blobId), target, axis, bytesMax, signal);
      if (body === undefined) return;
      for (const symbol of parseRecoverySymbols(body, axis, target, symbolBytes, shards))
        if (isProven(symbol, axis, target, metadata)) found.set(symbol.index, symbol);
    }, signal);
  }
  return found.size < needed ? undefined : [...found.values()].slice(0, needed);
}

/** Whether what the symbols determine has the hash that it should have. */
async function isGenuine(
  core: EngineCore,
  metadata: BlobMetadata,
  { axis, target, symbols }: InconsistencyProof,
  signal: AbortSignal,
): Promise<boolean> {
  const shards = metadata.hashes.length / 64;
  const { symbolBytes } = sliverForm(shards, metadata.unencodedBytes);
  const together = new Uint8Array(symbols.length * symbolBytes);
  symbols.forEach(({ data }, i) => together.set(data, i * symbolBytes));
  const indices = symbols.map(({ index }) => index);
  const expected = sliverHashIn(metadata, axis, target);
  const task = { shards, axis, symbolBytes, indices, symbols: together, expected };
  return (await core.pool.recoverSliver(task, { urgency: 'bulk', signal })) !== undefined;
}

/** Tells all nodes; keeps the signatures of those that agree. A node that does not answer learns it from the others, or when it recovers the blob. */
export async function submitProof(
  core: EngineCore,
  { committee, pack }: Subject,
  kept: KeptProof,
  signal: AbortSignal,
): Promise<KeptProof> {
  const { blobId } = pack;
  if (blobId === undefined) throw new Error('a certified pack has its blob id');
  const message = invalidBlobMessage(committee.epoch, blobId);
  const signed: KeptProof['signed'][number][] = [];
  for (const member of committee.members) {
    if (member.shards.length === 0) continue;
    await orFault(async () => {
      const proof = fromHex(kept.proof);
      const said = await core.nodes.node(member).putInconsistencyProof(blobId, kept.axis, proof, signal);
      const one = [{ publicKey: member.publicKey, signature: said.signature }];
      const [isSigned] = await core.pool.verifySignatures(message, one, { urgency: 'bulk', signal });
      if (isSigned !== true || !sameBytes(said.message, message)) return;
      signed.push({
        node: member.nodeId,
        shards: member.shards.length,
        message: toHex(said.message),
        signature: toHex(said.signature),
      });
    }, signal);
  }
  return keep(core.catalog, { ...kept, signed });
}
