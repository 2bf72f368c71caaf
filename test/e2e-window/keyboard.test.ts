/** Without a mouse: the whole onboarding, and a restore. Focus is always seen. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type Person, type WindowWorld } from './window-world.ts';

/** More than there are stops on any screen. */
const stopsMax = 60;

let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({ 'notes.md': 'kept\n', 'plan.md': 'also kept\n' });
});
afterAll(() => world.close());

/** Presses Tab until what has the focus says this; everything on the way must show its focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let stop = 0; stop < stopsMax; stop++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || !element.matches('button, input, textarea, [role=option]'))
        return undefined;
      const { outlineStyle } = getComputedStyle(element);
      const field = element.closest('.field');
      const isSeen = outlineStyle !== 'none' || (field !== null && getComputedStyle(field).outlineStyle !== 'none');
      return { words: `${element.getAttribute('aria-label') ?? ''} ${element.textContent}`, isSeen };
    });
    if (focused && name.test(focused.words)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached ${String(name)}`);
}

test('the onboarding goes by keyboard alone', async () => {
  const { page } = person;
  await page.getByRole('heading', { name: /Keep your folders/ }).waitFor();
  await tabTo(page, /Try it on this computer/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Which folders should be kept?' }).waitFor();
  await tabTo(page, /Choose a folder…/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.getByRole('button', { name: 'Documents' }).waitFor();
  await tabTo(page, /^ Documents$/);
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Folder' }).and(page.locator('[value$="Documents"]')).waitFor();
  await tabTo(page, /Choose this folder/);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByRole('button', { name: 'Continue' }).isEnabled(), { timeout: 15_000 }).toBe(true);
  await tabTo(page, /Continue/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /It costs nothing here/ }).waitFor();
  await tabTo(page, /^ Start$/);
  await page.keyboard.press('Enter');
  await page.getByText('2 files, all certified.').waitFor({ timeout: 60_000 });
});

test('a deleted file comes back by keyboard alone', async () => {
  const { page, userHome } = person;
  const file = join(userHome, 'Documents/plan.md');
  rmSync(file);
  await page.getByText('One file, certified.').waitFor({ timeout: 30_000 });
  await page.keyboard.press('Control+4');
  await page.getByRole('slider', { name: 'Moment' }).waitFor();
  await expect
    .poll(() => page.getByRole('button', { name: 'One change back' }).isEnabled(), { timeout: 15_000 })
    .toBe(true);
  await page.keyboard.press('[');
  await page.getByText(/Documents as it was on/).waitFor();
  const tree = page.getByRole('treegrid', { name: 'Files at that time' });
  await tree.getByRole('row', { name: /plan/ }).waitFor();
  for (let pane = 0; pane < 4 && !(await tree.evaluate((list) => list === document.activeElement)); pane++)
    await page.keyboard.press('F6');
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await page.getByText('One thing ticked.').waitFor();
  await tabTo(page, /Put back here/);
  await page.keyboard.press('Enter');
  await page.getByText(/One file, .* would be written/).waitFor();
  await tabTo(page, /Restore one file/);
  await page.keyboard.press('Enter');
  await page.getByText('One file is back, byte for byte.').waitFor();
  expect(existsSync(file)).toBe(true);
});

test('the map of keys opens on a question mark and closes on Escape', async () => {
  const { page } = person;
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+1');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+6');
  await page.getByRole('heading', { name: 'Network' }).waitFor();
  await page.keyboard.press('Alt+ArrowLeft');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});
