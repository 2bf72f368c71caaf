/** One file then and now: its versions as a strip, and what is different, as text or as pictures. */
import { useState, type ReactElement } from 'react';
import { Button } from 'react-aria-components';
import type { SnapshotLine } from '../../../app/wire/history.ts';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useAnswer, useNowMs } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { Contents } from '../../parts/contents.tsx';
import { folderOf, lastName, shownName, trail } from '../../parts/name.tsx';
import { useWords } from '../../words/use-words.ts';

/** Versions shown as a strip; the oldest of more are counted in words. */
const stripMost = 24;

export function Compare({
  space,
  path,
  then,
  isNow,
}: {
  readonly space: SpaceState;
  readonly path: string | undefined;
  readonly then: SnapshotLine;
  readonly isNow: boolean;
}): ReactElement {
  const { say, bytes, moment, dateAndTime } = useWords();
  const nowMs = useNowMs();
  const versions = useAnswer(
    'history.versions',
    path === undefined ? undefined : { space: space.space, path },
    space.snapshot,
  );
  const [looked, setLooked] = useState<{ readonly path: string; readonly snapshot: string }>();
  if (path === undefined)
    return (
      <aside className="inspector" aria-label={say('history.compare')} data-pane="inspector">
        <p className="faint">{say('history.choose')}</p>
      </aside>
    );
  const all = versions.value ?? [];
  const current = all.find((version) => version.isCurrent);
  const chosen =
    all.find((version) => looked?.path === path && version.snapshot === looked.snapshot) ??
    all.find((version) => version.timeMs <= then.timeMs) ??
    all.at(-1);
  return (
    <aside className="inspector" aria-label={say('history.compare')} data-pane="inspector" tabIndex={-1}>
      <h2>
        <bdi>{shownName(lastName(path))}</bdi>
      </h2>
      <p className="small-text soft">
        <bdi>{trail([space.name, ...folderOf(path).split('/')])}</bdi>
      </p>
      {versions.fault && <FaultAnswers fault={versions.fault} />}
      {all.length > 0 && (
        <>
          <div className="versions" role="group" aria-label={say('file.versions')}>
            {all
              .slice(0, stripMost)
              .toReversed()
              .map((version) => (
                <Button
                  key={`${version.timeMs}-${version.snapshot}`}
                  className={version === chosen ? 'is-then' : version.isCurrent ? 'is-now' : ''}
                  aria-label={say('history.version', {
                    date: dateAndTime(version.timeMs),
                    bytes: bytes(version.bytes),
                  })}
                  aria-pressed={version === chosen}
                  isDisabled={version.snapshot === undefined}
                  onPress={() => version.snapshot !== undefined && setLooked({ path, snapshot: version.snapshot })}
                />
              ))}
          </div>
          <div className="line small-text soft">
            {chosen && (
              <span className="grow">
                <i className="dot" />
                {moment(chosen.timeMs, nowMs)}, {bytes(chosen.bytes)}
              </span>
            )}
            {current && current !== chosen && (
              <span>
                <i className="dot is-now" />
                {moment(current.timeMs, nowMs)}, {bytes(current.bytes)}
              </span>
            )}
          </div>
          {!current && <p className="note amber section">{say('history.gone-now')}</p>}
        </>
      )}
      {chosen && (
        <Contents
          key={path}
          space={space.space}
          one={{ path, at: chosen.snapshot }}
          other={chosen === current || isNow || !current ? undefined : { path, at: current.snapshot }}
        />
      )}
    </aside>
  );
}
