/** Receipts: issued from a device, or from a computer that was empty a minute ago; checked with nothing but their bytes. */
import { createHash } from 'node:crypto';
import { verifyPersonalMessageSignature } from '@mysten/sui/verify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  receiptDigest,
  receiptFromBytes,
  receiptToBytes,
  signedText,
  type Receipt,
} from '../../app/formats/receipt.ts';
import { verifyReceipt } from '../../app/formats/verify-receipt.ts';
import { openAccount } from '../../app/adapters/account/account.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const seed = 77;
const dice = seededDice(seed);
const large = dice.bytes(700_000);
let world: World;
let laptop: Device;
let issued: Uint8Array;
let receipt: Receipt;
beforeAll(async () => {
  world = await openWorld({ seed });
  laptop = await world.device('laptop');
  laptop.disk.user.write('/home/papers/secret plans.raw', large);
  laptop.disk.user.write('/home/papers/empty', '');
  await laptop.protect('/home/papers');
  await laptop.sync();
  const request = { space: 'papers', path: 'secret plans.raw', at: undefined, withName: false };
  ({ bytes: issued, receipt } = await laptop.engine.receipt(request, never));
});
afterAll(() => world.close());

/** The same receipt with something else in it, sealed by its issuer again: what only the nodes' words can refute. */
async function resealed(change: Partial<Receipt>): Promise<Uint8Array> {
  const changed = { ...receipt, ...change };
  const digest = receiptDigest(changed);
  const signature = await openAccount(world.phrase).signer(0).signMessage(signedText(digest));
  return receiptToBytes({ receipt: changed, digest, signature });
}

function reasonOf(bytes: Uint8Array): string {
  const verdict = verifyReceipt(bytes);
  return verdict.valid ? 'valid' : verdict.reason;
}

describe('a receipt', () => {
  it('is proven by its own bytes: content, blobs, quorum, certification on chain and lease', () => {
    const verdict = verifyReceipt(issued);
    if (!verdict.valid) expect.fail(verdict.reason);
    expect(verdict.receipt.content.bytes).toBe(large.length);
    expect(Buffer.from(verdict.receipt.content.sha256).toString('hex')).toBe(
      createHash('sha256').update(large).digest('hex'),
    );
    expect(verdict.signedShards).toBeGreaterThanOrEqual(7);
    expect(verdict.receipt.blobs.length).toBeGreaterThan(2);
    expect(verdict.endEpoch).toBeGreaterThan(verdict.receipt.committee.epoch);
    for (const { event } of verdict.receipt.blobs) expect(event?.type).toMatch(/::events::PooledBlobCertified$/);
  });

  it("is signed as Sui's own tools verify it, by the device", async () => {
    const sealed = receiptFromBytes(issued);
    if (typeof sealed === 'string') expect.fail(sealed);
    const base64 = Buffer.from(sealed.signature).toString('base64');
    const key = await verifyPersonalMessageSignature(signedText(sealed.digest), base64);
    expect(key.toSuiAddress()).toBe((await laptop.engine.device())?.address);
  });

  it('tells no names and no keys unless it was asked to', async () => {
    const text = Buffer.from(issued).toString();
    for (const secret of ['secret', 'plans', 'papers', 'laptop', world.phrase.split(' ')[3] ?? ''])
      expect(text).not.toContain(secret);
    const request = { space: 'papers', path: 'secret plans.raw', at: undefined, withName: true };
    const named = await laptop.engine.receipt(request, never);
    expect(verifyReceipt(named.bytes)).toMatchObject({
      valid: true,
      receipt: { name: { space: 'papers', path: 'secret plans.raw' } },
    });
  });

  it('with any of 10,000 bits changed at random proves nothing, and the reason is said', () => {
    const reasons = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const bytes = issued.slice();
      const bit = Math.floor(dice.fraction() * bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const verdict = verifyReceipt(bytes);
      if (verdict.valid) expect.fail(`seed ${seed}: bit ${bit} may change`);
      reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
    }
    expect([...reasons.keys()].every((reason) => reason.length > 10)).toBe(true);
    expect(reasons.size).toBeGreaterThan(1);
  });

  it('that its issuer falsified is refuted by the nodes and the chain', async () => {
    const [first, ...rest] = receipt.blobs;
    if (!first) expect.fail('a blob');
    const { committee } = receipt;
    const [member, ...others] = committee.members;
    if (!member) expect.fail('a member');
    const withBlob = (change: Partial<typeof first>) => resealed({ blobs: [{ ...first, ...change }, ...rest] });
    const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const other = receipt.blobs[1]?.blobId ?? first.blobId;
    const event = first.event ?? expect.fail('an event');
    expect(reasonOf(await resealed({}))).toBe('valid');
    expect(reasonOf(await withBlob({ blobId: other }))).toMatch(/signed for another blob/);
    expect(reasonOf(await withBlob({ signature: flip(first.signature, 70) }))).toMatch(/does not verify/);
    expect(reasonOf(await withBlob({ signers: Uint8Array.of(0b1) }))).toMatch(/two thirds are needed/);
    expect(reasonOf(await withBlob({ signers: Uint8Array.of(0xff) }))).toMatch(/does not have/);
    expect(reasonOf(await withBlob({ endEpoch: committee.epoch }))).toMatch(/lease does not cover/);
    expect(reasonOf(await withBlob({ certifiedEpoch: 0 }))).toMatch(/event tells of something else/);
    expect(reasonOf(await withBlob({ event: { ...event, contents: flip(event.contents, 5) } }))).toMatch(/event/);
    expect(reasonOf(await resealed({ blobs: [] }))).toMatch(/no blob/);
    expect(
      reasonOf(await resealed({ committee: { ...committee, members: [{ ...member, weight: 1 }, ...others] } })),
    ).toMatch(/shards and not the/);
    const swapped = { ...committee, members: [...committee.members].reverse() };
    expect(reasonOf(await resealed({ committee: swapped }))).toMatch(/order of the chain/);
    expect(reasonOf(await resealed({ issuer: first.object }))).toMatch(/not that of the issuer/);
  });

  it('is refused as bytes of another form', () => {
    for (const text of ['', '{}', '[]', 'null', '{"format":"floe receipt"', '\u0000'.repeat(100)])
      expect(verifyReceipt(Buffer.from(text)).valid).toBe(false);
    expect(reasonOf(new Uint8Array(5 * 1024 * 1024))).toMatch(/larger/);
    expect(reasonOf(Buffer.concat([issued, Buffer.from('\n')]))).toMatch(/one way/);
    expect(reasonOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), issued]))).toMatch(/one way/);
  });

  it('is issued on a computer that recovered from the phrase alone, with a third of the shards down', async () => {
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    await fresh.engine.chooseDevice('fresh', never);
    world.nodes[0]?.stop();
    try {
      for (const path of ['secret plans.raw', 'empty']) {
        const { bytes } = await fresh.engine.receipt({ space: 'papers', path, at: undefined, withName: false }, never);
        expect(verifyReceipt(bytes).valid).toBe(true);
      }
    } finally {
      world.nodes[0]?.start();
    }
    expect(await fresh.intents(), 'nothing was paid').toBe(0);
  });

  it('is not issued when too few nodes still hold the blobs', async () => {
    world.nodes[0]?.stop();
    world.nodes[1]?.stop();
    try {
      const request = { space: 'papers', path: 'empty', at: undefined, withName: false };
      await expect(laptop.engine.receipt(request, never)).rejects.toMatchObject({ code: 'quorum-lost' });
    } finally {
      world.nodes[0]?.start();
      world.nodes[1]?.start();
    }
  });

  it('is for one file that was there', async () => {
    const ask = (path: string) =>
      laptop.engine.receipt({ space: 'papers', path, at: undefined, withName: false }, never);
    await expect(ask('nothing')).rejects.toMatchObject({ code: 'not-found' });
    laptop.disk.user.makeFolder('/home/papers/folder');
    await laptop.sync('papers');
    await expect(ask('folder')).rejects.toMatchObject({ code: 'bad-input' });
  });
});
