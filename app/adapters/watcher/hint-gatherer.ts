/** Collects changed folders and widens under load: a busy folder becomes a deep hint, a busy tree one deep hint for all. Pure, bounded. */
import type { SpacePath } from '../../domain/path-name.ts';
import type { FolderEvents, WatchLimits } from './watch-messages.ts';

/** The folder that holds both. */
export function commonFolder(a: SpacePath, b: SpacePath): SpacePath {
  const left = a.split('/');
  const right = b.split('/');
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  return left.slice(0, same).join('/');
}

function isBelow(path: SpacePath, folder: SpacePath): boolean {
  return path !== folder && (folder === '' || path.startsWith(`${folder}/`));
}

export class HintGatherer {
  readonly #limits: Pick<WatchLimits, 'eventsPerFolderMax' | 'eventsMax'>;
  #folders = new Map<SpacePath, { events: number; deep: boolean }>();
  #events = 0;

  constructor(limits: Pick<WatchLimits, 'eventsPerFolderMax' | 'eventsMax'>) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#folders.size === 0;
  }

  note({ folder, events, deep }: FolderEvents): void {
    this.#events += events;
    const known = this.#folders.get(folder) ?? { events: 0, deep: false };
    known.events += events;
    known.deep ||= deep || known.events > this.#limits.eventsPerFolderMax;
    this.#folders.set(folder, known);
    if (this.#events > this.#limits.eventsMax && this.#folders.size > 1) {
      const all = [...this.#folders.keys()].reduce(commonFolder);
      this.#folders = new Map([[all, { events: this.#events, deep: true }]]);
    }
  }

  /** What was gathered, without what a deep hint covers already; then starts anew. */
  take(): readonly FolderEvents[] {
    const all = [...this.#folders].map(([folder, { events, deep }]) => ({ folder, events, deep }));
    const deep = all.filter((hint) => hint.deep);
    this.#folders = new Map();
    this.#events = 0;
    return all.filter((hint) => !deep.some((wide) => isBelow(hint.folder, wide.folder)));
  }
}
