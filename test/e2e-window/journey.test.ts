/** A person's way with the mouse: from nothing to the first certified file, an edit, its versions, and the old one back. Every screen is looked at by axe. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, onboard, openWorld, place, writeAt, type Person, type WindowWorld } from './window-world.ts';

/** What the design promises a new user on the embedded network. */
const clicksMax = 8;
const certifiedMsMax = 60_000;

let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({
    'Letters/To the council.md':
      'Mean winter thickness fell from 2.31 m to 2.06 m.\nThe trend is strongest in the west.\n',
    'Letters/<img src=x onerror=alert(1)>.md': '<script>document.title = "taken"</script>\n',
    'A very long name that goes on and on, room by room, with photographs (landlord’s copy).md': 'inventory\n',
  });
});
afterAll(() => world.close());

test('from the first page to the first certified file it takes few clicks and little time', async () => {
  const { page } = person;
  const started = performance.now();
  await page.getByRole('heading', { name: /Keep your folders/ }).waitFor();
  await expectAccessible(page, 'onboarding 1');
  const clicks = await onboard(page);
  await page.getByText('3 files, all certified.').waitFor({ timeout: certifiedMsMax });
  expect(performance.now() - started).toBeLessThan(certifiedMsMax);
  expect(clicks).toBeLessThanOrEqual(clicksMax);
});

test('every screen is free of findings, and says something', async () => {
  const { page } = person;
  for (const name of [
    'Overview',
    'Activity',
    'Needs you',
    'History',
    'Storage & cost',
    'Network',
    'Devices',
    'Settings',
  ]) {
    await place(page, name);
    await page.locator('.sentence').first().waitFor();
    await expectAccessible(page, name);
  }
  await page.getByRole('button', { name: 'Security' }).click();
  await expectAccessible(page, 'security');
  await place(page, 'Documents');
  for (const tab of ['Left out', 'Lease', 'Files']) {
    await page.getByRole('tab', { name: tab }).click();
    await expectAccessible(page, tab);
  }
});

test('an edit becomes a version, and the old one comes back byte for byte', async () => {
  const { page, userHome } = person;
  const file = join(userHome, 'Documents/Letters/To the council.md');
  const before = readFileSync(file, 'utf8');
  writeAt(file, before.replace('2.31', '2.34'));
  await place(page, 'History');
  await page.getByRole('slider', { name: 'Moment' }).waitFor();
  await expect
    .poll(() => page.getByRole('button', { name: 'One change back' }).isEnabled(), { timeout: 30_000 })
    .toBe(true);
  await page.getByRole('button', { name: 'One change back' }).click();
  await page.getByText(/Documents as it was on/).waitFor();
  const tree = page.getByRole('treegrid', { name: 'Files at that time' });
  await tree.getByRole('row', { name: /Letters/ }).dblclick();
  const row = tree.getByRole('row', { name: /To the council/ });
  await row.click();
  await page.getByText('one line added, one removed since then').waitFor();
  await expectAccessible(page, 'history with a difference');
  await row.locator('.box').click();
  await page.getByRole('button', { name: 'Put back here…' }).click();
  await page.getByText(/One file, .* would be written/).waitFor();
  await expectAccessible(page, 'restore dialog');
  await page.getByRole('button', { name: 'Restore one file' }).click();
  await page.getByText('One file is back, byte for byte.').waitFor();
  expect(readFileSync(file, 'utf8')).toBe(before);
  await page.getByRole('button', { name: 'Done' }).click();
});

test('what a file name or a text says is never run, and nothing was called an error', async () => {
  const { page, window } = person;
  await place(page, 'Documents');
  const tree = page.getByRole('treegrid', { name: /Files of/ });
  await tree.getByRole('row', { name: /Letters/ }).dblclick();
  await tree.getByRole('row', { name: /onerror/ }).click();
  await page.getByRole('button', { name: 'Versions' }).click();
  await page.getByText('<script>').waitFor();
  expect(await page.title()).toBe('Floe');
  expect(await page.locator('img[src=x]').count()).toBe(0);
  expect(window.troubles).toEqual([]);
});
