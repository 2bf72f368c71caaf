/** What is typed for an aggregator, and how it does in a word. Pure. */
import { parseAggregatorUrl } from '../../app/domain/aggregator-url.ts';
import { faultOf } from '../../app/domain/fault.ts';
import type { AggregatorLine } from '../../app/wire/steering.ts';
import type { WordKey } from '../words/open-words.ts';

/** An address in its one form; undefined for what is none. */
export function addressFrom(typed: string): string | undefined {
  try {
    return parseAggregatorUrl(typed);
  } catch (error) {
    if (faultOf(error)?.code !== 'bad-input') throw error;
    return undefined;
  }
}

export function standingWord(line: AggregatorLine | undefined): WordKey {
  if (line === undefined) return 'part.loading';
  if (line.lies > 0) return 'aggregators.lied';
  if (line.pingMs === undefined) return 'aggregators.silent';
  return line.trouble === undefined ? 'aggregators.answers' : 'aggregators.trouble';
}
