/** What it costs, as a person sees it: months against a cap, the way from files to room, what-if, the own currency, a voucher, checks of the past. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLink } from '../../build/window-driver/window-driver.ts';
import { parseVoucher } from '../../app/formats/voucher.ts';
import { expectAccessible, onboard, openWorld, place, type Person, type WindowWorld } from './window-world.ts';

let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  const text = 'the same line, again and again\n'.repeat(4_000);
  person = await world.person({ 'one.txt': text, 'copy of one.txt': text, 'notes.md': 'kept\n' });
  await onboard(person.page);
  await person.page.getByText('3 files, all certified.').waitFor({ timeout: 60_000 });
  await place(person.page, 'Storage & cost');
});
afterAll(() => world.close());

test('the way from files to room is told step by step, and adds up', async () => {
  const { page, daemon } = person;
  await page.getByText(/^Room: .* in use$/).waitFor();
  const fall = page.locator('.fall');
  for (const step of ['On disk', 'Found twice', 'Compressed', 'Names, padding', 'Stored'])
    await fall.getByText(step).waitFor();
  await page.getByText(/Without packs, file by file, they would keep at least/).waitFor();
  const link = openLink(daemon.url);
  const stored = await link.call('cost.stored', {});
  const one = 'the same line, again and again\n'.length * 4_000;
  expect(stored).toMatchObject({ files: 3, filesBytes: 2 * one + 5, olderVersions: 0, onceBytes: one + 5 });
  const [space] = await link.call('lease.list', {}).then(({ leases }) => leases);
  expect(stored.encodedBytes).toBe(space?.usedBytes);
  link.close();
});

test('this month is in the chart and in a table, and a cap stands over it', async () => {
  const { page } = person;
  await page.getByRole('img', { name: /^What each of 12 months cost/ }).waitFor();
  await page.getByText('Show as table').click();
  const table = page.getByRole('table', { name: 'Show as table' });
  expect(await table.getByRole('row').count()).toBe(2);
  await page.getByRole('textbox', { name: 'The most that a month may cost, in WAL' }).fill('0.0001');
  await page.getByRole('button', { name: 'Set the cap' }).click();
  await page.getByRole('heading', { name: /^This month: .* of 0.0001 WAL spent$/ }).waitFor();
  const link = openLink(person.daemon.url);
  const [{ months }, { spentFrost }] = [
    await link.call('cost.months', { months: 12 }),
    await link.call('budget.state', {}),
  ];
  expect(months.at(-1)?.spentFrost).toBe(spentFrost);
  expect(months.slice(0, -1).every((month) => month.spentFrost === '0')).toBe(true);
  link.close();
});

test('what-if answers while it is typed, asks before it reads, and changes nothing', async () => {
  const { page, daemon } = person;
  const link = openLink(daemon.url);
  const before = await link.call('money.state', {});
  await page.getByRole('textbox', { name: 'Paid further ahead, in months' }).fill('1');
  await page.getByText(/WAL once; (then paid until|the network sells no further than)/).waitFor();
  await page.getByRole('textbox', { name: 'More files, in GB' }).fill('100');
  await page.getByText(/^At most .* WAL now, for .* a month. The nodes would keep/).waitFor();
  await page.getByRole('textbox', { name: 'More files, in GB' }).fill('-1');
  await page.getByText('This is no number from 1 on.').waitFor();
  await page.getByRole('button', { name: 'Work it out' }).click();
  await page.getByText('None of 1 states would go; nothing is saved yet.').waitFor();
  expect(await link.call('money.state', {})).toEqual(before);
  const { frost, spaces } = await link.call('cost.ahead', { epochs: 2 });
  expect(frost).toBe((await link.call('lease.renew', { epochs: 2, isDry: true })).frost);
  expect(spaces).toBe(1);
  link.close();
});

test('amounts are in the own money once a price is set, and in WAL again without one', async () => {
  const { page, home } = person;
  await page.getByRole('textbox', { name: 'One WAL is worth' }).fill('free');
  await page.getByText('Write it as 0.08 and EUR.').waitFor();
  await expectAccessible(page, 'storage with a wrong price');
  await page.getByRole('textbox', { name: 'One WAL is worth' }).fill('12,5');
  await page.getByRole('textbox', { name: 'Currency' }).fill('chf');
  await page.getByRole('button', { name: 'Set the price' }).click();
  await page.getByText(/^One WAL is worth CHF.12.50, as you said on/).waitFor();
  await page.getByRole('heading', { name: /^This month: CHF/ }).waitFor();
  expect(JSON.parse(readFileSync(join(home, 'price.json'), 'utf8'))).toMatchObject({ wal: '12.5', currency: 'CHF' });
  await expectAccessible(page, 'storage in francs');
  await page.getByRole('textbox', { name: 'One WAL is worth' }).fill('');
  await page.getByRole('button', { name: 'Remove the price' }).click();
  await page.getByRole('heading', { name: /^This month: .* WAL spent$/ }).waitFor();
  expect(existsSync(join(home, 'price.json'))).toBe(false);
});

test('a voucher is refused while the cap does not allow it, and saved when it does', async () => {
  const { page, userHome } = person;
  const save = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Save a voucher…' }).click();
    await page.getByRole('textbox', { name: 'Folder' }).fill(userHome);
    await page.getByRole('button', { name: 'Choose this folder' }).click();
  };
  await save();
  await page.getByText('budget-reached').waitFor({ state: 'attached' });
  await page.getByRole('textbox', { name: 'The most that a month may cost, in WAL' }).fill('');
  await page.getByRole('button', { name: 'Remove the cap' }).click();
  await page.getByText('There is no cap.').waitFor();
  await save();
  await page.getByText(/^Saved as .*Renews one space once, for at most/).waitFor({ timeout: 30_000 });
  const name = readdirSync(userHome).find((each) => each.endsWith('.voucher')) ?? '';
  expect(parseVoucher(readFileSync(join(userHome, name), 'utf8')).pools).toHaveLength(1);
});

test('checks are kept, told as a picture and as a table, and one is made now', async () => {
  const { page } = person;
  await place(page, 'Network');
  await page.getByRole('button', { name: 'Test a restore' }).click();
  const bars = page.locator('.check-bars > i');
  const checkNow = page.getByRole('button', { name: 'Check now' });
  for (const made of [1, 2]) {
    await checkNow.click();
    await expect.poll(() => bars.count(), { timeout: 30_000 }).toBe(made);
  }
  await page.getByText(/can be rebuilt; the chance/).waitFor();
  await place(page, 'Network');
  await page.getByRole('button', { name: 'Test a restore' }).click();
  await page.getByText(/^Last checked .* Nothing was amiss\.$/).waitFor();
  await page.getByText('Show as table').click();
  expect(await page.getByRole('table', { name: 'What the nodes keep' }).getByRole('row').count()).toBe(3);
  await expectAccessible(page, 'checks of the past');
});
