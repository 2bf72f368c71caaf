/**
 * A fresh certificate for a blob that is stored already: the nodes of the committee are asked to confirm it once more. Nothing has to have been kept
 * for it, so it works on a machine that was empty a minute ago, and it says what the nodes hold now. Only genuine signatures count.
 */
import type { BlobId } from '../domain/blob-id.ts';
import { sameBytes } from '../domain/bytes.ts';
import type { Certificate, Committee, CommitteeMember } from '../domain/committee.ts';
import { openScope } from '../domain/deadline.ts';
import { Fault, faultOf } from '../domain/fault.ts';
import { Gate } from '../domain/gate.ts';
import type { SuiId } from '../domain/ids.ts';
import type { NodeHealth } from '../domain/node-health.ts';
import { isQuorum } from '../domain/redstuff.ts';
import { confirmationMessage } from '../domain/sliver-form.ts';
import type { Nodes } from '../ports/nodes.ts';
import type { Pool } from '../ports/pool.ts';

interface AskPorts {
  readonly nodes: Nodes;
  readonly pool: Pool;
  readonly health: NodeHealth;
}

/** Nodes asked at once: each answer is a few hundred bytes. */
const askedAtOnceMax = 64;

export async function askAgain(
  committee: Committee,
  blobId: BlobId,
  object: SuiId,
  ports: AskPorts,
  signal: AbortSignal,
): Promise<Certificate> {
  const message = confirmationMessage(committee.epoch, blobId, object);
  const scope = openScope(signal);
  const gate = new Gate(askedAtOnceMax);
  const options = { urgency: 'interactive', signal: scope.signal } as const;
  const signatures = new Map<CommitteeMember, Uint8Array>();
  const weight = (): number => [...signatures.keys()].reduce((sum, { shards }) => sum + shards.length, 0);
  const enough = Promise.withResolvers<void>();

  const ask = async (member: CommitteeMember): Promise<void> => {
    const leave = await gate.enter(1, scope.signal);
    try {
      const said = await ports.nodes.node(member).confirmation(blobId, object, scope.signal);
      // Signed for another epoch: of no use, and no lie.
      if (!sameBytes(said.message, message)) return;
      const signed = [{ publicKey: member.publicKey, signature: said.signature }];
      const [isGenuine] = await ports.pool.verifySignatures(message, signed, options);
      if (isGenuine !== true) return ports.health.lied(member.nodeId);
      signatures.set(member, said.signature);
      if (isQuorum(weight(), committee.shards)) enough.resolve();
    } catch (error) {
      // A node that does not confirm is one signature less; the sum decides. Anything else is no matter of nodes.
      if (faultOf(error) === undefined) throw error;
    } finally {
      leave();
    }
  };
  try {
    const asking = Promise.all(committee.members.filter(({ shards }) => shards.length > 0).map(ask));
    // The race tells of its end; once there are enough, the rest is called back and what it says then is nothing.
    asking.catch(() => undefined);
    await Promise.race([enough.promise, asking]);
    signal.throwIfAborted();
    if (!isQuorum(weight(), committee.shards)) {
      throw new Fault(
        'quorum-lost',
        'later',
        `Storage nodes with ${weight()} of ${committee.shards} shards confirm that they hold the blob; two thirds are needed.`,
      );
    }
    const signers = [...signatures].sort(([a], [b]) => a.index - b.index);
    const signerBitmap = new Uint8Array(Math.ceil(committee.members.length / 8));
    for (const [{ index }] of signers) signerBitmap[index >> 3] = (signerBitmap[index >> 3] ?? 0) | (1 << (index & 7));
    const total = weight();
    const signature = await ports.pool.aggregateSignatures(
      signers.map(([, each]) => each),
      { urgency: 'interactive', signal },
    );
    return { message, signature, signerBitmap, epoch: committee.epoch, weight: total };
  } finally {
    scope.abort(new Fault('cancelled', 'now', 'Enough nodes have answered.'));
    scope.close();
  }
}
