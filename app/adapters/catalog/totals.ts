/** What changes add to the counts of a space; files alone have bytes that count. */
import type { EntryKind } from '../../domain/space.ts';

/** What a round adds to a space's counts. */
export class Totals {
  files = 0;
  folders = 0;
  bytes = 0;

  add({ files, folders, bytes }: Totals): void {
    this.files += files;
    this.folders += folders;
    this.bytes += bytes;
  }

  count({ kind, bytes }: { readonly kind: EntryKind; readonly bytes: number }, sign: 1 | -1): void {
    if (kind === 'folder') this.folders += sign;
    if (kind !== 'file') return;
    this.files += sign;
    this.bytes += sign * bytes;
  }
}
