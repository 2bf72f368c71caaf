/** One account for all histories, derived once: its keys take longer than a history. Signatures are hashes where only a model looks at them. */
import { createHash } from 'node:crypto';
import { openAccount } from '../../app/adapters/account/account.ts';
import type { Account } from '../../app/ports/account.ts';
import type { Signer } from '../../app/ports/chain.ts';

/** 23 times the first word of the list and the last one that makes the sum right. */
export const simPhrase = `${'abandon '.repeat(23)}art`;

let opened: Account | undefined;
const signers = new Map<number, Signer>();

export function simAccount(signsTruly: boolean): Account {
  const account = (opened ??= openAccount(simPhrase));
  const signer = (index: number): Signer => {
    const known = signers.get(index) ?? account.signer(index);
    signers.set(index, known);
    if (signsTruly) return known;
    const sign = async (bytes: Uint8Array): Promise<Uint8Array> =>
      Uint8Array.from(createHash('sha256').update(`${index}`).update(bytes).digest());
    return { address: known.address, sign, signMessage: sign };
  };
  return { ...account, signer };
}
