/** The two short lines at the foot of the sidebar: what is going on now. Pure. */
import type { Summary, Work } from '../../app/wire/activity.ts';
import type { Words } from '../words/open-words.ts';
import type { Link } from './connection.ts';

export interface Moment {
  readonly summary: Summary | undefined;
  readonly link: Link;
  readonly newsMs: number | undefined;
  readonly nowMs: number;
}
export interface Pulse {
  readonly first: string;
  readonly second: string;
}

export function pulseOf({ summary, link, newsMs, nowMs }: Moment, words: Words): Pulse {
  const { say, moment, ago } = words;
  if (link.kind === 'gone')
    return {
      first: say('pulse.gone'),
      second: newsMs === undefined ? '' : say('pulse.last-news', { time: moment(newsMs, nowMs) }),
    };
  if (!summary || link.kind !== 'live') return { first: say('pulse.starting'), second: '' };
  if (summary.pause)
    return {
      first: say(`pulse.paused-${summary.pause.reason}`),
      second:
        summary.pause.untilMs === undefined ? '' : say('pulse.until', { time: moment(summary.pause.untilMs, nowMs) }),
    };
  if (summary.work) return { first: workWords(summary.work, words), second: paceWords(summary.work, words) };
  if (summary.fault)
    return {
      first: say('pulse.waiting'),
      second: summary.retryAtMs === undefined ? '' : say('pulse.again', { time: moment(summary.retryAtMs, nowMs) }),
    };
  if (summary.spaces === 0)
    return { first: say('pulse.nothing'), second: summary.isChainReached ? say('pulse.connected') : '' };
  if (summary.certifiedFiles < summary.files)
    return { first: say('pulse.saved', { count: summary.files - summary.certifiedFiles }), second: '' };
  return {
    first: say('pulse.certified'),
    second: newsMs === undefined ? '' : say('pulse.looked', { ago: ago(newsMs, nowMs) }),
  };
}

export function workWords(work: Work, { say, number }: Words): string {
  return say(`work.${work.kind}`, {
    files: work.files,
    ofFiles: work.ofFiles,
    filesWords: number(work.files),
    nodes: work.nodes,
    ofNodes: work.ofNodes,
  });
}

/** Speed and what is left, where both are known. */
export function paceWords(work: Work, { say, bytes, span }: Words): string {
  const parts: string[] = [];
  if (work.bytesPerSecond !== undefined && work.bytesPerSecond > 0) {
    parts.push(say('work.speed', { bytes: bytes(work.bytesPerSecond) }));
    const leftMs = ((work.ofBytes - work.bytes) / work.bytesPerSecond) * 1000;
    if (leftMs > 0) parts.push(say('work.left', { span: span(leftMs) }));
  } else if (work.ofBytes > 0)
    parts.push(say('work.bytes', { bytes: bytes(work.bytes), ofBytes: bytes(work.ofBytes) }));
  return parts.join(', ');
}
