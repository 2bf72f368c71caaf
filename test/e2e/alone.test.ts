/** What needs no shared network: folders that cannot be read whole, and processes that end badly. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { floeJson, floeUnread, runFloe } from './floe-process.ts';

const commandMs = 60_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test(
  'the network a home runs for itself ends with its killed parent',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'floe-e2e-alone-'));
    const running = runFloe(['start', '--json', '--home', join(root, 'alone'), '--folder', join(root, 'kept')]);
    await running.line(({ event }) => event === 'ready');
    const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    expect(children.length).toBeGreaterThan(0);
    await running.end('SIGKILL');
    await expect.poll(() => children.some(isAlive), { timeout: 15_000 }).toBe(false);
    rmSync(root, { recursive: true, force: true });
  },
  commandMs,
);

test(
  'a command whose reader has gone ends without a crash',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'floe-e2e-unread-'));
    for (const args of [['--help'], ['budget'], ['--json', 'status'], ['localnet', '--dir', join(home, 'net')]]) {
      const ran = await floeUnread(['--home', join(home, 'never'), ...args]);
      expect(ran.code, args.join(' ')).not.toBeNull();
      expect(ran.err).not.toMatch(/EPIPE|    at /);
    }
    rmSync(home, { recursive: true, force: true });
  },
  commandMs,
);

test(
  'an unreadable file is named, the rest proceeds and the exit code is 3',
  async () => {
    const place = mkdtempSync(join(tmpdir(), 'floe-e2e-nobody-'));
    const isRoot = process.getuid?.() === 0;
    try {
      chmodSync(place, 0o777);
      mkdirSync(join(place, 'given', 'closed'), { recursive: true });
      writeFileSync(join(place, 'given', 'secret'), 'x', { mode: 0o000 });
      writeFileSync(join(place, 'given', 'open\u001b[31m\nname'), 'y');
      writeFileSync(join(place, 'given', '\ufeffbom'), 'z');
      chmodSync(join(place, 'given', 'closed'), 0o000);
      const ran = await floeJson(['demo', join(place, 'given'), '--nodes', '4', '--shards', '10'], {
        env: { TMPDIR: place, HOME: place },
        ...(isRoot ? { uid: 65534, cwd: '/' } : {}),
      });
      expect(ran.code, ran.out + ran.err).toBe(3);
      expect(ran.last).toMatchObject({ restoredIdentical: true, files: 2 });
      const problems = JSON.stringify(ran.last['problems']);
      expect(problems).toContain('secret');
      expect(problems).toContain('closed');
      expect(readdirSync(place).filter((name) => name.startsWith('floe-demo-'))).toEqual([]);
    } finally {
      chmodSync(join(place, 'given', 'closed'), 0o700);
      rmSync(place, { recursive: true, force: true });
    }
  },
  commandMs,
);
