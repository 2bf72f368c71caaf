/** Packs on the local disk between sealing and certification. A pack is there whole and synced, or it is not there. */

export interface SpoolWriter {
  /** Appends; the bytes may be reused by the caller once this resolves. */
  append(bytes: Uint8Array): Promise<void>;
  /** Syncs file and folder; from here on the pack survives a power cut. */
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

export interface Spool {
  create(name: string): Promise<SpoolWriter>;
  /** Fills `into` with a pack; a pack of another size is a fault 'pack-damaged'. */
  read(name: string, into: Uint8Array): Promise<void>;
  /** Removing what is not there is not a fault. */
  remove(name: string): Promise<void>;
  /** Names of finished packs. Unfinished ones are swept at open. */
  names(): Promise<readonly string[]>;
}
