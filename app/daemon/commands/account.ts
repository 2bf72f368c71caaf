/** `floe init` and `floe recover`: an account for this home, new or from its 24 words. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { makePhrase, parsePhrase } from '../../adapters/account/account.ts';
import { lockHome } from '../../adapters/home/home.ts';
import { openVault } from '../../adapters/vault/vault.ts';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { VaultKind } from '../../ports/vault.ts';
import { textFlag, type Context, type Flags, type Run } from '../command.ts';
import { endSetup, parseNetwork, readConfig, writeConfig, type HomeConfig } from '../config.ts';
import { countText, exitCodes, table } from '../output.ts';
import { readPhraseFile } from '../passphrase.ts';
import { withHost } from '../session.ts';

/** Where an account begins; `isHeld` when the caller holds the home's lock. */
type Place = Pick<Context, 'home' | 'passphrase'> & { readonly isHeld?: boolean | undefined };

/** Writes phrase and network of a fresh home. A home that has an account is never written over. */
export async function setUpHome(context: Place, config: HomeConfig, phrase: string): Promise<VaultKind> {
  return (await beginHome(context, config, phrase)).kind;
}

/** The same, making a phrase when none is given. A setup that was cut short goes on with the phrase that it kept: nobody has seen it yet. */
async function beginHome(
  context: Place,
  config: HomeConfig,
  given: string | undefined,
): Promise<{ readonly kind: VaultKind; readonly phrase: string }> {
  const lock = context.isHeld === true ? undefined : lockHome(context.home);
  try {
    const known = readConfig(context.home);
    const vault = openVault({ homeDir: context.home, network: config.network, passphrase: context.passphrase });
    const kept = await vault.kept();
    if (kept && known && known.setup !== 'begun')
      throw new Fault(
        'already-exists',
        'after-user',
        `There is a Floe account in ${context.home} already. Choose another home with --home.`,
      );
    const before = kept === undefined ? undefined : await vault.phrase();
    const isOther = given !== undefined && before !== undefined && before !== given;
    const isElsewhere = known && (known.network !== config.network || known.localnet !== config.localnet);
    if (isOther || (kept && isElsewhere))
      throw new Fault(
        'already-exists',
        'after-user',
        `A setup of ${context.home} was cut short with another phrase or network. Choose another home with --home.`,
      );
    const phrase = before ?? given ?? makePhrase();
    const kind = kept ?? (await vault.keep(phrase));
    writeConfig(context.home, config);
    return { kind, phrase };
  } finally {
    lock?.release();
  }
}

function configFrom(flags: Flags): HomeConfig {
  const network = parseNetwork(textFlag(flags, 'network') ?? 'local');
  const localnet = textFlag(flags, 'localnet');
  if (localnet !== undefined && network !== 'local')
    throw new Fault('bad-input', 'after-user', '--localnet goes with --network local.');
  return { version: 1, network, localnet: localnet === undefined ? undefined : resolve(localnet) };
}

/** Sets the home up, or takes up a setup that was cut short before its end. Returns the words when nobody has seen them yet. */
async function beginSetUp(
  context: Context,
  config: HomeConfig,
  given: string | undefined,
): Promise<{ kind: VaultKind; madePhrase: string | undefined }> {
  const before = readConfig(context.home);
  if (given === undefined && before !== undefined && before.setup !== 'begun') {
    const found = await withHost(context, async ({ engine, vault, config: known }) => {
      if ((await engine.device()) !== undefined || known.network !== config.network) return undefined;
      const [kind, phrase] = [await vault.kept(), await vault.phrase()];
      return kind && phrase !== undefined ? { kind, madePhrase: phrase } : undefined;
    });
    if (found) return found;
  }
  const { kind, phrase } = await beginHome(context, { ...config, setup: 'begun' }, given);
  return { kind, madePhrase: given === undefined ? phrase : undefined };
}

export const initCommand: Run = async (context, _args, flags) => {
  const { output } = context;
  const file = textFlag(flags, 'phraseFile');
  const config = configFrom(flags);
  const given = file === undefined ? undefined : parsePhrase(await readPhraseFile(file));
  const { kind, madePhrase } = await beginSetUp(context, config, given);
  return withHost(context, async ({ engine }) => {
    const device = await engine.chooseDevice(textFlag(flags, 'device') ?? hostname(), context.signal);
    if (config.network === 'local') await engine.fund(context.signal);
    if (madePhrase !== undefined) {
      output.say('Your recovery phrase. Write it down: it alone brings everything back, and nobody else has it.\n');
      output.say(numbered(madePhrase));
    }
    output.say(kind.words);
    output.say(
      `This device is '${device.name}', number ${device.index} of the account; its address is ${device.address}.`,
    );
    if (config.network !== 'local') output.say('Send SUI and WAL to that address before you add a folder.');
    output.done({
      ...(madePhrase === undefined ? {} : { phrase: madePhrase }),
      address: device.address,
      device: device.name,
      deviceId: device.id,
      vault: kind.kind,
    });
    endSetup(context.home);
    return exitCodes.done;
  });
};

/** The words in columns, numbered, for writing down. */
export function numbered(phrase: string): string {
  const words = phrase.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word}`);
  return `${table(Array.from({ length: 6 }, (_, row) => words.filter((_word, i) => i % 6 === row)))}\n`;
}

export const recoverCommand: Run = async (context, _args, flags) => {
  const { output } = context;
  const phrase = parsePhrase(await readPhraseFile(textFlag(flags, 'phraseFile') ?? ''));
  const config = configFrom(flags);
  if (readConfig(context.home) === undefined) await setUpHome(context, config, phrase);
  return withHost(
    context,
    async ({ engine, vault }) => {
      if ((await vault.phrase()) !== phrase)
        throw new Fault(
          'already-exists',
          'after-user',
          `The account in ${context.home} has another phrase. Choose another home with --home.`,
        );
      const { spaces, problems } = await engine.recover(context.signal);
      const device = await engine.chooseDevice(textFlag(flags, 'device') ?? hostname(), context.signal);
      if (config.network === 'local') await engine.fund(context.signal);
      const all = (await engine.spaces()).map(({ space, name, snapshot }) => ({ space, name, snapshot }));
      for (const { name, snapshots, packs } of spaces)
        output.say(`Found '${name}': ${countText(snapshots, 'snapshot')} in ${countText(packs, 'pack')}.`);
      output.say(
        `This device is '${device.name}', number ${device.index} of the account. Restore with 'floe restore SPACE --to DIR'.`,
      );
      const found = new Set(all.map(({ space }) => space));
      for (const { space, name, fault } of problems)
        output.say(
          found.has(space)
            ? `Part of '${displayName(name)}' cannot be read now: ${fault.message} What lies nowhere else is missing until it can. Run it again later.`
            : `Not recovered: '${displayName(name)}': ${fault.message}`,
        );
      const failed = problems.map(({ space, name, fault }) => ({
        space,
        name,
        code: fault.code,
        message: fault.message,
      }));
      output.done({ spaces: all, device: device.name, address: device.address, problems: failed });
      return problems.length > 0 ? exitCodes.partly : exitCodes.done;
    },
    { setsDamageAside: true },
  );
};
