/** What waits for me? One inbox for held deletions, conflicts, money, leases and trouble; each with what happened, the risk and what to do. */
import { useState, type ReactElement } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import type { Need } from '../../../app/wire/activity.ts';
import { useTopic } from '../../client/use-engine.ts';
import { StatusMark } from '../../parts/marks.tsx';
import { shownName } from '../../parts/name.tsx';
import { nearestDate, needStatus, needTitle } from '../../state/needs.ts';
import { useWords } from '../../words/use-words.ts';
import { ScreenHead } from '../screen-parts.tsx';
import { NeedDetail } from './need-detail.tsx';

export function Needs(): ReactElement {
  const words = useWords();
  const { say, number, date } = words;
  const needs = useTopic('needs') ?? [];
  const [chosen, setChosen] = useState<string>();
  const need = needs.find(({ id }) => id === chosen) ?? needs[0];
  const nearest = nearestDate(needs);
  return (
    <section className="screen">
      <ScreenHead name={say('place.needs')} />
      <div className="lead is-all">
        <p className="sentence">
          {say('needs.sentence', { count: needs.length, things: number(needs.length) })}{' '}
          {nearest !== undefined && say('needs.nearest', { date: date(nearest) })}
        </p>
        {needs.length === 0 && <p className="under">{say('needs.none-under')}</p>}
      </div>
      {need && (
        <div className="split inbox">
          <div className="pane" data-pane="list">
            <ListBox
              aria-label={say('place.needs')}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[need.id]}
              onSelectionChange={(keys) => {
                if (keys !== 'all') for (const key of keys) setChosen(String(key));
              }}
            >
              {needs.map((each) => (
                <InboxItem key={each.id} need={each} />
              ))}
            </ListBox>
          </div>
          <NeedDetail key={need.id} need={need} />
        </div>
      )}
    </section>
  );
}

function InboxItem({ need }: { readonly need: Need }): ReactElement {
  const words = useWords();
  const title = needTitle(need, words);
  const status = needStatus(need);
  return (
    <ListBoxItem id={need.id} className="inbox-item" textValue={title}>
      <span className={status}>
        <StatusMark word={status} />
      </span>
      <span className="grow">
        <b>{title}</b>
        <bdi className="second cut">{shownName(need.spaceName)}</bdi>
      </span>
    </ListBoxItem>
  );
}
