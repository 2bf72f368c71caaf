/** What one WAL is worth in the user's own money. Floe looks no price up; without one, amounts are told in WAL. */
import { useState, type ReactElement } from 'react';
import { useDeed } from '../../client/use-engine.ts';
import type { Money } from '../../client/use-money.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { priceAmount, priceDigits, priceFrom } from '../../state/spending.ts';
import { useWords } from '../../words/use-words.ts';

const currencyUsual = 'EUR';

export function Price({ money: { price } }: { readonly money: Money }): ReactElement {
  const { say, date, tag } = useWords();
  const set = useDeed('price.set');
  const [typed, setTyped] = useState<{ readonly wal: string; readonly currency: string }>();
  const now = price.value?.price;
  const shown = typed ?? { wal: now ? priceDigits(now) : '', currency: now?.currency ?? currencyUsual };
  const wanted = priceFrom(shown.wal, shown.currency);
  const isEmpty = shown.wal.trim() === '';
  const isRemoval = isEmpty && now !== undefined;
  const isChanged = typed !== undefined && (isRemoval || wanted !== undefined);
  return (
    <div>
      <h2 className="heading">{say('price.title')}</h2>
      <p className="small-text soft">
        {now ? say('price.is', { price: priceAmount(now, tag), date: date(now.setMs) }) : say('price.none')}
      </p>
      <form
        className="price-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isChanged) return;
          void set.run(isRemoval ? {} : { price: wanted }).then((answer) => {
            if (!answer) return;
            setTyped(undefined);
            price.again();
          });
        }}
      >
        <TextLine label={say('price.label')} value={shown.wal} onChange={(wal) => setTyped({ ...shown, wal })} />
        <TextLine
          label={say('price.currency')}
          value={shown.currency}
          onChange={(currency) => setTyped({ ...shown, currency })}
        />
        <Press isSubmit isBusy={set.isBusy} isDisabled={!isChanged}>
          {say(isRemoval ? 'price.remove' : 'price.set')}
        </Press>
      </form>
      {!isEmpty && wanted === undefined && (
        <p className="field-wrong" role="alert">
          {say('price.wrong')}
        </p>
      )}
      {set.fault && <FaultAnswers fault={set.fault} />}
      {price.fault && <FaultAnswers fault={price.fault} />}
    </div>
  );
}
