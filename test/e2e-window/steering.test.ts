/** What a person lets Floe do, said in the window and on the command line: pauses, limits, a schedule, folders of choice, brakes, history, and a burst of rewrites. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { floeJson, type Line } from '../e2e/floe-process.ts';
import { expectAccessible, onboard, openWorld, place, type Person, type WindowWorld } from './window-world.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `letters/${name}.md`);
/** A command needs seconds to start on a busy machine. */
const cold = { timeout: 20_000 };
let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({
    'notes.md': 'kept\n',
    'raw/one.bin': '1'.repeat(5_000),
    'raw/deep/two.bin': '2'.repeat(7_000),
    ...Object.fromEntries(letters.map((path) => [path, `Dear reader of ${path},\n`.repeat(200)])),
  });
  await onboard(person.page);
  await person.page.getByText('9 files, all certified.').waitFor({ timeout: 60_000 });
});
afterAll(() => world.close());

const floe = async (...words: readonly string[]): Promise<Line> =>
  (await floeJson([...words, '--home', person.home])).last;

test('a pause on the command line shows in the window, and the window ends it', async () => {
  const { page } = person;
  expect(await floe('pause', '--for', '2h')).toMatchObject({ event: 'done', paused: { reason: 'user' } });
  await page.getByText('Paused by you').first().waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  expect(await floe('resume')).toMatchObject({ spaces: [] });
  await place(page, 'Documents');
  await page.getByRole('main').getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
  await page.getByRole('main').getByText('Paused by you').first().waitFor();
  await expectAccessible(page, 'a paused space');
  const told = await floe('pause');
  expect(told).toMatchObject({ paused: { reason: 'user' }, spaces: [{ name: 'Documents', isAll: true }] });
  await page.getByText('Everything is paused.').waitFor();
  await floe('resume');
  await page.getByRole('main').getByRole('button', { name: 'Pause' }).waitFor();
});

test('a limit set in the window holds on the command line, and a schedule told there stands in the window', async () => {
  const { page } = person;
  await place(page, 'Settings');
  await page.getByRole('button', { name: 'Pace and power' }).click();
  const up = page.getByRole('textbox', { name: 'Send at most, in MB a second' });
  await up.fill('fast');
  await page.getByText('A number above 0, such as 2.5').waitFor();
  await up.fill('2.5');
  await page.getByRole('button', { name: 'Set the limits' }).click();
  await page.getByText('Floe keeps to your limits now.').waitFor();
  expect(await floe('limit')).toMatchObject({ up: 2_500_000, down: null });
  await floe('limit', '--up', 'off', '--down', '1MB/s');
  await expect.poll(() => page.getByRole('textbox', { name: 'Fetch at most, in MB a second' }).inputValue()).toBe('1');
  await floe('schedule', 'mon-fri 08:00-18:00 limited');
  const rule = page.getByRole('group', { name: 'Rule 1' });
  await rule.waitFor();
  expect(await rule.getByLabel('From').inputValue()).toBe('08:00');
  // With the keys alone: a second rule, on two days, that says nothing.
  await page.getByRole('button', { name: 'Add a rule' }).press('Enter');
  const second = page.getByRole('group', { name: 'Rule 2' });
  for (const day of ['Mon', 'Tue', 'Wed']) await second.getByRole('button', { name: day }).press('Space');
  await second.getByLabel('To').fill('06:30');
  await second.getByText('into the next day').waitFor();
  await second.getByRole('radio', { name: 'Nothing' }).press('Space');
  await expectAccessible(page, 'pace and power');
  await page.getByRole('button', { name: 'Save the schedule' }).press('Enter');
  await page.getByRole('button', { name: 'Save the schedule' }).waitFor({ state: 'detached' });
  expect(await floe('schedule')).toMatchObject({
    rules: ['mon,tue,wed,thu,fri 08:00-18:00 limited', 'thu,fri 08:00-06:30 nothing'],
  });
  await floe('schedule', 'daily 00:00-24:00 nothing');
  await page.getByText('Paused by the schedule').waitFor();
  await floe('schedule', '--off');
  await page.getByText('No schedule. Floe may work at any hour.').waitFor();
  await page.getByRole('radiogroup', { name: 'On battery' }).getByRole('radio', { name: 'Rest' }).click();
  await expect.poll(async () => (await floe('power'))['policy'], cold).toEqual({ battery: 'all', metered: 'all' });
  await floe('limit', '--down', 'off');
});

test('an aggregator is added and taken away with the keys alone, and the command line says the same', async () => {
  const { page } = person;
  const { aggregator: url } = JSON.parse(readFileSync(join(world.network.dir, 'network.json'), 'utf8')) as {
    readonly aggregator: string;
  };
  await place(page, 'Settings');
  await page.getByRole('button', { name: 'Pace and power' }).click();
  const address = page.getByRole('textbox', { name: /^Address, such as/ });
  await address.fill('http://elsewhere.example.org');
  await page.getByText('An address that begins with https://').waitFor();
  await address.fill(url);
  await address.press('Enter');
  await page.getByText('Answers', { exact: true }).waitFor();
  expect(await address.inputValue()).toBe('');
  expect(await floe('aggregators')).toMatchObject({ aggregators: [{ url, lies: 0 }] });
  await floe('aggregators', url, 'http://127.0.0.1:1');
  await page.getByText('Does not answer; storage nodes are read instead').waitFor();
  await expectAccessible(page, 'aggregators');
  await page.getByRole('button', { name: 'Remove http://127.0.0.1:1' }).press('Enter');
  await expect.poll(async () => (await floe('aggregators'))['aggregators'], cold).toMatchObject([{ url }]);
  await floe('aggregators', '--off');
  await page.getByRole('button', { name: `Remove ${url}` }).waitFor({ state: 'detached' });
});

test('a folder that is unticked leaves this computer and stays in the space; ticked again it comes back', async () => {
  const { page, userHome } = person;
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'On this computer' }).click();
  await page.getByText('Every folder of this space is on this computer.').waitFor();
  const tree = page.getByRole('treegrid', { name: 'Folders of Documents' });
  await tree.getByRole('row', { name: /raw/ }).click();
  await tree.press('ArrowRight');
  await tree.getByRole('row', { name: /deep/ }).waitFor();
  await tree.press('ArrowDown');
  await tree.press('Space');
  await tree.getByRole('row', { name: /partly raw/ }).waitFor();
  await expectAccessible(page, 'folders of choice');
  await page.getByRole('button', { name: 'Apply the choice' }).click();
  await page.getByText('Some folders of this space are not on this computer.').waitFor();
  const deep = join(userHome, 'Documents/raw/deep');
  await expect.poll(() => existsSync(deep), { timeout: 30_000 }).toBe(false);
  expect(existsSync(join(userHome, 'Documents/raw/one.bin'))).toBe(true);
  await page.getByRole('button', { name: 'Bring everything here' }).click();
  await expect.poll(() => existsSync(join(deep, 'two.bin')), { timeout: 30_000 }).toBe(true);
});

test('brakes are set, and what other rules of history would give up is shown before they are saved', async () => {
  const { page } = person;
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'Brakes and history' }).click();
  await page.getByRole('textbox', { name: 'Files that become unreadable at once' }).fill('3');
  await page.getByRole('button', { name: 'Save the brakes' }).click();
  await expect.poll(async () => (await floe('brake', 'Documents'))['rewrites'], cold).toBe(3);
  await page.getByText('Fewer states, the older they are').click();
  const save = page.getByRole('button', { name: 'Save these rules' });
  expect(await save.isDisabled()).toBe(true);
  const daily = page.getByRole('textbox', { name: 'Then one a day, up to this many days ago' });
  await daily.fill('10');
  await page.getByText('Days as whole numbers').waitFor();
  await daily.fill('60');
  await page.getByRole('button', { name: 'See what would go' }).click();
  await page.getByText(/^Nothing goes:/).waitFor({ timeout: 30_000 });
  await expectAccessible(page, 'brakes and history');
  await save.click();
  await expect.poll(() => save.isDisabled()).toBe(true);
  expect(await page.getByRole('radio', { name: 'Fewer states, the older they are' }).isChecked()).toBe(true);
  expect(await daily.inputValue()).toBe('60');
});

test('a burst of rewrites that look like an encryption is said plainly, and waits for a word', async () => {
  const { page, userHome } = person;
  for (const path of letters) writeFileSync(join(userHome, 'Documents', path), randomBytes(4_000));
  await place(page, 'Needs you');
  await page.getByRole('option', { name: /6 files became unreadable/ }).click({ timeout: 60_000 });
  await page.getByText(/6 files were rewritten on this computer at once and look encrypted/).waitFor();
  await page.getByText(/take this computer off the network/).waitFor();
  await expectAccessible(page, 'files that look encrypted');
  await page.getByRole('button', { name: 'It is meant…' }).click();
  await page.getByRole('button', { name: 'Take 6 files as they are' }).click();
  await page.getByRole('option', { name: /became unreadable/ }).waitFor({ state: 'detached', timeout: 30_000 });
});

test('a folder that is no longer kept stays as it is, and the space can come to another one', async () => {
  const { page, userHome } = person;
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'On this computer' }).click();
  await page.getByRole('button', { name: 'Stop keeping this folder…' }).click();
  const question = page.getByRole('dialog', { name: 'Stop keeping Documents here?' });
  await expectAccessible(page, 'a folder that is to be left');
  // What the last test changed may still be on its way: then it is said, and asked again.
  await expect
    .poll(
      async () => {
        if (!(await question.isVisible())) return true;
        await question.getByRole('button', { name: 'Stop keeping it' }).click();
        return false;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toBe(true);
  await page.getByText('This space has no folder on this computer.', { exact: false }).waitFor();
  expect(existsSync(join(userHome, 'Documents/notes.md'))).toBe(true);
  expect(existsSync(join(userHome, 'Documents/.floe-space'))).toBe(false);
  expect((await floe('add', join(userHome, 'again'), '--space', 'Documents'))['event']).toBe('failed');
  mkdirSync(join(userHome, 'again'));
  expect((await floe('add', join(userHome, 'again'), '--space', 'Documents'))['name']).toBe('Documents');
  await expect.poll(() => existsSync(join(userHome, 'again/notes.md')), { timeout: 60_000 }).toBe(true);
  await page.getByText('Every folder of this space is on this computer.').waitFor();
});
