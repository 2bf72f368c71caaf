/** What a person does over the months: a test restore, a look at who holds a file, a receipt, rules, a renewal, a cap, a deleted file, and two devices in conflict. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLink, startDaemon, type Daemon } from '../../build/window-driver/window-driver.ts';
import { expectAccessible, onboard, openWorld, place, writeAt, type Person, type WindowWorld } from './window-world.ts';

let world: WindowWorld;
let person: Person;
let other: Daemon | undefined;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({ 'notes.md': 'kept\n', 'deep/plan.md': 'one\ntwo\nthree\n', 'deep/draft.tmp': 'x\n' });
  await onboard(person.page);
  await person.page.getByText('3 files, all certified.').waitFor({ timeout: 60_000 });
});
afterAll(async () => {
  await other?.end();
  await world.close();
});

test('a file tells its steps, who signed for it and whose plates hold its bytes', async () => {
  const { page } = person;
  await place(page, 'Activity');
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('plan');
  const row = page.getByRole('grid').getByRole('row', { name: /plan/ });
  await row.click();
  expect(await page.getByRole('grid').getByRole('row').count()).toBe(2);
  await page.getByText(/Uploaded: (8|9|10|11|12) of 12 nodes signed/).waitFor();
  await page.getByRole('complementary').getByText('Details').click();
  await page.getByText('These nodes have signed').waitFor();
  await expectAccessible(page, 'activity with a file');
  await place(page, 'Documents');
  await page.getByRole('treegrid').getByRole('row', { name: /notes/ }).click();
  await page.getByText(/with (one|\d+) nodes?; any third of 12 can stand in/).waitFor();
  await expectAccessible(page, 'a file of a space');
});

test('a test restore leaves out a third of the network, says how it went, and the nodes are checked', async () => {
  const { page } = person;
  await place(page, 'Network');
  await page.getByRole('button', { name: 'Test a restore' }).click();
  await page.getByText('No test restore yet.').waitFor();
  await page.getByRole('button', { name: 'Test now' }).click();
  await page.getByText(/^It comes back. Last tested/).waitFor({ timeout: 30_000 });
  await page.getByText(/3 files, .* without 3\d% of the network, .* every one is right/).waitFor();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/can be rebuilt; the chance .* less than one in/).waitFor({ timeout: 30_000 });
  await expectAccessible(page, 'drill');
  await place(page, 'Overview');
  await page.getByText(/^Last test restore/).waitFor();
});

test('a receipt is issued, saved, and holds when it is checked; a bent one does not', async () => {
  const { page, userHome } = person;
  await place(page, 'Documents');
  await page.getByRole('treegrid').getByRole('row', { name: /notes/ }).click();
  await page.getByRole('button', { name: 'Receipt' }).click();
  await page.getByRole('button', { name: 'Issue a receipt' }).click();
  await page.getByText(/signed that they hold what these 5 bytes lie in/).waitFor({ timeout: 30_000 });
  await expectAccessible(page, 'receipt');
  await page.getByRole('button', { name: 'Save the receipt…' }).click();
  await page.getByRole('textbox', { name: 'Folder' }).fill(userHome);
  await page.getByRole('button', { name: 'Choose this folder' }).click();
  await page.getByText('Saved as').waitFor();
  const name = readdirSync(userHome).find((each) => each.startsWith('floe-receipt-')) ?? '';
  const file = join(userHome, name);
  await page.locator('input[type=file]').setInputFiles(file);
  await expect.poll(() => page.getByText(/signed that they hold/).count()).toBe(2);
  const bent = readFileSync(file, 'utf8').replace(/"bytes":(\s*)5/, '"bytes":$16');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'bent.json', mimeType: 'application/json', buffer: Buffer.from(bent) });
  await page.getByText('This receipt proves nothing.').waitFor();
  await expectAccessible(page, 'receipt that does not hold');
});

test('rules say what they would leave out while they are typed, and are saved when asked', async () => {
  const { page, userHome } = person;
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'Left out' }).click();
  await page.getByText('These rules leave nothing out.').waitFor();
  await page.getByRole('textbox', { name: 'Rules of this folder' }).fill('*.tmp\n');
  await page.getByText('These rules leave out one file or folder.').waitFor();
  await page.getByText('deep/draft.tmp').waitFor();
  await expectAccessible(page, 'rules');
  expect(existsSync(join(userHome, 'Documents/.floeignore'))).toBe(false);
  await page.getByRole('button', { name: 'Save the rules' }).click();
  await expect.poll(() => existsSync(join(userHome, 'Documents/.floeignore'))).toBe(true);
});

test('a renewal says its price first, and a cap is set and taken away', async () => {
  const { page } = person;
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'Lease' }).click();
  await page.getByRole('button', { name: 'Pay further ahead…' }).click();
  await page.getByText(/It costs .* WAL of play money/).waitFor();
  await expectAccessible(page, 'renewal');
  await page.getByRole('button', { name: /^Pay .* WAL$/ }).click();
  await page
    .getByRole('dialog')
    .getByText(/^Paid until/)
    .last()
    .waitFor({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Done' }).click();
  await place(page, 'Storage & cost');
  await page.getByText('There is no cap.').waitFor();
  await page.getByRole('textbox', { name: 'The most that a month may cost, in WAL' }).fill('20');
  await page.getByRole('button', { name: 'Set the cap' }).click();
  await page.getByText(/are left of a cap of 20 WAL/).waitFor();
  await page.getByText('Floe renews by itself').click();
  await page.getByText('Nothing is renewed until you do it').waitFor();
  await expectAccessible(page, 'storage and cost');
  await page.getByText('Floe renews by itself').click();
});

test('a deleted file is found by name and comes back', async () => {
  const { page, userHome } = person;
  const file = join(userHome, 'Documents/notes.md');
  rmSync(file);
  await place(page, 'History');
  await page.getByRole('radio', { name: 'Deleted' }).click();
  await page.getByText(/^One name that was here is gone/).waitFor({ timeout: 30_000 });
  await page.getByRole('grid').getByRole('row', { name: /notes/ }).click();
  await page.getByRole('group', { name: 'Text' }).or(page.locator('.diff')).first().waitFor();
  await expectAccessible(page, 'deleted');
  await page.getByRole('button', { name: 'Put back here…' }).click();
  await page.getByRole('button', { name: 'Restore one file' }).click();
  await page.getByText('One file is back, byte for byte.').waitFor();
  expect(readFileSync(file, 'utf8')).toBe('kept\n');
  await page.getByRole('button', { name: 'Done' }).click();
});

test('the past is served for the file manager, and ends when it is closed', async () => {
  const { page } = person;
  await page.getByRole('button', { name: 'Open in the file manager' }).click();
  const dialog = page.getByRole('dialog', { name: 'The past, as folders' });
  const address = (await dialog.locator('.mono').textContent()) ?? '';
  expect((await fetch(address, { method: 'PROPFIND', headers: { depth: '0' } })).status).toBe(207);
  await expectAccessible(page, 'the past as folders');
  await dialog.getByRole('button', { name: 'Close the address' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect(fetch(address)).rejects.toThrow();
});

test('two devices change one file: both are shown side by side, and one is kept', async () => {
  const { page, daemon, userHome } = person;
  const mine = openLink(daemon.url);
  const { phrase } = await mine.call('account.phrase', {});
  const home2 = join(userHome, '..', 'second');
  const folder2 = join(home2, 'Documents');
  mkdirSync(folder2, { recursive: true });
  other = await startDaemon({ home: join(home2, '.floe'), userHome: home2, localnet: world.network.dir });
  const theirs = openLink(other.url);
  const found = await theirs.call('account.recover', { network: 'local', phrase, deviceName: 'harbour-desk' });
  await theirs.call('space.join', { space: found.spaces[0]?.space ?? '', folder: folder2 });
  const file = 'deep/plan.md';
  await expect.poll(() => existsSync(join(folder2, file)), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => existsSync(join(folder2, 'notes.md')), { timeout: 60_000 }).toBe(true);
  // Both change it before they hear of one another.
  await mine.call('sync.pause', {});
  writeAt(join(folder2, file), 'one\ntwo of theirs\nthree\n');
  const { space } = found.spaces[0] ?? { space: '' };
  const states = async (): Promise<readonly string[]> =>
    (await theirs.call('history.versions', { space, path: file })).length < 2
      ? []
      : (await theirs.call('history.log', { space })).map(({ state }) => state);
  await expect.poll(states, { timeout: 60_000 }).toSatisfy((all: readonly string[]) => all[0] === 'certified');
  await theirs.call('sync.pause', {});
  writeAt(join(userHome, 'Documents', file), 'one\ntwo of mine\nthree\n');
  // The other device has its first say with this change: it is looked for now, and not in some minutes.
  await mine.call('sync.now', {});
  await mine.call('sync.resume', {});
  await place(page, 'Needs you');
  await page.getByRole('option', { name: /changed on two devices/ }).click({ timeout: 60_000 });
  await page.getByText('One line only in the first, one only beside it').first().waitFor({ timeout: 30_000 });
  await expectAccessible(page, 'conflict');
  await page.getByRole('button', { name: 'Keep this computer’s' }).click();
  await page.getByRole('option', { name: /changed on two devices/ }).waitFor({ state: 'detached', timeout: 30_000 });
  expect(readFileSync(join(userHome, 'Documents', file), 'utf8')).toBe('one\ntwo of mine\nthree\n');
  await theirs.call('sync.resume', {});
  await expect
    .poll(() => readFileSync(join(folder2, file), 'utf8'), { timeout: 60_000 })
    .toBe('one\ntwo of mine\nthree\n');
  expect(readdirSync(join(userHome, 'Documents/deep')).toSorted()).toEqual(['draft.tmp', 'plan.md']);
  mine.close();
  theirs.close();

  await place(page, 'Devices');
  const device = page.getByRole('listitem').filter({ hasText: 'harbour-desk' });
  await device.getByRole('button', { name: 'Gone for good…' }).click();
  const question = page.getByRole('dialog', { name: 'Is harbour-desk gone for good?' });
  await expectAccessible(page, 'a device that is gone');
  await question.getByRole('button', { name: 'It is gone' }).click();
  await device.getByText('gone for good', { exact: true }).waitFor();
  await device.getByRole('button', { name: 'It came back' }).click();
  await device.getByText('gone for good', { exact: true }).waitFor({ state: 'detached' });
});
