/** Every space on a line: its state, what it holds and what it costs. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { Name } from '../../parts/name.tsx';
import { TextPress } from '../../parts/press.tsx';
import { Status } from '../../parts/status.tsx';
import { spaceStatusWords } from '../../state/space-status.ts';
import { useWords } from '../../words/use-words.ts';

export function SpacesTable(): ReactElement {
  const { say, number, bytes } = useWords();
  const spaces = useTopic('spaces') ?? [];
  const total = (of: (space: SpaceState) => number): number => spaces.reduce((sum, space) => sum + of(space), 0);
  return (
    <table className="table section" aria-label={say('place.spaces')}>
      <thead>
        <tr>
          <th>{say('spaces.space')}</th>
          <th>{say('spaces.state')}</th>
          <th className="figure">{say('spaces.files')}</th>
          <th className="figure minor">{say('spaces.on-disk')}</th>
          <th className="figure minor">{say('spaces.stored')}</th>
          <th className="figure">{say('spaces.month')}</th>
          <th className="figure minor">{say('spaces.paid-until')}</th>
        </tr>
      </thead>
      <tbody>
        {spaces.map((space) => (
          <SpaceRow key={space.space} space={space} />
        ))}
      </tbody>
      {spaces.length > 1 && (
        <tfoot>
          <tr>
            <td>{say('spaces.all')}</td>
            <td />
            <td className="figure">{number(total((space) => space.files))}</td>
            <td className="figure minor">{bytes(total((space) => space.bytes))}</td>
            <td className="figure minor">{bytes(total((space) => space.storedBytes))}</td>
            <td />
            <td className="minor" />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function SpaceRow({ space }: { readonly space: SpaceState }): ReactElement {
  const words = useWords();
  const { say, number, bytes, date, wal } = words;
  const { go } = useWay();
  const summary = useTopic('summary');
  const account = useTopic('account');
  return (
    <tr>
      <td>
        <span className="line">
          <TextPress className="name" onPress={() => go({ screen: 'space', space: space.space, tab: 'files' })}>
            <Name name={space.name} />
          </TextPress>
          {space.mode === 'archive' && <span className="soft">{say('mode.archive-word')}</span>}
        </span>
      </td>
      <td>
        <Status word={space.word} words={spaceStatusWords(space, summary?.work, words)} />
      </td>
      <td className="figure">{number(space.files)}</td>
      <td className="figure minor">{bytes(space.bytes)}</td>
      <td className="figure minor">{bytes(space.storedBytes)}</td>
      <td className="figure">
        {account?.isPlayMoney
          ? say('money.no-cost')
          : space.monthFrost === undefined
            ? ''
            : say('money.wal', { wal: wal(space.monthFrost) })}
      </td>
      <td className="figure minor">{space.paidUntilMs === undefined ? '' : date(space.paidUntilMs)}</td>
    </tr>
  );
}
