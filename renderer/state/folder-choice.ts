/** Folders of choice while a person ticks them: what stands in the engine, and on top of it what is changed here and not sent yet. Pure. */
import type { FolderChoice } from '../../app/wire/steering.ts';

export type Tick = 'whole' | 'partly' | 'none';
/** By path. A folder here stands for all that is in it; the deepest one counts. */
export type Draft = ReadonlyMap<string, boolean>;

const isIn = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

export function tickOf(draft: Draft, folder: Pick<FolderChoice, 'path' | 'isChosen' | 'isWhole'>): Tick {
  const own = nearest(draft, folder.path);
  const stands = folder.isWhole ? 'whole' : folder.isChosen ? 'partly' : 'none';
  const base = own === undefined ? stands : own ? 'whole' : 'none';
  const below = [...draft].filter(([path]) => isIn(path, folder.path)).map(([, isChosen]) => isChosen);
  return below.every((isChosen) => base === (isChosen ? 'whole' : 'none')) ? base : 'partly';
}

function nearest(draft: Draft, path: string): boolean | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const own = draft.get(at);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** A folder that is there in part is taken as a whole first. What was changed in it before is forgotten. */
export function turnFolder(draft: Draft, folder: Pick<FolderChoice, 'path' | 'isChosen' | 'isWhole'>): Draft {
  const isChosen = tickOf(draft, folder) !== 'whole';
  const next = new Map([...draft].filter(([path]) => path !== folder.path && !isIn(path, folder.path)));
  const before = tickOf(next, folder);
  if (before !== (isChosen ? 'whole' : 'none')) next.set(folder.path, isChosen);
  return next;
}
