/**
 * The system's keychain. It may be absent in five ways, which all mean "not here, use another way" when storing: its library does not load,
 * there is no message bus, no keychain service, the keychain was never unlocked, or it is locked. The last one lies: a locked keychain accepts
 * the question and answers "nothing", so nothing is believed to be stored before it was read back.
 */

/** What Floe needs of a keychain; `keytar` has this shape. */
export interface KeychainLike {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
}

const service = 'floe';

/** Reasons are the system's own words; they hold no secret. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

function isKeychain(value: unknown): value is KeychainLike {
  return typeof value === 'object' && value !== null && 'getPassword' in value && 'setPassword' in value;
}

/** Loads the system's keychain; a text says why there is none. */
export async function loadKeychain(): Promise<KeychainLike | string> {
  try {
    const loaded: unknown = await import('keytar');
    if (isKeychain(loaded)) return loaded;
    const inner = typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
    return isKeychain(inner) ? inner : 'the keychain library has an unknown shape';
  } catch (error) {
    return `the keychain library does not load (${reasonOf(error)})`;
  }
}

/** Stores and reads back. Undefined when the secret rests in the keychain now; else why it does not. */
export async function storeInKeychain(
  keychain: KeychainLike,
  account: string,
  secret: string,
): Promise<string | undefined> {
  try {
    await keychain.setPassword(service, account, secret);
    if ((await keychain.getPassword(service, account)) === secret) return undefined;
    return 'the keychain is locked';
  } catch (error) {
    return `the keychain does not answer (${reasonOf(error)})`;
  }
}

/** The secret, or why it cannot be had: "nothing there" is such a reason too, because the caller knows that something was stored. */
export async function readFromKeychain(
  keychain: KeychainLike,
  account: string,
): Promise<{ readonly secret: string } | { readonly reason: string }> {
  try {
    const secret = await keychain.getPassword(service, account);
    return secret === null ? { reason: 'the keychain is locked, or the entry was removed from it' } : { secret };
  } catch (error) {
    return { reason: `the keychain does not answer (${reasonOf(error)})` };
  }
}
