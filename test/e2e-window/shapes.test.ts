/**
 * The window in other shapes: what 200 % zoom leaves of it, a language that is longer and reads from right to left, dark. Nothing is cut off sideways,
 * nothing stays untranslated, and axe finds nothing.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWindow } from '../../build/window-driver/window-driver.ts';
import { expectAccessible, onboard, openWorld, place, type Person, type WindowWorld } from './window-world.ts';

const places = ['Overview', 'Activity', 'Needs you', 'History', 'Storage & cost', 'Network', 'Devices', 'Settings'];

/** Screens that are reached through others, by what is pressed on the way. */
const deeper: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
  ['test restore', 'Network', (page) => page.getByRole('button', { name: 'Test a restore' }).click()],
  ['deleted', 'History', (page) => page.getByText('Deleted', { exact: true }).click()],
  ['left out', 'Documents', (page) => page.getByRole('tab', { name: 'Left out' }).click()],
  ['lease', 'Documents', (page) => page.getByRole('tab', { name: 'Lease' }).click()],
  [
    'receipt',
    'Documents',
    async (page) => {
      await page.getByRole('tab', { name: 'Files' }).click();
      await page.getByRole('treegrid').getByRole('row', { name: /notes/ }).click();
      await page.getByRole('button', { name: 'Receipt' }).click();
    },
  ],
  ['pace', 'Settings', (page) => page.getByRole('button', { name: 'Pace and power' }).click()],
  ['notifications', 'Settings', (page) => page.getByRole('button', { name: 'Notifications' }).click()],
  ['security', 'Settings', (page) => page.getByRole('button', { name: 'Security' }).click()],
  ['diagnostics', 'Settings', (page) => page.getByRole('button', { name: 'Diagnostics' }).click()],
];

/** Every screen, one after the other. */
async function onEvery(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const name of places) {
    await place(page, name);
    await page.locator('.sentence').first().waitFor();
    await look(name);
  }
  for (const [name, first, go] of deeper) {
    await place(page, first);
    await go(page);
    await page.locator('.sentence, .under').first().waitFor();
    await look(name);
  }
}

let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({ 'notes.md': 'kept\n', 'deep/plan.md': 'also kept\n' });
  await onboard(person.page);
  await person.page.getByText('2 files, all certified.').waitFor({ timeout: 60_000 });
});
afterAll(() => world.close());

/** Elements that stick out sideways beyond the page, by what they say. */
const stickingOut = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main *')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        const isUnseen =
          element.closest('.unseen, [hidden], svg, [data-testid=hidden-select-container]') !== null || width <= 1;
        return !isUnseen && (right > innerWidth + 1 || left < -1);
      })
      .map((element) => `${element.className}: ${element.textContent.slice(0, 60)}`),
  );

test('at 200 % zoom no screen scrolls sideways, and all of it can be read', async () => {
  const { page } = person;
  await page.setViewportSize({ width: 640, height: 400 });
  await onEvery(page, async (name) => {
    expect(await stickingOut(page), name).toEqual([]);
    await expectAccessible(page, `${name} at 640 × 400`);
  });
});

test('in the dark every contrast holds', async () => {
  const { page } = person;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await onEvery(page, (name) => expectAccessible(page, `${name} in the dark`));
});

test('in a longer language from right to left every text is from the catalogue and nothing sticks out', async () => {
  const { page } = await openWindow(world.browser, person.daemon.url, { language: 'pseudo-rtl' });
  await page.locator('.sidebar').waitFor();
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  const items = page.locator('.sidebar .nav-item');
  for (let index = 0; index < (await items.count()); index++) {
    await items.nth(index).click();
    await page.locator('.sentence').first().waitFor();
    expect(await stickingOut(page), `place ${index}`).toEqual([]);
    const plain = await page.evaluate(() => {
      const found: string[] = [];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const words = text.textContent ?? '';
        // Names, paths and figures are people's own; a sentence with a name in it is in several pieces.
        const isOwn = text.parentElement?.closest(
          'bdi, [data-testid=hidden-select-container], .mono, kbd, svg, .figure, .sentence, .sidebar-head, script, style, .months, .lease-months, .facts dd, .segment, .time-words, time',
        );
        if (!isOwn && /[a-z]{3}/i.test(words) && !words.includes('⟦')) found.push(words);
      }
      return found;
    });
    expect(plain, `place ${index}`).toEqual([]);
  }
});

test('German is complete on the screens: no English sentence is left', async () => {
  const { page } = await openWindow(world.browser, person.daemon.url, { language: 'de' });
  await page.getByText('2 Dateien, alle beglaubigt.').waitFor();
  await page.getByRole('button', { name: 'Netz', exact: true }).click();
  await page.getByText(/Jedes Drittel davon genügt/).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
});
