/** A space's state in words: its worst state, why it rests, and how far the work on it is. Pure. */
import type { Work } from '../../app/wire/activity.ts';
import type { SpaceState } from '../../app/wire/space.ts';
import type { Words } from '../words/open-words.ts';

export function spaceStatusWords(space: SpaceState, work: Work | undefined, { say }: Words): string | undefined {
  if (space.word === 'paused' && space.pause) return say(`pulse.paused-${space.pause.reason}`);
  if (work?.space !== space.space || space.word === 'held' || space.word === 'conflict' || space.word === 'attention')
    return undefined;
  if (space.word === 'uploading' && work.ofNodes > 0)
    return say('status.uploading-nodes', { nodes: work.nodes, ofNodes: work.ofNodes });
  return undefined;
}
