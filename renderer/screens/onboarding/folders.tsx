/** The second step: which folders, what they hold and what keeping them costs at most. Every folder is counted live; nothing is paid yet. */
import { Folder, Plus } from 'lucide-react';
import { useCallback, useState, type ReactElement } from 'react';
import type { FolderQuote } from '../../../app/wire/space.ts';
import { useAnswer } from '../../client/use-engine.ts';
import { usePickFolder } from '../../client/use-pick-folder.ts';
import { CheckLine } from '../../parts/choices.tsx';
import { FolderChooser } from '../../parts/folder-chooser.tsx';
import { Name, lastName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import type { OnboardingMove } from '../../state/onboarding.ts';
import { sumOf } from '../../state/quotes.ts';
import { useWords } from '../../words/use-words.ts';

interface Listed {
  readonly path: string;
  readonly isOn: boolean;
}

export function Folders({
  chosen,
  move,
}: {
  readonly chosen: readonly string[];
  readonly move: (to: OnboardingMove) => void;
}): ReactElement {
  const { say } = useWords();
  const [listed, setListed] = useState<readonly Listed[]>(chosen.map((path) => ({ path, isOn: true })));
  const [quotes, setQuotes] = useState<ReadonlyMap<string, FolderQuote>>(new Map());
  const add = (path: string): void =>
    setListed((now) => (now.some((each) => each.path === path) ? now : [...now, { path, isOn: true }]));
  const picking = usePickFolder(add);
  const onQuote = useCallback(
    (quote: FolderQuote, path: string) => setQuotes((now) => new Map(now).set(path, quote)),
    [],
  );
  const on = listed.filter((each) => each.isOn);
  return (
    <>
      <FoldersSentence count={on.length} quotes={on.flatMap(({ path }) => quotes.get(path) ?? [])} />
      <p className="under">{say(on.length === 0 ? 'folders.under-none' : 'folders.under')}</p>
      <table className="table costs">
        <thead>
          <tr>
            <th>{say('folders.folder')}</th>
            <th className="figure minor">{say('folders.on-disk')}</th>
            <th className="figure minor">{say('folders.stored')}</th>
            <th className="figure">{say('folders.month')}</th>
            <th className="figure minor">{say('folders.year')}</th>
          </tr>
        </thead>
        <tbody>
          {listed.map(({ path, isOn }) => (
            <FolderRow
              key={path}
              path={path}
              isOn={isOn}
              onQuote={onQuote}
              onTurn={(turned) =>
                setListed((now) => now.map((each) => (each.path === path ? { path, isOn: turned } : each)))
              }
            />
          ))}
          <tr>
            <td colSpan={5}>
              <Press kind={listed.length === 0 ? 'plain' : 'quiet'} onPress={picking.begin} autoFocus>
                <Plus className="icon" aria-hidden="true" />
                {say(listed.length === 0 ? 'folders.add' : 'folders.another')}
              </Press>
            </td>
          </tr>
        </tbody>
      </table>
      <FolderChooser isOpen={picking.isOpen} title={say('add.choose')} onClose={picking.end} onChoose={add} />
      <div className="onboarding-foot">
        <span className="grow" />
        <Press
          kind="primary"
          size="large"
          isDisabled={on.length === 0 || on.some(({ path }) => !quotes.has(path))}
          onPress={() => move({ kind: 'chosen', folders: on.map(({ path }) => path) })}
        >
          {say('part.continue')}
        </Press>
      </div>
    </>
  );
}

function FoldersSentence({
  count,
  quotes,
}: {
  readonly count: number;
  readonly quotes: readonly FolderQuote[];
}): ReactElement {
  const { say, wal } = useWords();
  if (count === 0) return <h1 className="sentence">{say('folders.sentence-none')}</h1>;
  if (quotes.length < count) return <h1 className="sentence">{say('folders.sentence-counting', { count })}</h1>;
  if (quotes.some((quote) => quote.isPlayMoney))
    return <h1 className="sentence">{say('folders.sentence-free', { count })}</h1>;
  return <h1 className="sentence">{say('folders.sentence', { count, wal: wal(sumOf(quotes, 'monthFrost')) })}</h1>;
}

function FolderRow({
  path,
  isOn,
  onQuote,
  onTurn,
}: {
  readonly path: string;
  readonly isOn: boolean;
  readonly onQuote: (quote: FolderQuote, path: string) => void;
  readonly onTurn: (isOn: boolean) => void;
}): ReactElement {
  const { say, bytes, number, wal } = useWords();
  const { value: quote, fault } = useAnswer('folder.quote', { path });
  const [told, setTold] = useState<FolderQuote>();
  if (quote && quote !== told) {
    setTold(quote);
    queueMicrotask(() => onQuote(quote, path));
  }
  const cost = (frost: string | undefined): string =>
    frost === undefined ? '' : quote?.isPlayMoney ? say('money.no-cost') : say('money.wal', { wal: wal(frost) });
  return (
    <tr className={isOn ? '' : 'is-off'}>
      <td>
        <CheckLine isOn={isOn} onChange={onTurn}>
          <Folder className="icon faint" aria-hidden="true" />
          <span className="two-lines">
            <b>
              <Name name={lastName(path) || path} />
            </b>
            <span className="second">
              {fault
                ? say(`fault.${fault.code}.happened`)
                : quote
                  ? say('folders.files', { count: quote.files, files: number(quote.files) })
                  : say('folders.counting')}
            </span>
          </span>
        </CheckLine>
      </td>
      <td className="figure minor">{quote && bytes(quote.bytes)}</td>
      <td className="figure minor">{quote && bytes(quote.encodedBytes)}</td>
      <td className="figure strong">{cost(quote?.monthFrost)}</td>
      <td className="figure minor soft">{cost(quote?.yearFrost)}</td>
    </tr>
  );
}
