/** The test projects, from cheap to dear. `npm run check` runs unit and scenarios; .ci/run runs the others too. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const benchmark = { enabled: false };

export default defineConfig({
  test: {
    // Vitest leaves a processor free for watching; a check has nothing to watch.
    maxWorkers: '100%',
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'app/**/*.test.ts',
            'native-workers/**/*.test.ts',
            'build/**/*.test.ts',
            'renderer/**/*.test.ts',
            'main/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'build/checks/planted/**', '**/*.deep.test.ts'],
          // Forks, not threads: a crash in the native codec or in SQLite then costs one file and is seen.
          pool: 'forks',
          testTimeout: 30_000,
          benchmark,
        },
      },
      // One suite of promises for each port, run by all that claim to keep them: the real adapter and the one of the tests' world.
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 30_000,
          benchmark,
        },
      },
      {
        test: {
          name: 'scenarios',
          include: ['test/scenarios/**/*.test.ts'],
          exclude: ['**/*.deep.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          benchmark,
        },
      },
      // The same kind of tests where they take many seconds: other encoders compared over many sizes, processes killed again and again.
      {
        test: {
          name: 'deep',
          include: ['{app,native-workers,test}/**/*.deep.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          benchmark,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          benchmark,
        },
      },
      {
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 900_000,
          // Cases have homes of their own; each is one process after another.
          maxConcurrency: 2,
          benchmark,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          benchmark,
        },
      },
      // The window: against a real daemon, in Chromium where there is a page to look at.
      {
        test: {
          name: 'window',
          include: ['test/window/**/*.test.ts', 'test/e2e-window/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          benchmark,
        },
      },
      // The desktop app on a stand-in for Electron, which this machine need not have.
      {
        resolve: { alias: { electron: fileURLToPath(new URL('test/electron-double/electron.ts', import.meta.url)) } },
        test: {
          name: 'main',
          include: ['test/main/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          benchmark,
        },
      },
      // The desktop app as it is packed.
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          benchmark,
        },
      },
      // On Electron itself, where it is installed; says that it was skipped elsewhere.
      {
        test: {
          name: 'electron',
          include: ['test/electron/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          benchmark,
        },
      },
      {
        test: {
          name: 'e2e-demo',
          include: ['test/e2e-demo/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 900_000,
          fileParallelism: false,
          benchmark,
        },
      },
      // Talks to the public networks, and only when FLOE_LIVE names one; skipped everywhere else.
      { test: { name: 'live', include: ['test/live/**/*.test.ts'], pool: 'forks', testTimeout: 600_000, benchmark } },
    ],
    coverage: { provider: 'v8', include: ['app/**/*.ts', 'native-workers/**/*.ts'], reporter: ['text'] },
  },
});
