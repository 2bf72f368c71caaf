/** The home's own record of where the phrase rests (`vault.json`, not secret). It is what makes a silent keychain "locked" instead of "empty". */
import { Fault } from '../../domain/fault.ts';
import type { VaultKind } from '../../ports/vault.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

export interface VaultRecord {
  readonly kind: VaultKind['kind'];
  /** Tells accounts apart without telling the phrase. */
  readonly fingerprint: string;
}

const version = 1;
const recordBytesMax = 4096;

function parseRecord(bytes: Uint8Array): VaultRecord {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    value = undefined;
  }
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const { version: written, kind, fingerprint } = fields;
  if (typeof written === 'number' && written > version) {
    throw new Fault('home-newer', 'after-user', 'The vault was made by a newer Floe. Use that one, or newer.');
  }
  const isKind = kind === 'keychain' || kind === 'sealed-file' || kind === 'open-file';
  if (written !== version || !isKind || typeof fingerprint !== 'string' || !/^[0-9a-f]{8,64}$/.test(fingerprint)) {
    throw new Fault('vault-refused', 'after-user', 'The record of where the phrase is kept (vault.json) is damaged.');
  }
  return { kind, fingerprint };
}

export async function readRecord(path: string): Promise<VaultRecord | undefined> {
  const bytes = await readSecretFile(path, recordBytesMax);
  return bytes === undefined ? undefined : parseRecord(bytes);
}

export async function writeRecord(path: string, record: VaultRecord): Promise<void> {
  await writeSecretFile(path, Buffer.from(`${JSON.stringify({ version, ...record }, undefined, 2)}\n`));
}
