/** What is not kept, and why: files that the last pass could not read, kinds that are never kept, and what the folder's rules leave out. */
import type { ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { shownName } from '../../parts/name.tsx';
import { Status } from '../../parts/status.tsx';
import { useWords } from '../../words/use-words.ts';
import { IgnoreEditor } from './ignore-editor.tsx';

export function LeftOut({ space }: { readonly space: SpaceState }): ReactElement {
  const { say } = useWords();
  return (
    <div className="screen-body" data-pane="list">
      <p className="section soft">
        {say('left-out.sentence', { count: space.problemsTotal })}{' '}
        {space.special > 0 && say('left-out.special', { count: space.special })}
      </p>
      {space.problems.length > 0 && (
        <table className="table section">
          <thead>
            <tr>
              <th>{say('tree.name')}</th>
              <th>{say('left-out.why')}</th>
            </tr>
          </thead>
          <tbody>
            {space.problems.map(({ path, fault }) => (
              <tr key={path}>
                <td>
                  <bdi>{shownName(path)}</bdi>
                </td>
                <td>
                  <Status word="attention" words={say(`fault.${fault.code}.short`)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {space.problemsTotal > space.problems.length && (
        <p className="faint">{say('left-out.more', { count: space.problemsTotal - space.problems.length })}</p>
      )}
      <div className="section">
        {space.folder === undefined ? (
          <p className="faint">{say('rules.no-folder')}</p>
        ) : (
          <IgnoreEditor space={space.space} />
        )}
      </div>
    </div>
  );
}
