/**
 * Where the account's secret rests: the system keychain, or a sealed file. A locked keychain that answers "nothing" must surface as the fault
 * 'vault-locked' when the home's own record says that a secret was stored; a new secret is never made in its place.
 */

export interface VaultKind {
  /** 'keychain', 'sealed-file' or 'open-file' (a 0600 key file, local network only). */
  readonly kind: 'keychain' | 'sealed-file' | 'open-file';
  /** One plain sentence on how the secret is kept. */
  readonly words: string;
}

export interface Vault {
  /** The stored phrase, or undefined when none was ever stored here. */
  phrase(): Promise<string | undefined>;
  /** Stores the phrase; a fault 'already-exists' when one is there. Returns how it is kept. */
  keep(phrase: string): Promise<VaultKind>;
  /** How the stored phrase is kept; undefined when none is. */
  kept(): Promise<VaultKind | undefined>;
}
