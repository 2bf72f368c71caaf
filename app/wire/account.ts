/** What a window knows of the account, the device and the settings of this home. Plain data: crosses as JSON. */
import type { WireFault } from './fault-form.ts';

export type NetworkName = 'local' | 'testnet' | 'mainnet';

/** 'none': nothing here yet, show the onboarding. 'locked': the passphrase is needed. 'failed': `fault` says why. */
export type AccountPhase = 'none' | 'locked' | 'opening' | 'open' | 'failed';

export interface DeviceState {
  readonly id: string;
  readonly name: string;
  readonly index: number;
  /** Where SUI and WAL are sent to. */
  readonly address: string;
}

/** Topic 'account'. */
export interface AccountState {
  readonly phase: AccountPhase;
  /** Folder of this installation's own state. */
  readonly home: string;
  readonly version: string;
  /** A name for this computer to begin with. */
  readonly deviceNameUsual: string;
  readonly network: NetworkName | undefined;
  /** There is no money on this network: what is bought costs nothing. */
  readonly isPlayMoney: boolean;
  readonly device: DeviceState | undefined;
  /** How the phrase rests on this computer. */
  readonly vault: { readonly kind: 'keychain' | 'sealed-file' | 'open-file'; readonly words: string } | undefined;
  /** Somebody has shown that they wrote the phrase down; `confirmedMs` says when. */
  readonly phraseConfirmedMs: number | undefined;
  readonly fault: WireFault | undefined;
}

/** Words of the phrase by their place from 0: proof that it was written down. */
export interface PhraseWord {
  readonly index: number;
  readonly word: string;
}

export interface RecoverDone {
  readonly spaces: readonly {
    readonly space: string;
    readonly name: string;
    readonly snapshots: number;
    readonly packs: number;
  }[];
  readonly problems: readonly { readonly space: string; readonly name: string; readonly fault: WireFault }[];
}

/** One installation of the account, as the chain shows it. */
export interface DeviceLine {
  readonly index: number;
  readonly address: string;
  readonly device: string;
  readonly name: string;
  readonly madeMs: number;
  readonly isThis: boolean;
  /** A person called it gone for good: nobody waits for its answers. */
  readonly isGone: boolean;
  /** Its newest snapshot of each space that it takes part in. */
  readonly spaces: readonly { readonly space: string; readonly name: string; readonly sequence: number }[];
}

/** Topic 'settings': only what does something. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** A language tag, or 'system'. */
  readonly language: string;
  readonly notifications: 'all' | 'warnings' | 'none';
}

export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | undefined };
