/** Aggregators that may be asked before storage nodes are: which, and how they do. None until somebody adds one, who is told what it sees. */
import { Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { aggregatorsMax } from '../../../app/domain/aggregator-url.ts';
import type { AggregatorLine, Steering } from '../../../app/wire/steering.ts';
import { useAnswer, useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { addressFrom, standingWord } from '../../state/aggregators.ts';
import { useWords } from '../../words/use-words.ts';
import { Line } from './groups.tsx';

export function Aggregators({ steering: { aggregators } }: { readonly steering: Steering }): ReactElement {
  const { say } = useWords();
  const set = useDeed('steering.set');
  const lines = useAnswer('aggregator.list', aggregators.length === 0 ? undefined : {}, aggregators.join(' '));
  const [typed, setTyped] = useState('');
  const wanted = addressFrom(typed);
  const isWrong = typed.trim() !== '' && wanted === undefined;
  const isFull = aggregators.length >= aggregatorsMax;
  const lineOf = (url: string): AggregatorLine | undefined => lines.value?.aggregators.find((each) => each.url === url);
  const add = async (url: string): Promise<void> => {
    if (await set.run({ aggregators: [...aggregators, url] })) setTyped('');
  };
  return (
    <section className="section aggregators">
      <h2 className="heading">{say('aggregators.title')}</h2>
      <p className="soft">{say('aggregators.about')}</p>
      {aggregators.length > 0 && (
        <div className="group">
          {aggregators.map((url) => (
            <Line key={url} name={url} about={say(standingWord(lineOf(url)))}>
              <Press
                kind="quiet"
                isIcon
                label={say('aggregators.remove', { url })}
                onPress={() => void set.run({ aggregators: aggregators.filter((each) => each !== url) })}
              >
                <Trash2 className="icon" aria-hidden="true" />
              </Press>
            </Line>
          ))}
        </div>
      )}
      <form
        className="field-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== undefined) void add(wanted);
        }}
      >
        <TextLine
          label={say('aggregators.address')}
          value={typed}
          onChange={setTyped}
          isMono
          wrong={isWrong ? say('aggregators.wrong') : undefined}
        />
        <Press isSubmit isBusy={set.isBusy} isDisabled={wanted === undefined || isFull}>
          {say('aggregators.add')}
        </Press>
      </form>
      <p className="small-text soft">{say('aggregators.seen')}</p>
      {set.fault && <FaultAnswers fault={set.fault} />}
    </section>
  );
}
