/** The input check of every call: the run-time side of the contract. A call without a line here does not compile. */
import { flag, integer, listOf, oneOf, optional, record, text, type Check } from './check.ts';
import type { CallIn, CallName } from './contract.ts';

/** A path has at most 4,096 bytes on Linux and 32,767 characters on Windows. */
const pathCharactersMax = 32_767;
const nameCharactersMax = 255;
/** 24 words of at most 8 letters, and room for untidy typing. */
const phraseCharactersMax = 2_000;
const passphraseCharactersMax = 4_096;
/** A page of a list: a few screens. */
export const pageLinesMax = 1_000;
/** Paths that one restore may name; more than anybody ticks. */
const restorePathsMax = 10_000;
const leaseEpochsMax = 10_000;

const path = text(pathCharactersMax);
const name = text(nameCharactersMax);
/** An id or a name of a space; a snapshot's id or a time. */
const space = text(nameCharactersMax);
const at = optional(text(100));
const nothing = record({});
const network = oneOf('local', 'testnet', 'mainnet');
const passphrase = optional(text(passphraseCharactersMax));
const leaseEpochs = optional(integer(1, leaseEpochsMax));
const count = integer(0, Number.MAX_SAFE_INTEGER);
const offset = count;
const limit = integer(1, pageLinesMax);
const ofSpace = record({ space });
const ofPath = record({ space, path });
const time = optional(count);

export const checks = {
  'account.create': record({ network, deviceName: name, passphrase }),
  'account.phrase': nothing,
  'account.confirm': record({ words: listOf(record({ index: integer(0, 23), word: text(20) }), 24) }),
  'account.recover': record({ network, phrase: text(phraseCharactersMax), deviceName: name, passphrase }),
  'account.open': record({ passphrase }),
  'device.list': nothing,
  'folder.look': record({ path: optional(path) }),
  'folder.quote': record({ path, network: optional(network), leaseEpochs }),
  'space.add': record({ folder: path, mode: oneOf('sync', 'archive'), name: optional(name), leaseEpochs }),
  'space.join': record({ space, folder: path }),
  'space.tree': record({ space, path, at, offset, limit }),
  'held.release': ofSpace,
  'sync.now': nothing,
  'sync.pause': record({ untilMs: time }),
  'sync.resume': nothing,
  'activity.list': record({ space: optional(space), only: optional(oneOf('waiting', 'failed')), offset, limit }),
  'history.log': ofSpace,
  'history.versions': ofPath,
  'history.restore': record({
    space,
    paths: listOf(path, restorePathsMax),
    at,
    to: optional(path),
    overwrite: oneOf('never', 'if-older', 'always'),
    isDry: optional(flag),
  }),
  'preview.open': record({ space, path, at }),
  'money.state': nothing,
  'money.fund': nothing,
  'conflict.list': nothing,
  'deleted.list': ofSpace,
  'drill.run': nothing,
  'file.shards': ofPath,
  'ignore.rules': ofSpace,
  'lease.extend': record({ space, epochs: integer(1, leaseEpochsMax) }),
  'receipt.list': ofSpace,
  'spending.cap': nothing,
  'settings.set': record({
    theme: optional(oneOf('system', 'light', 'dark')),
    language: optional(text(35)),
    notifications: optional(oneOf('all', 'warnings', 'none')),
    pauseOnBattery: optional(flag),
    pauseOnMetered: optional(flag),
  }),
  'doctor.run': nothing,
} satisfies { readonly [K in CallName]: Check<CallIn<K>> };

export const isCallName = (value: unknown): value is CallName =>
  typeof value === 'string' && Object.hasOwn(checks, value);
