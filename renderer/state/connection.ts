/**
 * What the window knows of its engine: whether it is there, the last value of every topic, and since when there was no news. Pure. The last values
 * stay while the engine is gone, so that the window never goes blank.
 */
import { unreachable } from '../../app/domain/fault.ts';
import type { EngineTopics, TopicName } from '../../app/wire/contract.ts';
import type { WireFault } from '../../app/wire/fault-form.ts';

export type Link =
  | { readonly kind: 'starting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'gone'; readonly sinceMs: number; readonly tries: number; readonly retryAtMs: number }
  /** The page and the engine are of different versions: only loading it again helps. */
  | { readonly kind: 'changed' }
  /** The key in the address is missing or of an earlier start. */
  | { readonly kind: 'refused' };

export interface EngineView {
  readonly link: Link;
  readonly topics: { readonly [K in TopicName]?: EngineTopics[K] };
  readonly newsMs: number | undefined;
}

export const nothingYet: EngineView = { link: { kind: 'starting' }, topics: {}, newsMs: undefined };

export type LinkEvent =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'ended'; readonly fault: WireFault; readonly nowMs: number }
  | { readonly kind: 'trying' }
  | {
      readonly kind: 'news';
      readonly topic: TopicName;
      readonly value: EngineTopics[TopicName];
      readonly nowMs: number;
    };

const retryFirstMs = 500;
/** Long enough to cost nothing, short enough that nobody wonders. */
const retryLongestMs = 10_000;

export const retryDelayMs = (tries: number): number =>
  Math.min(retryLongestMs, retryFirstMs * 2 ** Math.min(tries, 10));

export function nextView(view: EngineView, event: LinkEvent): EngineView {
  switch (event.kind) {
    case 'admitted':
      return { ...view, link: { kind: 'live' } };
    case 'trying':
      return view;
    case 'news':
      return { ...view, topics: { ...view.topics, [event.topic]: event.value }, newsMs: event.nowMs };
    case 'ended':
      return { ...view, link: afterEnd(view.link, event.fault, event.nowMs) };
    default:
      return unreachable(event);
  }
}

function afterEnd(link: Link, fault: WireFault, nowMs: number): Link {
  if (fault.code === 'contract-changed') return { kind: 'changed' };
  if (fault.code === 'link-refused') return { kind: 'refused' };
  const tries = link.kind === 'gone' ? link.tries + 1 : 0;
  const sinceMs = link.kind === 'gone' ? link.sinceMs : nowMs;
  return { kind: 'gone', sinceMs, tries, retryAtMs: nowMs + retryDelayMs(tries) };
}
