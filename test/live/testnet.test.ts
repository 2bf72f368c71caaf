/**
 * A smoke test against a public network, for whoever can reach it and holds coins there: FLOE_LIVE=testnet FLOE_LIVE_PHRASE_FILE=words.txt. It reads the
 * network's state, and, when the device's address holds WAL and SUI, protects one small folder and restores it from the phrase. Skipped otherwise.
 */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../app/daemon/cli.ts';
import { openChain } from '../../app/adapters/chain/chain.ts';
import { networkProfile } from '../../app/adapters/chain/profiles.ts';
import { systemClock } from '../../app/adapters/time/time.ts';

const network = process.env['FLOE_LIVE'];
const phraseFile = process.env['FLOE_LIVE_PHRASE_FILE'];
const isPublic = network === 'testnet' || network === 'mainnet';

describe.skipIf(!isPublic)(`on the public ${network ?? 'network'}`, () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floe-live-'));
    process.env['FLOE_PASSPHRASE'] = 'live smoke test';
    process.env['FLOE_KEYCHAIN'] = 'off';
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test('the chain tells its committee, epoch and prices', async () => {
    const endpoint = networkProfile(network === 'mainnet' ? 'mainnet' : 'testnet');
    const state = await openChain({ endpoint, clock: systemClock() }).network();
    expect(state.committee.shards).toBe(1000);
    expect(state.committee.members.length).toBeGreaterThan(10);
    expect(state.storagePrice).toBeGreaterThan(0n);
  }, 60_000);

  test.skipIf(phraseFile === undefined)(
    'a small folder comes back from the phrase alone',
    async () => {
      const folder = join(dir, 'folder');
      await mkdir(folder);
      await writeFile(join(folder, 'hello.txt'), 'Hello from Floe\n');
      const floe = (home: string, ...args: readonly string[]): Promise<number> =>
        runCli(['--home', join(dir, home), ...args]);
      const words = ['--network', network ?? 'testnet', '--phrase-file', phraseFile ?? ''];
      expect(await floe('home', 'init', ...words)).toBe(0);
      expect(await floe('home', 'add', folder, '--name', 'live', '--lease-epochs', '1')).toBe(0);
      expect(await floe('home', 'sync')).toBe(0);
      expect(await floe('empty', 'recover', ...words)).toBe(0);
      expect(await floe('empty', 'restore', 'live', '--to', join(dir, 'back'))).toBe(0);
      expect(await readFile(join(dir, 'back', 'hello.txt'), 'utf8')).toBe('Hello from Floe\n');
    },
    900_000,
  );
});
