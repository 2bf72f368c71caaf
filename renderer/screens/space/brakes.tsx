/** What counts as more than usual in a space: then Floe stops and asks. */
import { useState, type ReactElement } from 'react';
import type { Brake } from '../../../app/wire/steering.ts';
import { useAnswer, useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { shareField, shareFrom, wholeFrom } from '../../state/pace.ts';
import { useWords } from '../../words/use-words.ts';

export function Brakes({ space }: { readonly space: string }): ReactElement {
  const { say } = useWords();
  const brake = useAnswer('brake.set', { space });
  return (
    <section className="section">
      <h2 className="heading">{say('care.brakes')}</h2>
      <p className="soft">{say('care.brakes-about')}</p>
      {brake.fault && <FaultAnswers fault={brake.fault} />}
      {brake.isLoading && <p className="faint">{say('part.loading')}</p>}
      {brake.value && (
        <BrakeForm key={JSON.stringify(brake.value)} space={space} brake={brake.value} onSaved={brake.again} />
      )}
    </section>
  );
}

function BrakeForm({
  space,
  brake,
  onSaved,
}: {
  readonly space: string;
  readonly brake: Brake;
  readonly onSaved: () => void;
}): ReactElement {
  const { say } = useWords();
  const set = useDeed('brake.set');
  const [deletions, setDeletions] = useState(String(brake.deletions));
  const [share, setShare] = useState(shareField(brake.share));
  const [rewrites, setRewrites] = useState(String(brake.rewrites));
  const wanted = { deletions: wholeFrom(deletions, 1), share: shareFrom(share), rewrites: wholeFrom(rewrites, 1) };
  const isWrong = Object.values(wanted).includes(undefined);
  const isChanged = JSON.stringify(wanted) !== JSON.stringify({ ...wanted, ...brake });
  const wrong = (value: number | undefined, words: string): string | undefined =>
    value === undefined ? words : undefined;
  return (
    <form
      className="field-column"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isWrong) void set.run({ space, ...wanted }).then((answer) => answer && onSaved());
      }}
    >
      <TextLine
        label={say('care.deletions')}
        value={deletions}
        onChange={setDeletions}
        wrong={wrong(wanted.deletions, say('care.whole'))}
      />
      <TextLine
        label={say('care.share')}
        value={share}
        onChange={setShare}
        wrong={wrong(wanted.share, say('care.percent'))}
      />
      <TextLine
        label={say('care.rewrites')}
        value={rewrites}
        onChange={setRewrites}
        wrong={wrong(wanted.rewrites, say('care.whole'))}
      />
      <div className="buttons">
        <Press isSubmit isBusy={set.isBusy} isDisabled={isWrong || !isChanged}>
          {say('care.save-brakes')}
        </Press>
      </div>
      {set.fault && <FaultAnswers fault={set.fault} />}
    </form>
  );
}
