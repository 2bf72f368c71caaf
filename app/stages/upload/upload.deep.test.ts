import { describe, expect, it, vi } from 'vitest';
import { openInlinePool } from '../../../test/world/inline-pool.ts';
import { openIdleClock } from '../../../test/world/idle-clock.ts';
import { modelCommittee, openModelNetwork, type ModelNetwork, type Temper } from '../../../test/world/model-nodes.ts';
import { seededDice } from '../../../test/world/seeded-dice.ts';
import { parseBlobId, type BlobId } from '../../domain/blob-id.ts';
import type { Clock, Dice } from '../../domain/clock.ts';
import type { Fault } from '../../domain/fault.ts';
import { parseSuiId } from '../../domain/ids.ts';
import { openNodeHealth } from '../../domain/node-health.ts';
import { isQuorum } from '../../domain/redstuff.ts';
import { confirmationMessage, encodedSlivers, sliverForm } from '../../domain/sliver-form.ts';
import type { UploadLimits } from './limits.ts';
import { upload, type KeptConfirmation, type UploadEvents, type UploadInput, type UploadResult } from './upload.ts';

const objectId = parseSuiId('0xb10b');
// Nodes sign with real keys, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const pool = openInlinePool();

interface Trial {
  readonly network: ModelNetwork;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly input: UploadInput;
  readonly kept: KeptConfirmation[];
  run(input?: Partial<UploadInput>, signal?: AbortSignal): Promise<UploadResult>;
}

async function openTrial(
  nodes: number,
  shards: number,
  seed: number,
  blobBytes = 3000,
  limits: Partial<UploadLimits> = {},
): Promise<Trial> {
  const clock = openIdleClock();
  const dice = seededDice(seed);
  const committee = modelCommittee(nodes, shards);
  const network = openModelNetwork(clock, committee);
  const options = { urgency: 'bulk', signal: never } as const;
  const fill = async (blob: Uint8Array) => blob.set(dice.bytes(blobBytes));
  const encoded = await pool.encode(shards, blobBytes, fill, options);
  const slivers = encodedSlivers(sliverForm(shards, blobBytes), encoded.blob, encoded.slivers);
  const blobId: BlobId = parseBlobId(encoded.metadata.blobId);
  const input = { committee, blobId, metadata: encoded.metadata, slivers, objectId, already: [], isResumed: false };
  const kept: KeptConfirmation[] = [];
  const events: UploadEvents = {
    onConfirmation: (memberIndex, signed) => void kept.push({ memberIndex, signed }),
    onProgress: ({ bytes, bytesTotal }) => expect(bytes).toBeLessThanOrEqual(bytesTotal),
  };
  const ports = { nodes: network, pool, clock, dice, health: openNodeHealth(clock, dice), limits };
  const run: Trial['run'] = (changes = {}, signal = never) => upload({ ...input, ...changes }, ports, events, signal);
  return { network, clock, dice, input, kept, run };
}

/** Gives `count` random nodes a temper. */
function spoil({ network, dice }: Trial, count: number, temperOf: (i: number) => Temper): number[] {
  const chosen = network.all
    .map((node, index) => ({ node, index, luck: dice.fraction() }))
    .sort((a, b) => a.luck - b.luck)
    .slice(0, count);
  for (const [i, { node }] of chosen.entries()) node.temper = temperOf(i);
  return chosen.map(({ index }) => index).sort((a, b) => a - b);
}

async function checkCertificate({ input }: Trial, { certificate, missing }: UploadResult): Promise<void> {
  const { members, shards, epoch } = input.committee;
  expect(certificate.message).toEqual(confirmationMessage(epoch, input.blobId, objectId));
  const signers = members.filter(({ index }) => ((certificate.signerBitmap[index >> 3] ?? 0) >> (index % 8)) & 1);
  expect(certificate.weight).toBe(signers.reduce((sum, member) => sum + member.shards.length, 0));
  expect(isQuorum(certificate.weight, shards)).toBe(true);
  expect(missing.map(({ memberIndex }) => memberIndex)).toEqual(
    members.filter((member) => !signers.includes(member)).map(({ index }) => index),
  );
  const { walrusWasm } = await import('../../../native-workers/wasm/wasm.ts');
  const keys = signers.map(({ publicKey }) => publicKey);
  expect(walrusWasm().bls12381_min_pk_verify_aggregate(keys, certificate.message, certificate.signature)).toBe(true);
}

const fault = (wanted: Partial<Fault>): Partial<Fault> => expect.objectContaining(wanted) as Partial<Fault>;

describe('upload', () => {
  it('brings every sliver to its node once and returns a certificate of all members', async () => {
    const trial = await openTrial(5, 10, 1);
    const result = await trial.run();
    await checkCertificate(trial, result);
    expect(result.missing).toEqual([]);
    expect(trial.network.count('put metadata')).toBe(5);
    expect(trial.network.count('put sliver')).toBe(20);
    expect(trial.network.count('has sliver')).toBe(0);
    expect(trial.kept).toHaveLength(5);
    for (const node of trial.network.all) {
      for (const shard of node.member.shards) expect(node.bodies.size, `shard ${shard}`).toBe(5);
    }
  });

  const tempers: readonly Temper[] = ['down', 'silent', 'slow', 'refusing', 'lying', 'confusing', 'ahead'];
  it.each(tempers)('edge 96: reaches its quorum with any third of the nodes %s, and names them', async (temper) => {
    for (let seed = 1; seed <= 4; seed++) {
      const trial = await openTrial(10, 10, seed);
      const bad = spoil(trial, 3, () => temper);
      const result = await trial.run();
      await checkCertificate(trial, result);
      expect(
        result.missing.map(({ memberIndex }) => memberIndex),
        `seed ${seed}`,
      ).toEqual(bad);
    }
  });

  it('reaches its quorum with a third of the nodes bad in mixed ways, for random sets', async () => {
    for (let seed = 100; seed < 106; seed++) {
      const trial = await openTrial(13, 39, seed, 500);
      const bad = spoil(trial, 4, () => tempers[Math.floor(trial.dice.fraction() * tempers.length)] ?? 'down');
      const result = await trial.run();
      await checkCertificate(trial, result);
      expect(
        result.missing.map(({ memberIndex }) => memberIndex),
        `seed ${seed}`,
      ).toEqual(bad);
    }
  });

  it('is not held up by silent nodes when they fill every place', async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const trial = await openTrial(19, 19, seed, 500, { nodesInParallel: 4 });
      spoil(trial, 6, () => 'silent');
      const result = await trial.run();
      expect(isQuorum(result.certificate.weight, 19)).toBe(true);
      expect(result.missing).toHaveLength(6);
      // Two rounds of patience and the grace after the quorum, but no request's deadline.
      expect(trial.clock.steady()).toBeLessThan(20_000);
    }
  });

  it('no longer waits for silent nodes once it knows them', async () => {
    const trial = await openTrial(10, 10, 13);
    spoil(trial, 3, () => 'silent');
    const tookMs: number[] = [];
    for (let round = 0; round < 5; round++) {
      const start = trial.clock.steady();
      const result = await trial.run({ objectId: parseSuiId(`0x${round + 1}`) });
      expect(result.missing).toHaveLength(3);
      tookMs.push(trial.clock.steady() - start);
    }
    expect(tookMs[0]).toBeGreaterThanOrEqual(3_000);
    expect(tookMs[4]).toBeLessThan(1_000);
  });

  it('fails fast and says how many shards answered when a quorum cannot be had', async () => {
    const trial = await openTrial(10, 10, 5);
    spoil(trial, 4, () => 'refusing');
    await expect(trial.run()).rejects.toEqual(
      fault({ code: 'quorum-lost', retry: 'later', message: expect.stringContaining('of 10 shards') as string }),
    );
    expect(trial.clock.steady()).toBeLessThan(1000);
  });

  it('gives up on nodes that are down after a bounded time', async () => {
    const trial = await openTrial(10, 10, 6);
    spoil(trial, 4, (i) => (i % 2 === 0 ? 'down' : 'silent'));
    await expect(trial.run()).rejects.toEqual(fault({ code: 'quorum-lost', retry: 'later' }));
    expect(trial.clock.steady()).toBeLessThan(10 * 60_000);
  });

  it('waits for nodes that have not seen the registration yet', async () => {
    const trial = await openTrial(7, 7, 7);
    trial.network.registeredAtMs = 4_000;
    const result = await trial.run();
    expect(result.missing).toEqual([]);
    expect(trial.network.count('put sliver')).toBe(14);
  });

  it('tells the caller to take the new committee when more than a third sign for it', async () => {
    const trial = await openTrial(10, 10, 8);
    spoil(trial, 4, () => 'ahead');
    await expect(trial.run()).rejects.toEqual(fault({ code: 'chain-stale', retry: 'now' }));
  });

  it('edge 90: sends nothing again that is stored when it is resumed under a new committee', async () => {
    const trial = await openTrial(10, 10, 9);
    spoil(trial, 4, () => 'ahead');
    await expect(trial.run()).rejects.toThrow('new committee');
    const sent = trial.network.count('put sliver');
    for (const node of trial.network.all) node.temper = 'honest';
    const stored = trial.network.all.reduce((sum, { bodies }) => sum + bodies.size, 0);
    const committee = { ...trial.input.committee, epoch: 6 };
    trial.network.committee = committee;
    const result = await trial.run({ committee, isResumed: true });
    expect(result.certificate.epoch).toBe(6);
    expect(result.missing).toEqual([]);
    const lacking = 30 - stored;
    expect(trial.network.count('put sliver') - sent).toBeLessThanOrEqual(lacking);
  });

  it("asks a resumed upload's nodes what they have and sends only the rest", async () => {
    const trial = await openTrial(5, 10, 10);
    await trial.run();
    const [first, second] = trial.network.all;
    const gone = [...(first?.bodies.keys() ?? [])].filter((name) => name.endsWith('primary'));
    for (const name of gone) first?.bodies.delete(name);
    second?.bodies.clear();
    trial.network.counts.clear();
    const result = await trial.run({ isResumed: true });
    expect(result.missing).toEqual([]);
    expect(trial.network.count('put metadata')).toBe(1);
    expect(trial.network.count('put sliver')).toBe(gone.length + 4);
    expect(trial.network.count('has sliver')).toBe(4);
    expect(trial.network.count('confirmation')).toBe(5 + 2);
  });

  it('takes kept confirmations without asking those nodes again, and sees through forged ones', async () => {
    const trial = await openTrial(7, 7, 11);
    await trial.run();
    trial.network.counts.clear();
    const [one, two, ...others] = [...trial.kept].sort((a, b) => a.memberIndex - b.memberIndex);
    if (one === undefined || two === undefined) throw new Error('confirmations were kept');
    const forged = { memberIndex: two.memberIndex, signed: one.signed };
    const result = await trial.run({ already: [one, forged, ...others], isResumed: true });
    await checkCertificate(trial, result);
    expect(result.missing).toEqual([]);
    expect([...trial.network.counts]).toEqual([['confirmation', 1]]);
  });

  it('ends at once when it is cancelled, and leaves no request behind', async () => {
    const trial = await openTrial(10, 10, 12);
    spoil(trial, 10, () => 'silent');
    const controller = new AbortController();
    const running = trial.run({}, controller.signal);
    await trial.clock.sleep(100);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(trial.clock.steady()).toBe(100);
    const asked = [...trial.network.counts.values()].reduce((a, b) => a + b, 0);
    await trial.clock.sleep(600_000);
    expect([...trial.network.counts.values()].reduce((a, b) => a + b, 0)).toBe(asked);
  });
});
