/**
 * Keeps the recovery phrase: in the system's keychain; else in a file sealed with a passphrase; else, on the local network where no money is,
 * in a file that only the owner can open. A stored phrase is never overwritten, and one that cannot be had now is never taken as absent.
 */
import { join } from 'node:path';
import { Fault, unreachable } from '../../domain/fault.ts';
import type { Vault, VaultKind } from '../../ports/vault.ts';
import { openAccount } from '../account/account.ts';
import { loadKeychain, readFromKeychain, storeInKeychain, type KeychainLike } from './keychain.ts';
import { openSealedPhrase, sealedBytesMax, sealPhrase } from './sealed-phrase.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';
import { readRecord, writeRecord, type VaultRecord } from './vault-record.ts';

export type { KeychainLike } from './keychain.ts';

export interface VaultOptions {
  readonly homeDir: string;
  readonly network: 'local' | 'testnet' | 'mainnet';
  /** Asked only when a passphrase is needed; undefined means that there is none. */
  readonly passphrase?: (() => Promise<string | undefined>) | undefined;
  /** In place of the system's keychain. */
  readonly keychain?: KeychainLike | undefined;
  /** FLOE_KEYCHAIN=off leaves the system's keychain alone. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Tells accounts apart; the account's own fingerprint unless given. */
  readonly fingerprint?: (phrase: string) => string;
}

const openHeading = 'floe phrase v1\n';

const words: Readonly<Record<VaultKind['kind'], string>> = {
  keychain: "The recovery phrase is kept in this computer's keychain.",
  'sealed-file': "The recovery phrase is kept in Floe's home, sealed with your passphrase.",
  'open-file':
    "The recovery phrase is kept in Floe's home in a file that only you can open; it is not sealed, which is fit for the local network only.",
};
const kindOf = (kind: VaultKind['kind']): VaultKind => ({ kind, words: words[kind] });

function locked(reason: string): Fault {
  return new Fault('vault-locked', 'after-user', `The recovery phrase is stored but cannot be had now: ${reason}.`);
}

export function openVault(options: VaultOptions): Vault {
  const { homeDir, network } = options;
  const env = options.env ?? process.env;
  const fingerprint = options.fingerprint ?? ((phrase: string) => openAccount(phrase).fingerprint);
  const recordPath = join(homeDir, 'vault.json');
  const sealedPath = join(homeDir, 'vault.sealed');
  const openPath = join(homeDir, 'vault.open');

  const keychain = async (): Promise<KeychainLike | string> => {
    if (options.keychain !== undefined) return options.keychain;
    return env['FLOE_KEYCHAIN'] === 'off' ? 'the keychain is switched off by FLOE_KEYCHAIN' : loadKeychain();
  };

  /** A kill between a vault file and its record leaves the file alone; it counts as stored. */
  const findRecord = async (): Promise<(Pick<VaultRecord, 'kind'> & Partial<VaultRecord>) | undefined> => {
    const record = await readRecord(recordPath);
    if (record !== undefined) return record;
    if ((await readSecretFile(sealedPath, sealedBytesMax)) !== undefined) return { kind: 'sealed-file' };
    return (await readSecretFile(openPath, sealedBytesMax)) === undefined ? undefined : { kind: 'open-file' };
  };

  const readSealed = async (): Promise<string> => {
    const bytes = await readSecretFile(sealedPath, sealedBytesMax);
    if (bytes === undefined) throw locked("its vault file is gone from Floe's home");
    const passphrase = await options.passphrase?.();
    if (passphrase === undefined) throw locked('it is sealed with a passphrase, and none was given');
    return openSealedPhrase(bytes, passphrase);
  };

  const readOpen = async (): Promise<string> => {
    const bytes = await readSecretFile(openPath, sealedBytesMax);
    if (bytes === undefined) throw locked("its key file is gone from Floe's home");
    const text = Buffer.from(bytes).toString('utf8');
    if (!text.startsWith(openHeading)) throw new Fault('vault-refused', 'never', 'The key file is damaged.');
    return text.slice(openHeading.length).trimEnd();
  };

  const readKeychain = async (account: string): Promise<string> => {
    const chain = await keychain();
    if (typeof chain === 'string') throw locked(chain);
    const answer = await readFromKeychain(chain, account);
    if ('reason' in answer) throw locked(answer.reason);
    return answer.secret;
  };

  const readAs = (record: Pick<VaultRecord, 'kind'> & Partial<VaultRecord>): Promise<string> => {
    switch (record.kind) {
      case 'keychain':
        return readKeychain(record.fingerprint ?? '');
      case 'sealed-file':
        return readSealed();
      case 'open-file':
        return readOpen();
      default:
        return unreachable(record.kind);
    }
  };

  const store = async (phrase: string, account: string): Promise<VaultKind['kind']> => {
    const chain = await keychain();
    const reason = typeof chain === 'string' ? chain : await storeInKeychain(chain, account, phrase);
    if (reason === undefined) return 'keychain';
    const passphrase = await options.passphrase?.();
    if (passphrase === '') throw new Fault('bad-input', 'after-user', 'A passphrase must not be empty.');
    if (passphrase !== undefined) {
      await writeSecretFile(sealedPath, await sealPhrase(phrase, passphrase));
      return 'sealed-file';
    }
    if (network !== 'local') {
      const message = `There is no keychain to keep the recovery phrase in (${reason}). Give a passphrase to seal it with.`;
      throw new Fault('vault-locked', 'after-user', message);
    }
    await writeSecretFile(openPath, Buffer.from(`${openHeading}${phrase}\n`, 'utf8'));
    return 'open-file';
  };

  return {
    async phrase() {
      const record = await findRecord();
      if (record === undefined) return undefined;
      const phrase = await readAs(record);
      if (record.fingerprint !== undefined && fingerprint(phrase) !== record.fingerprint) {
        throw new Fault(
          'vault-refused',
          'after-user',
          'What is stored is the phrase of another account than this home belongs to.',
        );
      }
      return phrase;
    },
    async keep(phrase) {
      if ((await findRecord()) !== undefined) {
        throw new Fault('already-exists', 'never', 'A recovery phrase is kept here already; it is never written over.');
      }
      const account = fingerprint(phrase);
      const kind = await store(phrase, account);
      await writeRecord(recordPath, { kind, fingerprint: account });
      return kindOf(kind);
    },
    async kept() {
      const record = await findRecord();
      return record === undefined ? undefined : kindOf(record.kind);
    },
  };
}
