/** How much of its history a space keeps. What other rules would give up, and what that saves, is shown before they can be saved. */
import { useState, type ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import type { Retention as Rules, RetentionPreview } from '../../../app/wire/steering.ts';
import { useAnswer, useDeed, useTopic } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { RadioLines } from '../../parts/choices.tsx';
import { Press } from '../../parts/press.tsx';
import { TextLine } from '../../parts/text-line.tsx';
import { frostFrom } from '../../state/leases.ts';
import { draftOf, rulesFrom, type RulesDraft } from '../../state/retention.ts';
import { useWords } from '../../words/use-words.ts';

export function Retention({ space }: { readonly space: SpaceState }): ReactElement {
  const { say } = useWords();
  const kept = useAnswer('retention.state', space.mode === 'archive' ? undefined : { space: space.space });
  return (
    <section className="section">
      <h2 className="heading">{say('care.history')}</h2>
      {space.mode === 'archive' && <p className="soft">{say('care.archive')}</p>}
      {kept.fault && <FaultAnswers fault={kept.fault} />}
      {kept.isLoading && <p className="faint">{say('part.loading')}</p>}
      {kept.value && (
        <RulesForm key={JSON.stringify(kept.value)} space={space.space} kept={kept.value} onSaved={kept.again} />
      )}
    </section>
  );
}

function RulesForm({
  space,
  kept,
  onSaved,
}: {
  readonly space: string;
  readonly kept: Rules;
  readonly onSaved: () => void;
}): ReactElement {
  const { say, span } = useWords();
  const epochMs = useTopic('nodes')?.epochDurationMs;
  const preview = useDeed('retention.preview');
  const set = useDeed('retention.set');
  const [draft, setDraft] = useState(() => draftOf(kept));
  /** Of these very rules: what was looked at before other ones says nothing. */
  const [looked, setLooked] = useState<{ readonly key: string; readonly found: RetentionPreview }>();
  const wanted = rulesFrom(draft);
  const key = wanted && JSON.stringify(wanted);
  const found = key !== undefined && looked?.key === key ? looked.found : undefined;
  const isChanged = key !== JSON.stringify(rulesFrom(draftOf(kept)));
  const edit = (change: Partial<RulesDraft>): void => setDraft({ ...draft, ...change });
  const isBudgetWrong = draft.budget.trim() !== '' && frostFrom(draft.budget) === undefined;
  return (
    <form
      className="field-column"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted && key !== undefined)
          void preview.run({ space, ...wanted }).then((answer) => answer && setLooked({ key, found: answer }));
      }}
    >
      <RadioLines
        label={say('care.keeps')}
        chosen={draft.keeps}
        onChoose={(keeps) => edit({ keeps })}
        options={[
          { id: 'all', words: say('care.keep-all') },
          { id: 'some', words: say('care.keep-some') },
        ]}
      />
      {draft.keeps === 'some' && (
        <>
          <TextLine label={say('care.all-days')} value={draft.allDays} onChange={(allDays) => edit({ allDays })} />
          <TextLine
            label={say('care.daily-days')}
            value={draft.dailyDays}
            onChange={(dailyDays) => edit({ dailyDays })}
          />
          <TextLine
            label={say('care.weekly-days')}
            value={draft.weeklyDays}
            onChange={(weeklyDays) => edit({ weeklyDays })}
            wrong={wanted === undefined && !isBudgetWrong ? say('care.days-wrong') : undefined}
          />
        </>
      )}
      {epochMs !== undefined && (
        <div>
          <TextLine
            label={say('care.budget', { span: span(epochMs) })}
            value={draft.budget}
            onChange={(budget) => edit({ budget })}
            wrong={isBudgetWrong ? say('care.wal-wrong') : undefined}
          />
          <p className="small-text soft">{say('care.budget-about')}</p>
        </div>
      )}
      {found && <WhatGoes found={found} epochMs={epochMs} />}
      <div className="buttons">
        <Press isSubmit isBusy={preview.isBusy} isDisabled={wanted === undefined}>
          {say('care.preview')}
        </Press>
        <Press
          kind="primary"
          isBusy={set.isBusy}
          isDisabled={!found || !isChanged}
          describedBy="care-preview-first"
          onPress={() => {
            if (wanted) void set.run({ space, ...wanted }).then((answer) => answer && onSaved());
          }}
        >
          {say('care.save')}
        </Press>
      </div>
      <p id="care-preview-first" className={isChanged && !found ? 'small-text soft' : 'unseen'}>
        {say('care.preview-first')}
      </p>
      {preview.fault && <FaultAnswers fault={preview.fault} />}
      {set.fault && <FaultAnswers fault={set.fault} />}
    </form>
  );
}

function WhatGoes({
  found,
  epochMs,
}: {
  readonly found: RetentionPreview;
  readonly epochMs: number | undefined;
}): ReactElement {
  const { say, number, bytes, wal, span } = useWords();
  const states = number(found.snapshots);
  return (
    <div className={found.snapshotsGone === 0 ? 'note cold' : 'note amber'} role="status">
      {found.snapshotsGone === 0
        ? say('care.keeps-all', { count: found.snapshots, states })
        : say('care.goes', {
            gone: number(found.snapshotsGone),
            states,
            bytes: bytes(found.bytes),
            wal: wal(found.frostPerEpoch),
            span: span(epochMs ?? 0),
          })}
      {found.snapshotsGone > 0 && <p className="small-text">{say('care.goes-under')}</p>}
    </div>
  );
}
