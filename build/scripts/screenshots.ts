/**
 * `npm run screenshots`: every screen in light and dark, at 1280 × 800 and 800 × 600, with a real daemon and an embedded network behind it, into
 * docs/screenshots. Words given choose among the names. The files in the pictures are made up here; nothing of this machine is in them.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { makeFolders, noise, writerIn, writeResults } from './picture-folders.ts';
import { buildParts } from '../bundle/bundle.ts';
import {
  openChromium,
  openLink,
  openWindow,
  startDaemon,
  startNetwork,
  type EmbeddedNetwork,
} from '../window-driver/window-driver.ts';

const root = join(import.meta.dirname, '../..');
const out = join(root, 'docs/screenshots');
const wanted = process.argv.slice(2);
const looks = [
  { width: 1280, height: 800, scheme: 'light', ending: 'light' },
  { width: 1280, height: 800, scheme: 'dark', ending: 'dark' },
  { width: 800, height: 600, scheme: 'light', ending: 'light-800x600' },
  { width: 800, height: 600, scheme: 'dark', ending: 'dark-800x600' },
] as const;
/** As many as fit this machine; each keeps its own share of the shards. */
const nodes = 34;
const shards = 100;

await buildParts(root, ['renderer']);
mkdirSync(out, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), 'floe-pictures-'));
const userHome = join(dir, 'ada');
const write = writerIn(userHome);
const network = await startNetwork(join(dir, 'network'), nodes, shards);
const browser = await openChromium();
try {
  makeFolders(write);
  await onboarding(browser, network);
} finally {
  await browser.close();
  await network.end();
  rmSync(dir, { recursive: true, force: true });
}

/** One picture in every look; the page is left as it was. */
async function picture(page: Page, name: string): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  for (const { width, height, scheme, ending } of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(out, `${name}-${ending}.png`) });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  console.log(name);
}

async function onboarding(chromium: Browser, { dir: localnet }: EmbeddedNetwork): Promise<void> {
  const daemon = await startDaemon({ home: join(userHome, '.floe'), userHome, localnet });
  const { page } = await openWindow(chromium, daemon.url);
  const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
  await page.locator('.sea .plate, .sea path.waiting').first().waitFor();
  await picture(page, 'onboarding-1');
  await press(/Start new/);
  await page.getByText('A small network on this computer').click();
  await page.getByRole('textbox', { name: 'Name of this computer' }).fill('Ada’s laptop');
  await picture(page, 'onboarding-account');
  await press('Show me the words');
  await page.getByRole('heading', { name: /Write these 24 words/ }).waitFor();
  const words = (await page.getByRole('list', { name: 'Your 24 words' }).getByRole('listitem').allTextContents()).map(
    (each) => each.replace(/^\d+/, ''),
  );
  await picture(page, 'onboarding-phrase');
  await press('I have written them down');
  await picture(page, 'onboarding-check');
  for (const label of await page.getByText(/^Word \d+$/).allTextContents())
    await page
      .getByRole('textbox', { name: label, exact: true })
      .fill(words[Number(label.replace(/\D/g, '')) - 1] ?? '');
  await press(/^Check$/);
  for (const folder of ['Documents', 'Photos', 'Client work']) {
    await press(/^Choose a folder…$|^Another folder…$/);
    await page.getByRole('textbox', { name: 'Folder' }).waitFor();
    if (folder === 'Client work') await picture(page, 'choose-folder');
    await page.getByRole('textbox', { name: 'Folder' }).fill(join(userHome, folder));
    await press('Choose this folder');
  }
  await page.locator('button:has-text("Continue"):not([disabled])').waitFor();
  await picture(page, 'onboarding-2');
  await press('Continue');
  await picture(page, 'onboarding-3');
  await press(/^Start$/);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page
    .getByText(/Uploading/)
    .first()
    .waitFor();
  await picture(page, 'overview-uploading');
  await settled(page);
  await past(page);
  await screens(page);
  await conflict(page, daemon.url, words.join(' '));
  await encrypted(page, daemon.url);
  await trouble(page, daemon.end);
}

async function settled(page: Page): Promise<void> {
  await page.getByText('Everything is certified').first().waitFor({ timeout: 120_000 });
}

/** Edits, so that there is something to go back to. */
async function past(page: Page): Promise<void> {
  for (const state of [1, 2]) {
    writeResults(write, state);
    await page
      .getByText(/Looking|Reading|Packing|Uploading|Certifying|Preparing/)
      .first()
      .waitFor({ timeout: 30_000 });
    await settled(page);
  }
}

async function place(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Floe' }).getByRole('button', { name }).first().click();
}

async function screens(page: Page): Promise<void> {
  await place(page, 'Overview');
  await page.getByText(/all certified/).waitFor();
  await picture(page, 'overview');
  await place(page, 'Activity');
  await page.getByRole('grid').getByRole('row').nth(2).click();
  await picture(page, 'activity');
  await place(page, 'Documents');
  const files = page.getByRole('treegrid');
  for (const folder of [/^Thesis/, /^Harbour/]) await files.getByRole('row', { name: folder }).dblclick();
  await files.getByRole('row', { name: /04 Results/ }).click();
  await page.getByText(/oldest/).waitFor();
  await page.getByText(/can stand in/).waitFor();
  await picture(page, 'space');
  await page.getByRole('button', { name: 'Receipt' }).click();
  await page.getByRole('button', { name: 'Issue a receipt' }).click();
  await page.getByText(/signed that they hold/).waitFor({ timeout: 60_000 });
  await picture(page, 'receipt');
  await place(page, 'Documents');
  await page.getByRole('tab', { name: 'Left out' }).click();
  await page.getByRole('textbox', { name: 'Rules of this folder' }).fill('*.bib\n/Tax/2022/\n');
  await page.getByText(/leave out 2 files/).waitFor();
  await picture(page, 'space-left-out');
  await page.getByRole('tab', { name: 'On this computer' }).click();
  const folders = page.getByRole('treegrid');
  await folders.getByRole('row', { name: /Thesis/ }).click();
  for (const key of ['ArrowRight', 'ArrowUp', 'Space']) {
    await folders.press(key);
    await page.waitForTimeout(300);
  }
  await picture(page, 'space-folders');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'It is somewhere else now…' }).click();
  await page.getByRole('dialog').waitFor();
  await picture(page, 'move-space');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Stop keeping this folder…' }).click();
  await page.getByRole('dialog').waitFor();
  await picture(page, 'leave-space');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('tab', { name: 'Brakes and history' }).click();
  await page.getByText('Fewer states, the older they are').click();
  await page.getByRole('button', { name: 'See what would go' }).click();
  await page.getByText(/^Nothing goes:/).waitFor({ timeout: 60_000 });
  await picture(page, 'space-care');
  await page.getByRole('tab', { name: 'Lease' }).click();
  await page.getByText('Always paid ahead for').waitFor();
  await picture(page, 'space-lease');
  await page.getByRole('button', { name: 'Pay further ahead…' }).click();
  await page.getByText(/It costs/).waitFor();
  await picture(page, 'renew');
  await page.keyboard.press('Escape');
  await place(page, 'History');
  const back = page.getByRole('button', { name: 'One change back' });
  await page.getByRole('slider', { name: 'Moment' }).waitFor();
  while (await back.isEnabled()) await back.click();
  await files.getByRole('row', { name: /Thesis/ }).dblclick();
  await files.getByRole('row', { name: /04 Results/ }).click();
  await page.getByText(/since then/).waitFor();
  await files
    .getByRole('row', { name: /04 Results/ })
    .locator('.box')
    .click();
  await picture(page, 'history');
  await page.getByRole('button', { name: 'Put back here…' }).click();
  await page.getByText(/would be written/).waitFor();
  await picture(page, 'restore');
  await page.keyboard.press('Escape');
  for (const name of ['To Aunt Maud', 'Harbour office, berth 12'])
    rmSync(join(userHome, `Documents/Letters/${name}.md`));
  await page.getByRole('radio', { name: 'Deleted' }).click();
  await page.getByText(/^2 names that were here are gone/).waitFor({ timeout: 60_000 });
  await page.getByRole('grid').getByRole('row', { name: /Maud/ }).click();
  await page
    .getByText(/^Dear reader/)
    .first()
    .waitFor();
  await picture(page, 'deleted');
  for (const [name, file] of [
    ['Storage & cost', 'storage'],
    ['Devices', 'devices'],
    ['Needs you', 'needs-nothing'],
    ['Settings', 'settings'],
  ] as const) {
    await place(page, name);
    if (file === 'storage') for (const words of ['There is no cap.', /WAL once/]) await page.getByText(words).waitFor();
    await page.waitForTimeout(600);
    await picture(page, file);
  }
  for (const group of ['Pace and power', 'Security', 'Diagnostics']) {
    await page.getByRole('button', { name: group }).click();
    if (group === 'Pace and power') await pace(page);
    await picture(page, `settings-${group.split(' ')[0]?.toLowerCase()}`);
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await picture(page, 'find');
  await page.keyboard.press('Escape');
}

/** A limit, and a week that has rules. */
async function pace(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: /^Send at most/ }).fill('2.5');
  await page.getByRole('button', { name: 'Set the limits' }).click();
  await page.getByText('Floe keeps to your limits now.').waitFor();
  for (const number of [1, 2]) {
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByRole('group', { name: `Rule ${number}` }).waitFor();
  }
  const second = page.getByRole('group', { name: 'Rule 2' });
  await second.getByLabel('From').fill('22:00');
  await second.getByLabel('To').fill('06:00');
  await second.getByRole('radio', { name: 'Full' }).click();
}

/** Many files of a journal become unreadable at once. */
async function encrypted(page: Page, url: string): Promise<void> {
  const days = Array.from({ length: 12 }, (_, day) => `Documents/Journal/2026-10-${String(day + 10)}.md`);
  for (const day of days) write(day, `${day}\n\nWind from the west, ice in the bay.\n`.repeat(40));
  await page
    .getByText(/Looking|Reading|Packing|Uploading|Certifying|Preparing/)
    .first()
    .waitFor({ timeout: 30_000 });
  await settled(page);
  const link = openLink(url);
  await link.call('brake.set', { space: 'Documents', rewrites: 5 });
  days.forEach((day, index) => write(day, noise(4_000, index)));
  await place(page, 'Needs you');
  await page.getByRole('option', { name: /became unreadable/ }).click({ timeout: 60_000 });
  await picture(page, 'held-rewrites');
  await link.call('held.release', { space: 'Documents' });
  await page.getByRole('option', { name: /became unreadable/ }).waitFor({ state: 'detached', timeout: 30_000 });
  await settled(page);
  link.close();
}

/** A second computer changes a chapter while this one changes it too. */
async function conflict(page: Page, url: string, phrase: string): Promise<void> {
  const home = join(dir, 'harbour');
  const folder = join(home, 'Documents');
  mkdirSync(folder, { recursive: true });
  const second = await startDaemon({ home: join(home, '.floe'), userHome: home, localnet: network.dir });
  const [mine, theirs] = [openLink(url), openLink(second.url)];
  const found = await theirs.call('account.recover', { network: 'local', phrase, deviceName: 'harbour-desk' });
  const space = found.spaces.find(({ name }) => name === 'Documents')?.space ?? '';
  await theirs.call('space.join', { space, folder });
  const chapter = 'Thesis/04 Results, sea-ice thickness 1998–2025 (revised after comments).md';
  const [here, there] = [join(userHome, 'Documents', chapter), join(folder, chapter)];
  await until(() => Promise.resolve(existsSync(there)));
  await mine.call('sync.pause', {});
  const before = (await theirs.call('history.versions', { space, path: chapter })).length;
  writeFileSync(there, readFileSync(there, 'utf8').replace('2.02 m', '2.03 m'));
  await until(async () => {
    const { length } = await theirs.call('history.versions', { space, path: chapter });
    return length > before && (await theirs.call('history.log', { space }))[0]?.state === 'certified';
  });
  await theirs.call('sync.pause', {});
  writeFileSync(here, readFileSync(here, 'utf8').replace('14 %', '13 %'));
  await mine.call('sync.now', {});
  await mine.call('sync.resume', {});
  await place(page, 'Needs you');
  await page.getByRole('option', { name: /changed on two devices/ }).click({ timeout: 60_000 });
  await page.getByText(/One line only in the first/).waitFor({ timeout: 60_000 });
  await picture(page, 'conflict');
  await page.getByRole('button', { name: 'Keep both' }).click();
  await page.getByRole('option', { name: /changed on two devices/ }).waitFor({ state: 'detached', timeout: 30_000 });
  await place(page, 'Devices');
  await page.getByRole('button', { name: 'Gone for good…' }).waitFor();
  await picture(page, 'devices-two');
  await page.getByRole('button', { name: 'Gone for good…' }).click();
  await page.getByRole('dialog').waitFor();
  await picture(page, 'device-gone');
  await page.getByRole('button', { name: 'Cancel' }).click();
  mine.close();
  theirs.close();
  await second.end();
  await settled(page);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await isSo()) return;
    await sleep(200);
  }
  throw new Error('what was waited for did not come about');
}

async function trouble(page: Page, endDaemon: (signal: NodeJS.Signals) => Promise<void>): Promise<void> {
  for (const index of [3, 11, 20]) await network.stopNode(index);
  write('Photos/note.txt', 'a change\n');
  await place(page, 'Network');
  await page.getByText(/do not answer/).waitFor({ timeout: 60_000 });
  await settled(page);
  await page.locator('[data-plate]').nth(4).click();
  await picture(page, 'network');
  await page.getByRole('button', { name: 'Test a restore' }).click();
  await page.getByRole('button', { name: 'Test now' }).click();
  await page.getByText(/^It comes back/).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/can be rebuilt/).waitFor({ timeout: 60_000 });
  await picture(page, 'drill');
  rmSync(join(userHome, 'Client work/renders'), { recursive: true });
  await place(page, 'Needs you');
  await page
    .getByText(/disappeared/)
    .first()
    .waitFor({ timeout: 60_000 });
  await picture(page, 'held');
  await place(page, 'Overview');
  await picture(page, 'overview-held');
  await endDaemon('SIGKILL');
  await page.getByText(/engine stopped/).waitFor();
  await picture(page, 'gone');
}
