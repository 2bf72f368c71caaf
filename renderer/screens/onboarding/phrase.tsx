/** The 24 words, and two of them asked back. Whoever has them has the files; the words leave this screen only on paper. */
import { Printer } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Form } from 'react-aria-components';
import { useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { wordsToAsk, type OnboardingMove } from '../../state/onboarding.ts';
import { useWords } from '../../words/use-words.ts';

const phraseWords = 24;

export function PhraseList({ phrase }: { readonly phrase: string }): ReactElement {
  const { say, number } = useWords();
  return (
    <ol className="phrase" aria-label={say('phrase.words')}>
      {phrase.split(' ').map((word, index) => (
        <li key={index}>
          <span aria-hidden="true">{number(index + 1)}</span>
          {word}
        </li>
      ))}
    </ol>
  );
}

export function PhraseShown({
  phrase,
  move,
}: {
  readonly phrase: string;
  readonly move: (to: OnboardingMove) => void;
}): ReactElement {
  const { say } = useWords();
  return (
    <>
      <h1 className="sentence">{say('phrase.sentence')}</h1>
      <p className="under">{say('phrase.under')}</p>
      <PhraseList phrase={phrase} />
      <div className="line wraps">
        <Press onPress={() => print()}>
          <Printer className="icon" aria-hidden="true" />
          {say('phrase.print')}
        </Press>
      </div>
      <div className="onboarding-foot">
        <span className="grow soft small-text">{say('phrase.next')}</span>
        <Press kind="primary" size="large" onPress={() => move({ kind: 'written' })}>
          {say('phrase.written')}
        </Press>
      </div>
    </>
  );
}

/** Asks two words back; used by the onboarding and by Settings. */
export function PhraseQuestions({ onRight }: { readonly onRight: () => void }): ReactElement {
  const { say, number } = useWords();
  const confirm = useDeed('account.confirm');
  const [asked] = useState(() => wordsToAsk(phraseWords, [Math.random(), Math.random()]));
  const [given, setGiven] = useState<readonly [string, string]>(['', '']);
  const [isWrong, setWrong] = useState(false);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        const words = asked.map((index, place) => ({ index, word: (given[place] ?? '').trim().toLowerCase() }));
        void confirm.run({ words }).then((answer) => {
          if (answer?.isRight) onRight();
          else setWrong(answer !== undefined);
        });
      }}
    >
      <div className="word-checks">
        {asked.map((index, place) => (
          <TextLine
            key={index}
            label={say('phrase.word', { number: number(index + 1) })}
            value={given[place] ?? ''}
            onChange={(word) => setGiven((last) => (place === 0 ? [word, last[1]] : [last[0], word]))}
            autoFocus={place === 0}
          />
        ))}
      </div>
      {isWrong && (
        <p className="field-wrong" role="alert">
          {say('phrase.wrong')}
        </p>
      )}
      {confirm.fault && <FaultAnswers fault={confirm.fault} />}
      <div className="section">
        <Press kind="primary" isSubmit isBusy={confirm.isBusy} isDisabled={given.some((word) => word.trim() === '')}>
          {say('phrase.check')}
        </Press>
      </div>
    </Form>
  );
}

export function PhraseCheck({ move }: { readonly move: (to: OnboardingMove) => void }): ReactElement {
  const { say } = useWords();
  const again = useDeed('account.phrase');
  return (
    <>
      <h1 className="sentence">{say('phrase.check-sentence')}</h1>
      <p className="under">{say('phrase.check-under')}</p>
      <PhraseQuestions onRight={() => move({ kind: 'confirmed' })} />
      <div className="onboarding-foot">
        <Press
          kind="quiet"
          size="large"
          isBusy={again.isBusy}
          onPress={() => void again.run({}).then((told) => told && move({ kind: 'made', phrase: told.phrase }))}
        >
          {say('phrase.again')}
        </Press>
      </div>
    </>
  );
}
