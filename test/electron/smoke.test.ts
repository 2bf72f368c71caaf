/** The app on Electron itself: what the double cannot prove. Skipped, and said so, where Electron's program is not installed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildParts } from '../../build/bundle/bundle.ts';

const repository = join(import.meta.dirname, '../..');

/** Only a program that is there already: a test fetches nothing. */
function installedProgram(): string | undefined {
  const folder = join(createRequire(import.meta.url).resolve('electron/package.json'), '..', 'dist');
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  const path = join(
    folder,
    process.platform === 'darwin' || process.platform === 'win32' ? names[process.platform] : 'electron',
  );
  return existsSync(path) ? path : undefined;
}

const program = installedProgram();
const why = program === undefined ? ' (skipped: the Electron program is not installed here)' : '';

describe.skipIf(program === undefined)(`on Electron itself${why}`, () => {
  beforeAll(async () => {
    await buildParts(repository);
  });

  test('the app starts sandboxed, its engine answers over a port, and it quits cleanly', async () => {
    const home = mkdtempSync(join(tmpdir(), 'floe-electron-'));
    const app = await _electron.launch({
      ...(program === undefined ? {} : { executablePath: program }),
      args: [repository, ...(process.platform === 'linux' ? ['--no-sandbox'] : [])],
      env: { ...process.env, FLOE_HOME: home, FLOE_KEYCHAIN: 'off' },
    });
    try {
      const page = await app.firstWindow();
      await page.locator('h1').first().waitFor();
      expect(page.url()).toBe('app://floe/');
      expect(await page.evaluate('[typeof require, typeof process, Object.isFrozen(desktop)]')).toEqual([
        'undefined',
        'undefined',
        true,
      ]);
    } finally {
      await app.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
