/** The account behind the 24 words (docs/formats/account.md): one key for what is sealed, one signer for each device index. */
import type { Signer } from './chain.ts';

export interface Account {
  /** 16 hex digits that name the account in records; derived one way from the account key. */
  readonly fingerprint: string;
  /** 32 bytes; everything sealed for the account hangs on it. */
  readonly key: Uint8Array;
  /** The signer of device `index`, SLIP-10 m/44'/784'/index'/0'/0'. */
  signer(index: number): Signer;
}
