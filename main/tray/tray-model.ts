/** What the tray shows, from what the engine says: an icon, a sentence and a menu. Pure. Everything in it exists in the window too. */
import { unreachable } from '../../app/domain/fault.ts';
import type { Place } from '../../app/wire/shell.ts';
import type { EngineNews } from '../engine/follow.ts';
import { needText, type Words } from '../words/words.ts';

export type TrayIcon = 'certified' | 'uploading' | 'paused' | 'offline' | 'attention' | 'held' | 'conflict';

export type TrayAction =
  | { readonly kind: 'open'; readonly place: Place | undefined }
  | { readonly kind: 'open-folder'; readonly path: string }
  | { readonly kind: 'pause'; readonly untilMs: number | undefined }
  | { readonly kind: 'resume' }
  | { readonly kind: 'quit' };

export type TrayItem =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'separator' }
  | { readonly kind: 'action'; readonly text: string; readonly action: TrayAction }
  | { readonly kind: 'menu'; readonly text: string; readonly items: readonly TrayItem[] };

export interface TrayModel {
  readonly icon: TrayIcon;
  readonly sentence: string;
  readonly items: readonly TrayItem[];
}

/** More needs than these are read in the window. */
const needsShownMax = 5;
/** Folders in the menu; more are found in the window. */
const foldersShownMax = 8;
const hourMs = 3_600_000;

export function trayModel(news: EngineNews, words: Words, nowMs: number): TrayModel {
  const sentence = sentenceOf(news, words);
  const { say, date } = words;
  const { summary, spaces = [], needs = [] } = news;
  const isOpen = news.account?.phase === 'open' && news.engine.kind === 'running';
  const lines: TrayItem[] = [line(sentence)];
  if (isOpen && summary?.work) lines.push(line(workText(summary.work, words)));
  if (isOpen && summary?.paidUntilMs !== undefined)
    lines.push(line(say('paid-until', { date: date(summary.paidUntilMs) })));
  const waiting = needs.slice(0, needsShownMax).map((need) => openItem(needText(need, words), { screen: 'needs' }));
  const folders = spaces.flatMap((space) =>
    space.folder === undefined ? [] : [action(space.name, { kind: 'open-folder', path: space.folder })],
  );
  return {
    icon: iconOf(news),
    sentence,
    items: [
      ...lines,
      ...parted(waiting),
      { kind: 'separator' },
      openItem(say('open'), undefined),
      ...(folders.length === 0
        ? []
        : [{ kind: 'menu', text: say('open-folder'), items: folders.slice(0, foldersShownMax) } as const]),
      ...(isOpen ? [pauseItem(news, words, nowMs)] : []),
      openItem(say('settings'), { screen: 'settings' }),
      { kind: 'separator' },
      action(say('quit'), { kind: 'quit' }),
    ],
  };
}

const line = (text: string): TrayItem => ({ kind: 'line', text });
const action = (text: string, does: TrayAction): TrayItem => ({ kind: 'action', text, action: does });
const openItem = (text: string, place: Place | undefined): TrayItem => action(text, { kind: 'open', place });
const parted = (items: readonly TrayItem[]): readonly TrayItem[] =>
  items.length === 0 ? [] : [{ kind: 'separator' }, ...items];

function pauseItem({ summary }: EngineNews, { say }: Words, nowMs: number): TrayItem {
  if (summary?.pause?.reason === 'user') return action(say('resume'), { kind: 'resume' });
  const tomorrow = new Date(nowMs);
  tomorrow.setHours(24, 0, 0, 0);
  return {
    kind: 'menu',
    text: say('pause'),
    items: [
      action(say('pause-hour'), { kind: 'pause', untilMs: nowMs + hourMs }),
      action(say('pause-tomorrow'), { kind: 'pause', untilMs: tomorrow.getTime() }),
      action(say('pause-open'), { kind: 'pause', untilMs: undefined }),
    ],
  };
}

function iconOf({ engine, account, summary, needs = [] }: EngineNews): TrayIcon {
  if (engine.kind !== 'running' || !summary || account?.phase !== 'open')
    return account?.phase === 'failed' || account?.phase === 'locked' ? 'attention' : 'offline';
  switch (summary.worst) {
    case 'held':
    case 'conflict':
    case 'attention':
      return summary.worst;
    case 'paused':
    case 'uploading':
    case 'packing':
    case 'saved':
    case 'certified':
      break;
    default:
      return unreachable(summary.worst);
  }
  if (needs.length > 0) return 'attention';
  if (summary.pause) return 'paused';
  if (!summary.isChainReached) return 'offline';
  return summary.worst === 'certified' ? 'certified' : 'uploading';
}

function sentenceOf({ engine, account, summary, needs = [] }: EngineNews, { say }: Words): string {
  if (engine.kind === 'gone') return say('engine-gone');
  if (account?.phase === 'none') return say('new');
  if (account?.phase === 'failed' || account?.phase === 'locked')
    return account.fault?.detail ?? say('attention', { count: 1 });
  if (engine.kind === 'starting' || !summary || account?.phase !== 'open') return say('engine-starting');
  if (summary.pause?.reason === 'battery') return say('paused-battery');
  if (summary.pause?.reason === 'metered') return say('paused-metered');
  if (summary.pause?.reason === 'schedule') return say('paused-schedule');
  if (summary.pause) return say('paused');
  if (!summary.isChainReached) return say('offline');
  const waiting = summary.files - summary.certifiedFiles;
  if (waiting > 0) return say('waiting', { waiting });
  if (needs.length > 0 && summary.files === 0) return say('attention', { count: needs.length });
  return say('certified', { files: summary.files });
}

function workText(
  { kind, spaceName, nodes, ofNodes }: NonNullable<NonNullable<EngineNews['summary']>['work']>,
  { say }: Words,
): string {
  return say('work', { kind, space: spaceName, nodes, ofNodes });
}
