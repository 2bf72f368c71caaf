/** The activity as rows: the lines by pages, with a heading where a new day begins among those that are known. Pure. */
import type { ActivityLine, Work } from '../../app/wire/activity.ts';
import type { FileNodes } from '../../app/wire/proof.ts';
import type { StatusWord } from '../parts/marks.tsx';
import type { Words } from '../words/open-words.ts';
import type { Pages } from './pages.ts';

export type ActivityRow =
  { readonly kind: 'line'; readonly index: number } | { readonly kind: 'heading'; readonly day: 'today' | 'before' };

export interface ActivityRowsOf {
  readonly count: number;
  readonly rowOf: (index: number) => ActivityRow;
  /** The lines that rows `first` to `last` stand for. */
  readonly linesOf: (first: number, last: number) => readonly [number, number];
}

/** One heading where today ends: lines are newest first, and the first known older one ends it. */
export function activityRows(pages: Pages<ActivityLine>, nowMs: number): ActivityRowsOf {
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  const first = pages.pages.get(0) ?? [];
  const older = first.findIndex((line) => line.timeMs < midnight && line.stage === 'certified');
  const hasHeading = older > 0;
  const lineOf = (index: number): number => (hasHeading && index > older ? index - 1 : index);
  return {
    count: pages.total + (hasHeading ? 1 : 0),
    rowOf: (index) =>
      hasHeading && index === older ? { kind: 'heading', day: 'before' } : { kind: 'line', index: lineOf(index) },
    linesOf: (from, to) => [lineOf(from), lineOf(to)],
  };
}

export interface Stage {
  readonly word: StatusWord;
  readonly words: string | undefined;
  /** Of the four bars; undefined at rest. */
  readonly done: number | undefined;
}

export function stageOf(line: ActivityLine, work: Work | undefined, { say }: Words): Stage {
  const mine = work?.space === line.space ? work : undefined;
  switch (line.stage) {
    case 'saved':
      return { word: 'saved', words: undefined, done: 1 };
    case 'uploading': {
      const isTold = mine && mine.ofNodes > 0;
      return {
        word: 'uploading',
        words: isTold ? say('status.uploading-nodes', { nodes: mine.nodes, ofNodes: mine.ofNodes }) : undefined,
        done: 2 + (isTold ? mine.nodes / mine.ofNodes : 0),
      };
    }
    case 'certified':
      return { word: 'certified', words: undefined, done: undefined };
    case 'failed':
      return {
        word: 'attention',
        words: line.fault ? say(`fault.${line.fault.code}.short`) : undefined,
        done: undefined,
      };
  }
}

export const stepWords = ['stage.saved', 'stage.packed', 'stage.uploaded', 'stage.certified'] as const;

export interface FileStage {
  /** Of `stepWords`, the one that is being done; 4 when all are. */
  readonly at: number;
  /** Nodes that signed for all packs of the file so far. */
  readonly confirmed: number;
  readonly ofNodes: number;
}

/** A file is as far as the least of its packs; before it lies in any, it is saved here. */
export function fileStage(line: Pick<ActivityLine, 'stage'>, nodes: FileNodes | undefined): FileStage {
  const ofNodes = nodes?.ofNodes ?? 0;
  const packs = nodes?.packs ?? [];
  const confirmed = packs.length === 0 ? 0 : Math.min(...packs.map((pack) => pack.confirmed.length));
  if (line.stage === 'certified') return { at: 4, confirmed, ofNodes };
  if (packs.length === 0) return { at: 1, confirmed: 0, ofNodes };
  const stages = new Set(packs.map(({ stage }) => stage));
  // All packs may be certified before the round is: its head has not moved yet.
  const at = stages.has('packed') || stages.has('uploading') ? 2 : 3;
  return { at, confirmed, ofNodes };
}
