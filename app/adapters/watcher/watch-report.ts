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
