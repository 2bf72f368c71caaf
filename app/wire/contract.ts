/**
 * What a window may ask of an engine, and what it is told: one table for the compiler. Each call takes one record and gives one value; each
 * topic has one value at a time. All of it is plain JSON. Changing a shape raises `contractNumber`, so that an older page is told to reload.
 */
import type {
  AccountState,
  DeviceLine,
  NetworkName,
  PhraseWord,
  RecoverDone,
  Settings,
  SettingsChange,
} from './account.ts';
import type { Activity, ActivityPage, Need, Summary } from './activity.ts';
import type { AheadCost, CheckPast, MoreCost, Spending, Stored, ThinCost, VoucherIssued, WalPrice } from './cost.ts';
import type {
  ConflictLine,
  DeletedLine,
  Preview,
  RestoreDone,
  RestoreInput,
  SnapshotLine,
  VersionLine,
} from './history.ts';
import type { CheckLine, DrillLine, FileNodes, ReceiptIssued, ReceiptVerdict } from './proof.ts';
import type { FolderLook, FolderQuote, IgnoreRules, LeftOutCount, SpaceMode, SpaceState, TreePage } from './space.ts';
import type {
  AggregatorLine,
  Brake,
  FolderChoices,
  Pauses,
  Retention,
  RetentionPreview,
  Steering,
  SteeringChange,
} from './steering.ts';
import type { Budget, DoctorReport, Leases, Money, NodesState, Renewal } from './storage.ts';

export const contractNumber = 5;

export interface Call<In, Out> {
  readonly in: In;
  readonly out: Out;
}

/** Nothing asked or nothing to say. */
export type Nothing = Readonly<Record<string, never>>;

export interface EngineCalls {
  /** Makes an account and opens it. The words are told until they are confirmed. A passphrase seals them where there is no keychain. */
  'account.create': Call<
    { readonly network: NetworkName; readonly deviceName: string; readonly passphrase?: string | undefined },
    { readonly phrase: string }
  >;
  /** The words again; refused once they were confirmed. */
  'account.phrase': Call<Nothing, { readonly phrase: string }>;
  /** Whether these words stand at these places. At least two, or it counts for nothing. */
  'account.confirm': Call<{ readonly words: readonly PhraseWord[] }, { readonly isRight: boolean }>;
  'account.recover': Call<
    {
      readonly network: NetworkName;
      readonly phrase: string;
      readonly deviceName: string;
      readonly passphrase?: string | undefined;
    },
    RecoverDone
  >;
  /** Opens a home that is 'locked', or tries a 'failed' one again. */
  'account.open': Call<{ readonly passphrase?: string | undefined }, Nothing>;
  'device.list': Call<Nothing, readonly DeviceLine[]>;
  /** A device is gone for good, or has come back. */
  'device.gone': Call<{ readonly device: string; readonly isGone: boolean }, Nothing>;

  /** Folders in a folder; without a path, of the user's home. */
  'folder.look': Call<{ readonly path?: string | undefined }, FolderLook>;
  /** Works before there is an account, with `network`. */
  'folder.quote': Call<
    {
      readonly path: string;
      readonly network?: NetworkName | undefined;
      readonly leaseEpochs?: number | undefined;
    },
    FolderQuote
  >;

  'space.add': Call<
    {
      readonly folder: string;
      readonly mode: SpaceMode;
      readonly name?: string | undefined;
      readonly leaseEpochs?: number | undefined;
    },
    { readonly space: string; readonly name: string }
  >;
  /** Gives a known space an empty folder on this computer. */
  'space.join': Call<{ readonly space: string; readonly folder: string }, { readonly space: string }>;
  'space.tree': Call<
    {
      readonly space: string;
      readonly path: string;
      readonly at?: string | undefined;
      readonly offset: number;
      readonly limit: number;
    },
    TreePage
  >;
  /** Kept in no folder of this computer any more; nothing is deleted. */
  'space.leave': Call<{ readonly space: string }, Nothing>;
  /** Its folder was moved and is here now; refused when the folder does not carry its mark. Not `isSame`: what is missing in it waits for a word. */
  'space.move': Call<
    { readonly space: string; readonly folder: string },
    { readonly folder: string; readonly isSame: boolean }
  >;
  /** The held deletions are meant: they go out with the next pass, which begins now. */
  'held.release': Call<{ readonly space: string }, Nothing>;

  /** A pass begins now (or right after the one that runs). Answers at once. */
  'sync.now': Call<Nothing, Nothing>;
  /** One space, or everything; without a time until it is resumed. */
  'sync.pause': Call<{ readonly space?: string | undefined; readonly untilMs?: number | undefined }, Pauses>;
  /** Without a space it ends all pauses that a person began. */
  'sync.resume': Call<{ readonly space?: string | undefined }, Pauses>;
  /** Limits, plan and policies; what is left out stays as it is. */
  'steering.set': Call<SteeringChange, Steering>;
  /** Each is asked for a sign of life. */
  'aggregator.list': Call<Nothing, { readonly aggregators: readonly AggregatorLine[] }>;

  /** The folders directly below a path. */
  'choice.list': Call<{ readonly space: string; readonly path: string }, FolderChoices>;
  /** Only these folders, or all but `without`. The next pass fetches what is chosen and takes away the rest, once it is certified. */
  'choice.set': Call<
    { readonly space: string; readonly only?: readonly string[] | undefined; readonly without: readonly string[] },
    Nothing
  >;
  /** These folders with all that is in them, and nothing else of the choice. */
  'choice.change': Call<
    { readonly space: string; readonly changes: readonly { readonly path: string; readonly isChosen: boolean }[] },
    Nothing
  >;
  /** With nothing to change it tells what holds. */
  'brake.set': Call<{ readonly space: string } & { readonly [K in keyof Brake]?: Brake[K] | undefined }, Brake>;
  'retention.state': Call<{ readonly space: string }, Retention>;
  'retention.set': Call<{ readonly space: string } & Retention, Nothing>;
  /** What would go under these rules. Changes nothing. */
  'retention.preview': Call<{ readonly space: string } & Retention, RetentionPreview>;
  'activity.list': Call<
    {
      readonly space?: string | undefined;
      readonly only?: 'waiting' | 'failed' | undefined;
      /** Part of the path, small and large letters the same. */
      readonly text?: string | undefined;
      readonly offset: number;
      readonly limit: number;
    },
    ActivityPage
  >;

  /** Newest first. */
  'history.log': Call<{ readonly space: string }, readonly SnapshotLine[]>;
  'history.versions': Call<{ readonly space: string; readonly path: string }, readonly VersionLine[]>;
  /** Answers when done; progress is in the topic 'activity'. Cancelling leaves whole files only. */
  'history.restore': Call<RestoreInput, RestoreDone>;
  'preview.open': Call<{ readonly space: string; readonly path: string; readonly at?: string | undefined }, Preview>;

  'money.state': Call<Nothing, Money>;
  /** Fetches play money, where it is given away. */
  'money.fund': Call<Nothing, Nothing>;

  'conflict.list': Call<{ readonly space: string }, readonly ConflictLine[]>;
  /** Keeps this device's file, the other's, or both. `path`: either of them. */
  'conflict.resolve': Call<
    { readonly space: string; readonly path: string; readonly keep: 'mine' | 'theirs' | 'both' },
    Nothing
  >;
  /** Newest first; `text` is part of the name or path. */
  'deleted.list': Call<{ readonly space: string; readonly text: string }, readonly DeletedLine[]>;

  'file.nodes': Call<{ readonly space: string; readonly path: string }, FileNodes>;
  /** Restores a sample without a random third of the shards, compares it, throws it away, and remembers how it went. */
  'drill.run': Call<{ readonly space: string }, DrillLine>;
  /** Looks at what the nodes keep. Costs nothing. */
  'check.run': Call<{ readonly repairs: boolean }, CheckLine>;

  'ignore.read': Call<{ readonly space: string }, IgnoreRules>;
  /** What these rules would leave out. Changes nothing. */
  'ignore.try': Call<{ readonly space: string; readonly text: string }, LeftOutCount>;
  /** `was`: the text that was read before; refused when the file holds another one by now. */
  'ignore.write': Call<{ readonly space: string; readonly text: string; readonly was: string }, Nothing>;

  'lease.list': Call<Nothing, Leases>;
  /** For one space, or for all; without `epochs` as far as the policies ask. `isDry` only quotes. */
  'lease.renew': Call<
    {
      readonly space?: string | undefined;
      readonly epochs?: number | undefined;
      readonly isDry: boolean;
    },
    Renewal
  >;
  'lease.autopilot': Call<{ readonly isOn: boolean }, Nothing>;
  'lease.ahead': Call<{ readonly space: string; readonly epochs: number }, Nothing>;
  'budget.state': Call<Nothing, Budget>;
  /** Decimal FROST; left out, there is no cap. */
  'budget.set': Call<{ readonly monthFrost?: string | undefined }, Nothing>;

  /** What the last so many months cost, this one included. */
  'cost.months': Call<{ readonly months: number }, Spending>;
  'cost.stored': Call<Nothing, Stored>;
  /** What would cost how much at the prices of today. Changes nothing, spends nothing. Without a space: all of this device; a new one. */
  'cost.ahead': Call<{ readonly epochs: number; readonly space?: string | undefined }, AheadCost>;
  'cost.more': Call<{ readonly bytes: number; readonly space?: string | undefined }, MoreCost>;
  /** May take a while: the lists of large files are read. */
  'cost.thin': Call<{ readonly allDays: number; readonly dailyDays: number; readonly weeklyDays: number }, ThinCost>;
  'price.read': Call<Nothing, { readonly price: WalPrice | undefined }>;
  /** Of one WAL, as a decimal text; left out, amounts are told in WAL alone. */
  'price.set': Call<
    { readonly price?: { readonly wal: string; readonly currency: string } | undefined },
    { readonly price: WalPrice | undefined }
  >;
  /** Checks that were made, oldest first. */
  'check.list': Call<Nothing, readonly CheckPast[]>;
  /** Writes a voucher into a folder, in place of this device's last one there. Spends nothing. */
  'voucher.issue': Call<{ readonly folder: string }, VoucherIssued>;

  'receipt.issue': Call<
    { readonly space: string; readonly path: string; readonly at?: string | undefined; readonly withName: boolean },
    ReceiptIssued
  >;
  /** Needs neither account nor network. */
  'receipt.verify': Call<{ readonly text: string }, ReceiptVerdict>;
  /** Writes a receipt that holds into a folder, never over a file. */
  'receipt.save': Call<{ readonly folder: string; readonly text: string }, { readonly path: string }>;

  /** The past as a folder for other programs, until it is closed or Floe ends. `shows`: opens it in the file manager of this computer. */
  'past.open': Call<
    {
      readonly space?: string | undefined;
      readonly at?: string | undefined;
      readonly port?: number | undefined;
      readonly shows?: boolean | undefined;
    },
    { readonly url: string }
  >;
  'past.close': Call<{ readonly url: string }, Nothing>;

  'settings.set': Call<SettingsChange, Settings>;
  'doctor.run': Call<Nothing, DoctorReport>;
}

export interface EngineTopics {
  readonly account: AccountState;
  readonly summary: Summary;
  readonly spaces: readonly SpaceState[];
  readonly activity: Activity;
  readonly nodes: NodesState;
  readonly needs: readonly Need[];
  readonly settings: Settings;
  readonly steering: Steering;
}

export type CallName = keyof EngineCalls;
export type CallIn<K extends CallName> = EngineCalls[K]['in'];
export type CallOut<K extends CallName> = EngineCalls[K]['out'];
export type TopicName = keyof EngineTopics;

export const topicNames = [
  'account',
  'summary',
  'spaces',
  'activity',
  'nodes',
  'needs',
  'settings',
  'steering',
] as const satisfies readonly TopicName[];

/** What answers the calls: one handler each. The signal is aborted when the window stops asking or goes away. */
export type Handlers = {
  readonly [K in CallName]: (input: CallIn<K>, signal: AbortSignal) => Promise<CallOut<K>>;
};

/** A topic's value now, and a word when there is a newer one. */
export interface TopicSource<T> {
  value(): T;
  subscribe(listener: () => void): () => void;
}
export type Topics = { readonly [K in TopicName]: TopicSource<EngineTopics[K]> };
