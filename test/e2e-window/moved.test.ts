/** A person moves the folder that is kept: the window misses it, says where it lies by all signs, and takes the place that it is told. Also without a mouse. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, onboard, openWorld, place, writeAt, type Person, type WindowWorld } from './window-world.ts';

const passMs = 60_000;
let world: WindowWorld;
let person: Person;

beforeAll(async () => {
  world = await openWorld();
  person = await world.person({ 'notes.md': 'kept\n', 'deep/plan.md': 'also kept\n' });
  await onboard(person.page);
  await person.page.getByText('2 files, all certified.').waitFor({ timeout: passMs });
});
afterAll(() => world.close());

test('edge 79: a renamed folder is missed, found, and taken with two keys', async () => {
  const { page, userHome } = person;
  const papers = join(userHome, 'Papers');
  await place(page, 'Documents');
  renameSync(join(userHome, 'Documents'), papers);
  await page
    .getByRole('status')
    .getByText(/found nothing there. Nothing is deleted anywhere/)
    .waitFor({ timeout: passMs });
  await expectAccessible(page, 'a space whose folder is missing');
  await page.getByRole('button', { name: 'It is somewhere else now…' }).first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Where is Documents now?' });
  await dialog.getByText('This is the very same folder, at another place:').waitFor();
  await dialog.getByText(papers).first().waitFor();
  await expectAccessible(page, 'where a folder is now');
  await dialog.getByRole('button', { name: `It is here ${papers}` }).focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(/found nothing there/).waitFor({ state: 'detached', timeout: passMs });
  writeAt(join(papers, 'new.md'), 'new\n');
  await page.getByText('3 files, all certified.').waitFor({ timeout: passMs });
});

test('edge 79: another folder is refused with what to do, and a copy that lacks something waits for a word', async () => {
  const { page, userHome } = person;
  const [papers, disk] = [join(userHome, 'Papers'), join(userHome, 'large disk')];
  mkdirSync(disk);
  execFileSync('cp', ['-a', papers, join(disk, 'Docs')]);
  rmSync(join(disk, 'Docs/deep'), { recursive: true });
  appendFileSync(join(disk, 'Docs/notes.md'), 'more\n');
  rmSync(papers, { recursive: true });
  writeAt(join(userHome, 'Other/thing.txt'), 'a thing\n');
  await place(page, 'Needs you');
  await page.getByRole('option', { name: /Its folder is not there/ }).click({ timeout: passMs });
  await page.getByRole('button', { name: 'It is somewhere else now…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Where is Documents now?' });
  const choose = async (folder: string): Promise<void> => {
    await dialog.getByRole('button', { name: 'Choose a folder…' }).click();
    await page.getByRole('textbox', { name: 'Folder' }).fill(folder);
    await page.getByRole('button', { name: 'Choose this folder' }).click();
  };
  await choose(join(userHome, 'Other'));
  await dialog
    .getByRole('alert')
    .getByText(/does not carry the mark of this space/)
    .waitFor();
  await expectAccessible(page, 'a folder that is refused');
  await choose(join(disk, 'Docs'));
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('option', { name: /2 files and folders disappeared/ }).click({ timeout: passMs });
  await page.getByText(/Nothing is deleted anywhere else until you say so/).waitFor();
  await page.getByRole('button', { name: 'Put them back here' }).click();
  await page.getByRole('option', { name: /disappeared/ }).waitFor({ state: 'detached', timeout: passMs });
  await place(page, 'Documents');
  await page.getByText('3 files, all certified.').waitFor({ timeout: passMs });
  expect(
    await page
      .getByRole('status')
      .getByText(/found nothing there/)
      .count(),
  ).toBe(0);
});
