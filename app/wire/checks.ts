/** The input check of every call: the run-time side of the contract. A call without a line here does not compile. */
import { Fault } from '../domain/fault.ts';
import { aggregatorsMax } from '../domain/aggregator-url.ts';
import { dayMinutes, weekRulesMax } from '../domain/week.ts';
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

/** What an ignore file may hold, in characters at most. */
const rulesCharactersMax = 256 * 1024;
/** A receipt of a file in a thousand packs has less; a frame takes some more. */
const receiptCharactersMax = 3 * 1024 * 1024;

const rules = text(rulesCharactersMax);
const receipt = text(receiptCharactersMax);
/** Decimal FROST: more than all WAL there will ever be has 19 digits. */
const amount: Check<string> = (value) => {
  const given = text(18)(value);
  if (/^\d+$/.test(given)) return given;
  throw new Fault('bad-input', 'never', 'The window sent something that Floe does not take: an amount was expected.');
};
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
/** A hundred years. */
const days = integer(0, 36_525);
const ofSpace = record({ space });
const ofPath = record({ space, path });
const time = optional(count);

/** Folders that one call may name: a person's list. */
const choicesMax = 1_000;
const folders = listOf(path, choicesMax);
const powerRule = oneOf('never', 'bulk', 'all');
const rate: Check<number | 'off'> = (value) => (value === 'off' ? value : count(value));
const weekRule = record({
  weekdays: listOf(integer(0, 6), 7),
  from: integer(0, dayMinutes - 1),
  to: integer(0, dayMinutes),
  speed: oneOf('full', 'limited', 'nothing'),
});
const share: Check<number> = (value) => {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw new Fault('bad-input', 'after-user', 'A share is above 0 and at most 1.');
};
const retention = record({
  space,
  rules: optional(record({ allDays: days, dailyDays: days, weeklyDays: days })),
  budgetFrost: optional(amount),
});

export const checks = {
  'account.create': record({ network, deviceName: name, passphrase }),
  'account.phrase': nothing,
  'account.confirm': record({ words: listOf(record({ index: integer(0, 23), word: text(20) }), 24) }),
  'account.recover': record({ network, phrase: text(phraseCharactersMax), deviceName: name, passphrase }),
  'account.open': record({ passphrase }),
  'device.list': nothing,
  'device.gone': record({ device: text(32), isGone: flag }),
  'folder.look': record({ path: optional(path) }),
  'folder.quote': record({ path, network: optional(network), leaseEpochs }),
  'space.add': record({ folder: path, mode: oneOf('sync', 'archive'), name: optional(name), leaseEpochs }),
  'space.join': record({ space, folder: path }),
  'space.tree': record({ space, path, at, offset, limit }),
  'space.leave': ofSpace,
  'space.move': record({ space, folder: path }),
  'held.release': ofSpace,
  'sync.now': nothing,
  'sync.pause': record({ space: optional(space), untilMs: time }),
  'sync.resume': record({ space: optional(space) }),
  'steering.set': record({
    limits: optional(record({ up: optional(rate), down: optional(rate) })),
    plan: optional(listOf(weekRule, weekRulesMax)),
    policy: optional(record({ battery: optional(powerRule), metered: optional(powerRule) })),
    aggregators: optional(listOf(text(200), aggregatorsMax)),
  }),
  'aggregator.list': nothing,
  'choice.list': ofPath,
  'choice.set': record({ space, only: optional(folders), without: folders }),
  'choice.change': record({ space, changes: listOf(record({ path, isChosen: flag }), choicesMax) }),
  'brake.set': record({ space, deletions: optional(count), share: optional(share), rewrites: optional(count) }),
  'retention.state': ofSpace,
  'retention.set': retention,
  'retention.preview': retention,
  'activity.list': record({
    space: optional(space),
    only: optional(oneOf('waiting', 'failed')),
    text: optional(name),
    offset,
    limit,
  }),
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
  'conflict.list': ofSpace,
  'conflict.resolve': record({ space, path, keep: oneOf('mine', 'theirs', 'both') }),
  'deleted.list': record({ space, text: name }),
  'file.nodes': ofPath,
  'drill.run': ofSpace,
  'check.run': record({ repairs: flag }),
  'ignore.read': ofSpace,
  'ignore.try': record({ space, text: rules }),
  'ignore.write': record({ space, text: rules, was: rules }),
  'lease.list': nothing,
  'lease.renew': record({ space: optional(space), epochs: leaseEpochs, isDry: flag }),
  'lease.autopilot': record({ isOn: flag }),
  'lease.ahead': record({ space, epochs: integer(1, leaseEpochsMax) }),
  'budget.state': nothing,
  'budget.set': record({ monthFrost: optional(amount) }),
  'cost.months': record({ months: integer(1, 120) }),
  'cost.stored': nothing,
  'cost.ahead': record({ epochs: integer(1, leaseEpochsMax), space: optional(space) }),
  'cost.more': record({ bytes: integer(1, Number.MAX_SAFE_INTEGER), space: optional(space) }),
  'cost.thin': record({ allDays: days, dailyDays: days, weeklyDays: days }),
  'price.read': nothing,
  'price.set': record({ price: optional(record({ wal: text(16), currency: text(3) })) }),
  'check.list': nothing,
  'voucher.issue': record({ folder: path }),
  'receipt.issue': record({ space, path, at, withName: flag }),
  'receipt.verify': record({ text: receipt }),
  'receipt.save': record({ folder: path, text: receipt }),
  'past.open': record({
    space: optional(space),
    at,
    port: optional(integer(0, 65_535)),
    shows: optional(flag),
  }),
  'past.close': record({ url: text(nameCharactersMax) }),
  'settings.set': record({
    theme: optional(oneOf('system', 'light', 'dark')),
    language: optional(text(35)),
    notifications: optional(oneOf('all', 'warnings', 'none')),
  }),
  'doctor.run': nothing,
} satisfies { readonly [K in CallName]: Check<CallIn<K>> };

export const isCallName = (value: unknown): value is CallName =>
  typeof value === 'string' && Object.hasOwn(checks, value);
