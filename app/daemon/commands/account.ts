/** `floe init` and `floe recover`: an account for this home, new or from its 24 words. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { makePhrase, parsePhrase } from '../../adapters/account/account.ts';
import { lockHome } from '../../adapters/home/home.ts';
import { openVault } from '../../adapters/vault/vault.ts';
import { Fault } from '../../domain/fault.ts';
import type { VaultKind } from '../../ports/vault.ts';
import { textFlag, type Context, type Flags, type Run } from '../cli.ts';
import { parseNetwork, readConfig, writeConfig, type HomeConfig } from '../config.ts';
import { exitCodes, table } from '../output.ts';
import { readPhraseFile } from '../passphrase.ts';
import { withHost } from '../session.ts';

/** Writes phrase and network of a fresh home. A home that has an account is never written over. */
export async function setUpHome(
  context: Pick<Context, 'home' | 'passphrase'>,
  config: HomeConfig,
  phrase: string,
): Promise<VaultKind> {
  const lock = lockHome(context.home);
  try {
    const vault = openVault({ homeDir: context.home, network: config.network, passphrase: context.passphrase });
    const known = readConfig(context.home);
    const kept = await vault.kept();
    if (kept && known)
      throw new Fault(
        'already-exists',
        'after-user',
        `There is a Floe account in ${context.home} already. Choose another home with --home.`,
      );
    // A setup that was cut short between the two is completed only with the very same words.
    if (kept && (await vault.phrase()) !== phrase)
      throw new Fault(
        'already-exists',
        'after-user',
        `A setup of ${context.home} was cut short with another phrase. Choose another home with --home.`,
      );
    const kind = kept ?? (await vault.keep(phrase));
    writeConfig(context.home, config);
    return kind;
  } finally {
    lock.release();
  }
}

function configFrom(flags: Flags): HomeConfig {
  const network = parseNetwork(textFlag(flags, 'network') ?? 'local');
  const localnet = textFlag(flags, 'localnet');
  if (localnet !== undefined && network !== 'local')
    throw new Fault('bad-input', 'after-user', '--localnet goes with --network local.');
  return { version: 1, network, localnet: localnet === undefined ? undefined : resolve(localnet) };
}

export const initCommand: Run = async (context, _args, flags) => {
  const { output } = context;
  const file = textFlag(flags, 'phraseFile');
  const phrase = file === undefined ? makePhrase() : parsePhrase(await readPhraseFile(file));
  const config = configFrom(flags);
  const kind = await setUpHome(context, config, phrase);
  return withHost(context, async ({ engine }) => {
    const device = await engine.chooseDevice(textFlag(flags, 'device') ?? hostname(), context.signal);
    if (config.network === 'local') await engine.fund(context.signal);
    if (file === undefined) {
      output.say('Your recovery phrase. Write it down: it alone brings everything back, and nobody else has it.\n');
      output.say(numbered(phrase));
    }
    output.say(kind.words);
    output.say(
      `This device is '${device.name}', number ${device.index} of the account; its address is ${device.address}.`,
    );
    if (config.network !== 'local') output.say('Send SUI and WAL to that address before you add a folder.');
    output.done({
      ...(file === undefined ? { phrase } : {}),
      address: device.address,
      device: device.name,
      deviceId: device.id,
      vault: kind.kind,
    });
    return exitCodes.done;
  });
};

function numbered(phrase: string): string {
  const words = phrase.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word}`);
  return `${table(Array.from({ length: 6 }, (_, row) => words.filter((_word, i) => i % 6 === row)))}\n`;
}

export const recoverCommand: Run = async (context, _args, flags) => {
  const { output } = context;
  const phrase = parsePhrase(await readPhraseFile(textFlag(flags, 'phraseFile') ?? ''));
  const config = configFrom(flags);
  if (readConfig(context.home) === undefined) await setUpHome(context, config, phrase);
  return withHost(context, async ({ engine }) => {
    const spaces = await engine.recover(context.signal);
    const device = await engine.chooseDevice(textFlag(flags, 'device') ?? hostname(), context.signal);
    if (config.network === 'local') await engine.fund(context.signal);
    const all = (await engine.spaces()).map(({ space, name, snapshot }) => ({ space, name, snapshot }));
    for (const { name, snapshots, packs } of spaces)
      output.say(`Found '${name}': ${snapshots} snapshots in ${packs} packs.`);
    output.say(
      `This device is '${device.name}', number ${device.index} of the account. Restore with 'floe restore SPACE --to DIR'.`,
    );
    output.done({ spaces: all, device: device.name, address: device.address });
    return exitCodes.done;
  });
};
