import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeRoom } from '../disk/test-room.ts';
import { openVault, type KeychainLike, type VaultOptions } from './vault.ts';

// Processes and disks of a busy machine may take their time.
vi.setConfig({ testTimeout: 30_000 });

const phrase = 'abandon '.repeat(23) + 'art';
const other = 'zoo '.repeat(23) + 'vote';
const room = (): string => makeRoom(onTestFinished);

/** A keychain in one of the states that a machine can be in; the words are the system's. */
function keychainIn(
  state: 'no bus' | 'no service' | 'never unlocked' | 'locked' | 'unlocked',
  kept = new Map<string, string>(),
): KeychainLike {
  const words = {
    'no bus': 'Cannot autolaunch D-Bus without X11 $DISPLAY',
    'no service': 'The name org.freedesktop.secrets was not provided by any .service files',
    'never unlocked': 'Object does not exist at path "/org/freedesktop/secrets/collection/login"',
  } as const;
  return {
    async getPassword(service, account) {
      if (state === 'locked') return null;
      if (state === 'unlocked') return kept.get(`${service} ${account}`) ?? null;
      if (state === 'never unlocked') return null;
      throw new Error(words[state]);
    },
    async setPassword(service, account, secret) {
      if (state === 'unlocked') kept.set(`${service} ${account}`, secret);
      else if (state !== 'locked') throw new Error(words[state]);
    },
  };
}

const vaultAt = (homeDir: string, more: Partial<VaultOptions> = {}) =>
  openVault({
    homeDir,
    network: 'mainnet',
    env: { FLOE_KEYCHAIN: 'off' },
    passphrase: async () => 'open sesame',
    ...more,
  });

describe('an unlocked keychain', () => {
  test('keeps the phrase, and the home holds no trace of the words', async () => {
    const home = room();
    const keychain = keychainIn('unlocked');
    expect(await vaultAt(home, { keychain }).phrase()).toBeUndefined();
    expect(await vaultAt(home, { keychain }).kept()).toBeUndefined();
    expect(await vaultAt(home, { keychain }).keep(phrase)).toMatchObject({ kind: 'keychain' });
    expect(await vaultAt(home, { keychain }).phrase()).toBe(phrase);
    expect(readdirSync(home)).toEqual(['vault.json']);
    expect(readFileSync(`${home}/vault.json`, 'utf8')).not.toContain('abandon');
  });

  test.each(['no bus', 'no service', 'never unlocked', 'locked'] as const)(
    'edge 87: that is %s later is a locked vault, never an empty one',
    async (state) => {
      const home = room();
      await vaultAt(home, { keychain: keychainIn('unlocked') }).keep(phrase);
      const vault = vaultAt(home, { keychain: keychainIn(state) });
      await expect(vault.phrase()).rejects.toMatchObject({ code: 'vault-locked', retry: 'after-user' });
      await expect(vault.keep(other)).rejects.toMatchObject({ code: 'already-exists' });
      await expect(vaultAt(home).phrase()).rejects.toThrow('switched off');
    },
  );

  test("with another account's phrase under the entry is refused", async () => {
    const home = room();
    const kept = new Map<string, string>();
    await vaultAt(home, { keychain: keychainIn('unlocked', kept) }).keep(phrase);
    for (const key of kept.keys()) kept.set(key, other);
    await expect(vaultAt(home, { keychain: keychainIn('unlocked', kept) }).phrase()).rejects.toMatchObject({
      code: 'vault-refused',
    });
  });
});

describe('a keychain that cannot keep it', () => {
  test.each(['no bus', 'no service', 'never unlocked', 'locked'] as const)(
    '(%s) leads to the sealed file',
    async (state) => {
      const home = room();
      const keychain = keychainIn(state);
      expect(await vaultAt(home, { keychain }).keep(phrase)).toMatchObject({ kind: 'sealed-file' });
      expect(await vaultAt(home, { keychain }).kept()).toMatchObject({ kind: 'sealed-file' });
    },
  );

  test('and no passphrase is a fault with money, and an open file without', async () => {
    const home = room();
    const none = { passphrase: async () => undefined, keychain: keychainIn('no bus') };
    await expect(vaultAt(home, none).keep(phrase)).rejects.toThrow('D-Bus');
    expect(readdirSync(home)).toEqual([]);
    const kept = await vaultAt(home, { ...none, network: 'local' }).keep(phrase);
    expect(kept.kind).toBe('open-file');
    expect(kept.words).toContain('not sealed');
    expect(statSync(`${home}/vault.open`).mode & 0o777).toBe(0o600);
    expect(await vaultAt(home, { ...none, network: 'local' }).phrase()).toBe(phrase);
  });

  test('because its library does not load leads on as well', async (context) => {
    const home = room();
    const vault = openVault({ homeDir: home, network: 'local', env: {}, passphrase: async () => 'p' });
    const kind = (await vault.keep(phrase)).kind;
    if (kind === 'keychain') context.skip('this machine has a working keychain');
    expect(kind).toBe('sealed-file');
    expect(await vault.phrase()).toBe(phrase);
  });
});

describe('a sealed file', () => {
  test('opens with its passphrase in any normal form, and with no other', async () => {
    const home = room();
    await vaultAt(home, { passphrase: async () => 'caf\u00e9' }).keep(phrase);
    expect(await vaultAt(home, { passphrase: async () => 'cafe\u0301' }).phrase()).toBe(phrase);
    await expect(vaultAt(home, { passphrase: async () => 'cafe' }).phrase()).rejects.toMatchObject({
      code: 'vault-refused',
    });
    await expect(vaultAt(home, { passphrase: async () => undefined }).phrase()).rejects.toMatchObject({
      code: 'vault-locked',
    });
    expect(statSync(`${home}/vault.sealed`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${home}/vault.sealed`)).toHaveLength(48 + 12 + 256 + 16);
    expect(readFileSync(`${home}/vault.sealed`, 'latin1')).not.toContain('abandon');
  });

  test('that others may read is refused until mended; that is altered, cut, newer or gone is told', async () => {
    const home = room();
    const path = `${home}/vault.sealed`;
    await vaultAt(home).keep(phrase);
    chmodSync(path, 0o640);
    await expect(vaultAt(home).phrase()).rejects.toThrow('chmod 600');
    chmodSync(path, 0o600);
    const bytes = readFileSync(path);
    const tried = async (change: (copy: Buffer) => Buffer) => {
      writeFileSync(path, change(Buffer.from(bytes)));
      return vaultAt(home)
        .phrase()
        .then(
          () => 'opened',
          (error: { code?: string }) => error.code,
        );
    };
    const set = (at: number, value: number) => (copy: Buffer) => (copy.writeUInt8(value, at), copy);
    expect(await tried(set(0, 0))).toBe('vault-refused');
    expect(await tried(set(8, 2))).toBe('home-newer');
    expect(await tried(set(8, 0))).toBe('vault-refused');
    expect(await tried(set(10, 31))).toBe('vault-refused');
    expect(await tried(set(10, 14))).toBe('vault-refused');
    expect(await tried(set(14, 1))).toBe('vault-refused');
    expect(await tried(set(20, (bytes[20] ?? 0) ^ 1))).toBe('vault-refused');
    expect(await tried(set(100, (bytes[100] ?? 0) ^ 1))).toBe('vault-refused');
    expect(await tried((copy) => copy.subarray(0, 300))).toBe('vault-refused');
    expect(await tried(() => Buffer.alloc(0))).toBe('vault-refused');
    expect(await tried(() => Buffer.alloc(1 << 20))).toBe('vault-refused');
    expect(await tried((copy) => copy)).toBe('opened');
    rmSync(path);
    await expect(vaultAt(home).phrase()).rejects.toMatchObject({ code: 'vault-locked' });
  });

  test('without its record (a kill between the two) counts as stored', async () => {
    const home = room();
    await vaultAt(home).keep(phrase);
    rmSync(`${home}/vault.json`);
    await expect(vaultAt(home).keep(other)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await vaultAt(home).phrase()).toBe(phrase);
  });
});

test('a damaged or newer record is told, and nothing new is stored beside it', async () => {
  const home = room();
  for (const [text, code] of [
    ['{', 'vault-refused'],
    ['{"version":2}', 'home-newer'],
    ['{"version":1,"kind":"x","fingerprint":"00"}', 'vault-refused'],
  ]) {
    writeFileSync(`${home}/vault.json`, text ?? '', { mode: 0o600 });
    await expect(vaultAt(home).phrase()).rejects.toMatchObject({ code });
    await expect(vaultAt(home).keep(phrase)).rejects.toMatchObject({ code });
  }
});

test('of two that keep a phrase at once, one is told that it came second', async () => {
  const home = room();
  const results = await Promise.allSettled([vaultAt(home).keep(phrase), vaultAt(home).keep(other)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect([phrase, other]).toContain(await vaultAt(home).phrase());
});

test('a real keyring keeps the phrase', (context) => {
  const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
  const script = new URL('../../../build/with-keyring.sh', import.meta.url).pathname;
  if (!has('gnome-keyring-daemon') || !has('dbus-run-session') || !existsSync(script)) {
    context.skip('no gnome-keyring, D-Bus or build/with-keyring.sh on this machine');
  }
  const home = room();
  const program = `import { openVault } from '${new URL('./vault.ts', import.meta.url).href}';
    const vault = openVault({ homeDir: '${home}', network: 'mainnet', env: {} });
    const kept = await vault.keep('${phrase}');
    if (kept.kind !== 'keychain' || (await vault.phrase()) !== '${phrase}') process.exit(1);`;
  const run = spawnSync(script, [process.execPath, '--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
});
