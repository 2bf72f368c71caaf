/** The folder of a space is moved: while Floe runs, and with single commands, one of which is killed at the moment when the new place is noted. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultCode, floe, floeJson, runFloe, type Line } from './floe-process.ts';

const testMs = 180_000;
const root = mkdtempSync(join(tmpdir(), 'floe-moved-'));
const [docs, papers, files] = [join(root, 'docs'), join(root, 'papers'), join(root, 'files')];
const own = ['--home', join(root, 'home')];
const here = { cwd: root };

afterAll(() => rmSync(root, { recursive: true, force: true }));

test(
  'edge 79: while Floe runs it is missed at once, found, and kept in step at its new place when that is said',
  async () => {
    mkdirSync(docs);
    writeFileSync(join(docs, 'a.txt'), 'hello\n');
    const running = runFloe(['start', '--json', ...own, '--folder', docs]);
    const report = (isWanted: (line: Line) => boolean) =>
      running.line((line) => line['event'] === 'synced' && isWanted(line));
    try {
      await report(() => true);
      renameSync(docs, papers);
      await report(({ problems }) => problems === 1);
      expect(await floeJson(['status', ...own])).toMatchObject({
        code: 3,
        last: { missing: [{ folder: docs, isAnother: false, proposed: [{ folder: papers, isSame: true }] }] },
      });
      for (const words of ['status', 'doctor'])
        expect((await floe([words, ...own])).out).toContain(`floe move 'docs' '${papers}'`);
      const wrong = await floeJson(['move', 'docs', 'nowhere', ...own], here);
      expect([wrong.code, faultCode(wrong)]).toEqual([1, 'not-found']);
      const moved = { from: docs, folder: papers, isSame: true };
      const dry = await floeJson(['move', 'docs', 'papers', '--dry-run', ...own], here);
      expect(dry).toMatchObject({ code: 0, last: { ...moved, dryRun: true } });
      expect(await floeJson(['move', 'docs', 'papers', ...own], here)).toMatchObject({ code: 0, last: moved });
      await report(({ problems }) => problems === 0);
      // Hints come from there now.
      writeFileSync(join(papers, 'b.txt'), 'new\n');
      await report(({ files: count }) => count === 2);
      expect((await floeJson(['status', ...own])).last).toMatchObject({ missing: [], spaces: [{ folder: papers }] });
    } finally {
      await running.end('SIGTERM');
    }
  },
  testMs,
);

test(
  'edge 79: a kill in the middle of it is no harm',
  async () => {
    renameSync(papers, files);
    const env = { FLOE_KILL_AT: 'move:moved' };
    expect((await floe(['move', 'docs', files, ...own], { env })).code).toBeNull();
    const again = await floeJson(['move', 'docs', `${files}/../files/`, ...own]);
    expect(again).toMatchObject({ code: 0, last: { from: files, folder: files } });
    const synced = await floeJson(['sync', ...own]);
    expect(synced).toMatchObject({ code: 0, last: { spaces: [{ files: 2, newBytes: 0, packs: [], problems: [] }] } });
  },
  testMs,
);
