/** Amounts as the user wants them told: in their own money where they said what one WAL is worth, else in WAL. */
import { useCallback } from 'react';
import { localAmount } from '../state/spending.ts';
import { useWords } from '../words/use-words.ts';
import { useAnswer, type Answer } from './use-engine.ts';
import type { CallOut } from '../../app/wire/contract.ts';

export interface Money {
  readonly price: Answer<CallOut<'price.read'>>;
  /** FROST, with its unit. */
  readonly amount: (frost: string) => string;
}

export function useMoney(): Money {
  const { say, wal, tag } = useWords();
  const price = useAnswer('price.read', {});
  const set = price.value?.price;
  const amount = useCallback(
    (frost: string) => (set ? localAmount(frost, set, tag) : say('money.wal', { wal: wal(frost) })),
    [set, say, wal, tag],
  );
  return { price, amount };
}
