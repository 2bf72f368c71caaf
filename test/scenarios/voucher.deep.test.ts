/** A voucher: extends leases once while the device sleeps, and can do nothing else, whatever is done to it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { useVoucher } from '../../app/engine/voucher.ts';
import { encodeVoucher, parseVoucher, type Voucher } from '../../app/formats/voucher.ts';
import type { Chain } from '../../app/ports/chain.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

const never = new AbortController().signal;
let world: World;
let laptop: Device;
/** What the computer that is always on has: a way to the chain. */
let chain: Chain;

beforeEach(async () => {
  world = await openWorld({ seed: 31 });
  laptop = await world.device('laptop');
  laptop.disk.user.write('/home/docs/a', world.dice.bytes(30_000));
  await laptop.protect('/home/docs');
  await laptop.sync('docs');
  chain = openChain({ endpoint: world.endpoint, clock: world.clock, fetch: world.suiFetch });
});
afterEach(() => world.close());

const make = async (frostMax?: bigint): Promise<Voucher> =>
  parseVoucher(encodeVoucher(await laptop.engine.voucher({ epochs: 9, frostMax }, never)));

const lease = async () => (await laptop.engine.leases(never)).leases[0] ?? expect.fail();

it('waits, extends once when the end is near, and the ledger takes it over when the device wakes', async () => {
  const voucher = await make();
  const { endEpoch, frostPerEpoch } = await lease();
  expect(await useVoucher(chain, voucher, 3, never)).toMatchObject({ kind: 'waiting', useAtEpoch: endEpoch - 3 });
  laptop.crash();
  while (world.ledger.epoch() < endEpoch - 3) world.ledger.advanceEpoch();
  // Dearer than when it was signed, and within its limit.
  world.ledger.setPrices(14_000n, 20_000n);
  const turn = await useVoucher(chain, voucher, 3, never);
  expect(turn).toMatchObject({ kind: 'renewed', frost: (9n * frostPerEpoch * 14_000n) / 11_000n });
  expect(await useVoucher(chain, voucher, 3, never)).toMatchObject({ kind: 'used' });
  laptop.start();
  expect((await lease()).endEpoch).toBe(endEpoch + 9);
  laptop.disk.user.write('/home/docs/b', 'after the sleep');
  await laptop.sync('docs');
  const { payments, unexplained } = await laptop.engine.budget(never);
  const paid = payments.filter(({ kind }) => kind === 'extend-later');
  expect(paid).toMatchObject([{ state: 'succeeded', paidFrost: turn.kind === 'renewed' ? turn.frost : 0n }]);
  expect(unexplained).toEqual([]);
});

it('takes no more than its limit, nor passes the cap', async () => {
  const { endEpoch, frostPerEpoch } = await lease();
  const voucher = await make(9n * frostPerEpoch);
  world.ledger.setPrices(11_001n, 20_000n);
  const before = await chain.balances((await laptop.engine.device())?.address ?? expect.fail(), never);
  expect(await useVoucher(chain, voucher, endEpoch, never)).toMatchObject({ kind: 'void' });
  expect((await chain.balances((await laptop.engine.device())?.address ?? expect.fail(), never)).frost).toBe(
    before.frost,
  );
  expect((await lease()).endEpoch).toBe(endEpoch);
  await laptop.engine.setBudget(1n);
  await expect(make()).rejects.toMatchObject({ code: 'budget-reached' });
});

it('is void as soon as the device pays for something else, and says so', async () => {
  const voucher = await make();
  laptop.disk.user.write('/home/docs/c', world.dice.bytes(10_000));
  await laptop.sync('docs');
  const { endEpoch } = await lease();
  expect(await useVoucher(chain, voucher, endEpoch, never)).toMatchObject({ kind: 'void' });
  expect((await lease()).endEpoch).toBe(endEpoch);
  expect(await useVoucher(chain, await make(), endEpoch, never)).toMatchObject({ kind: 'renewed' });
});

it('is refused by the chain when any of its bytes is changed, and holds no secret of the account', async () => {
  const voucher = await make();
  const { endEpoch } = await lease();
  for (let i = 0; i < 40; i++) {
    const transaction = voucher.transaction.slice();
    const at = Math.floor(world.dice.fraction() * transaction.length);
    transaction[at] = (transaction[at] ?? 0) ^ (1 << (i % 8));
    const changed = { ...voucher, transaction };
    const turn = await useVoucher(chain, changed, endEpoch, never).catch((error: unknown) => error);
    expect(turn).not.toMatchObject({ kind: 'renewed' });
  }
  expect((await lease()).endEpoch).toBe(endEpoch);
  const text = encodeVoucher(voucher);
  for (const word of laptop.phrase.split(' ')) expect(text.split(/[^a-z]+/)).not.toContain(word);
  expect(() => parseVoucher('{}')).toThrow(/no renewal voucher/);
  expect(() => parseVoucher(text.replace('"version": 1', '"version": 2'))).toThrow(/newer/);
});
