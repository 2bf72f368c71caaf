/**
 * `npm run screenshots`: every screen in light and dark, at 1280 × 800 and 800 × 600, with a real daemon and an embedded network behind it, into
 * docs/screenshots. Words given choose among the names. The files in the pictures are made up here; nothing of this machine is in them.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
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
const network = await startNetwork(join(dir, 'network'), nodes, shards);
const browser = await openChromium();
try {
  makeFolders();
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
  await trouble(page, daemon.end);
}

async function settled(page: Page): Promise<void> {
  await page.getByText('Everything is certified').first().waitFor({ timeout: 120_000 });
}

/** Edits, so that there is something to go back to. */
async function past(page: Page): Promise<void> {
  for (const state of [1, 2]) {
    writeResults(state);
    await page
      .getByText(/Looking|Reading|Packing|Uploading|Certifying|Preparing/)
      .first()
      .waitFor({ timeout: 30_000 });
    await settled(page);
  }
}

/** A chapter in three states. */
function writeResults(state: number): void {
  const [fall, share, last] = [
    ['2.31 m to 2.06 m', '10 %', 'See Figure 7 for drift by season.'],
    ['2.33 m to 2.04 m', '12 %', 'See Figure 7 for drift by season.'],
    ['2.34 m to 2.02 m', '14 %', 'Two moorings were recalibrated in 2024.'],
  ][state] ?? ['', '', ''];
  const text = `## 4.2 Winter maximum

Mean winter thickness fell from
${fall}, about ${share}.

The trend is strongest in the west,
where multi-year ice has nearly gone.

${last}
`;
  write('Documents/Thesis/04 Results, sea-ice thickness 1998–2025 (revised after comments).md', text);
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
    await picture(page, `settings-${group.split(' ')[0]?.toLowerCase()}`);
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await picture(page, 'find');
  await page.keyboard.press('Escape');
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

function write(path: string, text: string | Uint8Array, daysAgo = 0): void {
  const file = join(userHome, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const time = Date.now() / 1000 - daysAgo * 86_400;
  utimesSync(file, time, time);
}

/** Bytes that do not compress, as photographs do not. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function makeFolders(): void {
  writeResults(0);
  const letters = [
    'To the council about drainage',
    'To Aunt Maud',
    'Notice to the landlord',
    'Harbour office, berth 12',
  ];
  letters.forEach((name, index) =>
    write(`Documents/Letters/${name}.md`, `Dear reader,\n\n${name}.\n`.repeat(40), 20 + index * 9),
  );
  write(
    'Documents/Harbour Street 14/Inventory and condition, room by room, with photographs (landlord’s copy).pdf',
    noise(184_000, 1),
    60,
  );
  write('Documents/Harbour Street 14/Lease agreement, countersigned 2026-03-02.pdf', noise(92_000, 2), 120);
  write('Documents/Harbour Street 14/Meter readings.csv', 'day,meter\n'.repeat(300), 12);
  for (const [name, size] of [
    ['03 Method.md', 6400],
    ['05 Discussion.md', 4900],
    ['References.bib', 21_200],
  ] as const)
    write(`Documents/Thesis/${name}`, `${name}\n`.repeat(size / 16), 31);
  for (let year = 2022; year <= 2025; year++)
    write(`Documents/Tax/${year}/${year} return, final (signed).pdf`, noise(27_000, year), (2026 - year) * 300);
  for (let index = 0; index < 60; index++)
    write(
      `Documents/Walking notes/${String(index + 1).padStart(2, '0')} walk.md`,
      `A walk, number ${index}.\n`.repeat(20),
      index,
    );
  for (let index = 0; index < 24; index++)
    write(`Photos/11 Svalbard crossing/DSC_${4460 + index}.NEF`, noise(160_000, 100 + index), 3);
  for (let index = 0; index < 520; index++)
    write(`Client work/renders/north elevation/frame ${String(index).padStart(4, '0')}.txt`, `frame ${index}\n`, 8);
  write('Client work/Quayside/Budget and programme.xlsx', noise(31_800, 7), 1);
  write('Client work/Drawings/Alder Street model.skp', noise(64_000, 8), 2);
}
