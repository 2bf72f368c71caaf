/** What both ways of watching tell, and the system's refusals in plain words. Paths are absolute texts. */
export interface WatchReport {
  /** Something in this folder changed. */
  changed(folder: string): void;
  /** A folder appeared whose content was not watched from its beginning. */
  appeared(folder: string): void;
  /** Changes may be missed from now on. The same words are passed on once only. */
  trouble(words: string): void;
}

/** Why a folder is not watched, and what to do about it. */
export function troubleWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOSPC') {
    return 'The system does not watch more folders for you (setting fs.inotify.max_user_watches). The rest is looked at from time to time instead.';
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return 'Too many programs watch folders (setting fs.inotify.max_user_instances). Folders are looked at from time to time instead.';
  }
  if (code === 'EACCES' || code === 'EPERM') return 'Some folders may not be opened, so changes in them are not seen.';
  return `Some folders cannot be watched (${code}). They are looked at from time to time instead.`;
}

/**
 * File systems whose events tell of this computer's changes alone, or of none: by the type numbers of Linux (statfs(2)). NFS, CIFS and SMB, AFS, Ceph,
 * 9P (as between Windows and WSL), FUSE.
 */
const sharedTypes = new Set([
  0x6969, 0xff_53_4d_42, 0xfe_53_4d_42, 0x517b, 0x53_46_41_4f, 0x6b_41_46_53, 0x00_c3_64_00, 0x01_02_19_97,
  0x65_73_55_46,
]);

/** Words when changes on a disk of this type may come without an event. */
export function silentDiskWords(type: number): string | undefined {
  if (!sharedTypes.has(type >>> 0)) return undefined;
  return 'This folder lies on a network share or the like, which does not tell of changes made elsewhere. It is looked at from time to time instead.';
}
