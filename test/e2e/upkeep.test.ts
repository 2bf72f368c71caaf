/** Leases, budget, receipts and checks as scripts meet them: closing lines and exit codes of real processes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultCode, floeJson, runFloe, type Line, type Running } from './floe-process.ts';

const root = mkdtempSync(join(tmpdir(), 'floe-upkeep-'));
const at = (name: string): string => join(root, name);
const own = ['--home', at('home')];
const receipt = at('a.receipt');
let network: Running;
let ready: Line;

beforeAll(async () => {
  network = runFloe(['localnet', '--dir', at('net'), '--nodes', '4', '--shards', '10', '--json']);
  ready = await network.line(({ event }) => event === 'ready');
  mkdirSync(at('docs'));
  writeFileSync(join(at('docs'), 'a.bin'), randomFillSync(new Uint8Array(300_000)));
  for (const args of [['init', '--localnet', at('net')], ['add', at('docs')], ['sync']])
    expect((await floeJson([...args, ...own])).code, args[0]).toBe(0);
});
afterAll(async () => {
  await network.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

async function leaseEnd(): Promise<number> {
  const { last } = await floeJson(['leases', ...own]);
  const [lease] = last['leases'] as readonly { readonly endEpoch: number }[];
  return lease?.endEpoch ?? expect.fail('a lease');
}

test('leases, renewals and the cap: what is bought is told first, and the cap ends a command with 6', async () => {
  const end = await leaseEnd();
  const dry = await floeJson(['renew', '--epochs', '2', '--dry-run', ...own]);
  expect([dry.code, await leaseEnd()]).toEqual([0, end]);
  const real = await floeJson(['renew', 'docs', '--epochs', '2', ...own]);
  expect(real.last['renewed']).toEqual(dry.last['renewed']);
  expect(await leaseEnd()).toBe(end + 2);
  expect((await floeJson(['budget', '--month', '1000', ...own])).last).toMatchObject({
    monthFrost: 1000,
    leftFrost: 0,
  });
  const stopped = await floeJson(['renew', '--epochs', '1', ...own]);
  expect([stopped.code, faultCode(stopped)]).toEqual([6, 'budget-reached']);
  writeFileSync(join(at('docs'), 'b.bin'), randomFillSync(new Uint8Array(300_000)));
  const sync = await floeJson(['sync', ...own]);
  expect([sync.code, faultCode(sync)]).toEqual([6, 'budget-reached']);
  expect((await floeJson(['budget', '--month', 'none', ...own])).last).toMatchObject({ unexplained: [] });
  expect((await floeJson(['sync', ...own])).code).toBe(0);
  expect((await floeJson(['budget', '--month', 'much', ...own])).code).toBe(2);
});

test('a check looks at everything, names what a node lost, and mends it', async () => {
  const whole = await floeJson(['check', '--sample', '1', ...own]);
  expect(whole.last).toMatchObject({ missing: 0, corrupt: 0, confidence: 1, findings: [] });
  const wiped = await fetch(`${String(ready['control'])}/nodes/1/wipe`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(ready['controlToken'])}` },
  });
  expect(wiped.ok).toBe(true);
  const found = await floeJson(['check', '--sample', '1', ...own]);
  expect(found.code).toBe(3);
  expect(found.last['missing']).toBeGreaterThan(0);
  const mended = await floeJson(['check', '--sample', '1', '--repair', ...own]);
  expect([mended.code, mended.last['repaired']]).toEqual([0, found.last['missing']]);
  expect((await floeJson(['check', '--sample', '2', ...own])).code).toBe(2);
});

test('a receipt is written once, holds without a home and a network, and fails with a reason when a bit is changed', async () => {
  expect((await floeJson(['receipt', 'docs', 'a.bin', '--out', receipt, ...own])).code).toBe(0);
  expect(faultCode(await floeJson(['receipt', 'docs', 'a.bin', '--out', receipt, ...own]))).toBe('already-exists');
  await network.end('SIGTERM');
  const elsewhere = ['--home', at('nowhere')];
  const good = await floeJson(['receipt', 'verify', receipt, ...elsewhere]);
  expect(good.last).toMatchObject({ event: 'done', valid: true, ofShards: 10 });
  expect(good.code).toBe(0);
  const bytes = readFileSync(receipt);
  bytes[600] = (bytes[600] ?? 0) ^ 1;
  writeFileSync(at('bad.receipt'), bytes);
  const bad = await floeJson(['receipt', 'verify', at('bad.receipt'), ...elsewhere]);
  expect([bad.code, bad.last['valid']]).toEqual([1, false]);
  expect(String(bad.last['reason']).length).toBeGreaterThan(10);
  expect((await floeJson(['receipt', 'verify', at('none'), ...elsewhere])).code).toBe(2);
});
