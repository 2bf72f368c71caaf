/** One file on its way: its steps, the margin bar while nodes confirm, and on a failure what happened, what is at risk and the one button. */
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ActivityLine } from '../../../app/wire/activity.ts';
import { useDeed, useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { StatusMark } from '../../parts/marks.tsx';
import { folderOf, lastName, shownName, trail } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { MarginBar } from '../../parts/progress.tsx';
import { useWords } from '../../words/use-words.ts';

const stepWords = ['stage.saved', 'stage.packed', 'stage.uploaded', 'stage.certified'] as const;
const reached: Readonly<Record<ActivityLine['stage'], number>> = { failed: 0, saved: 1, uploading: 2, certified: 4 };

export function ActivityInspector({ line }: { readonly line: ActivityLine | undefined }): ReactElement {
  const { say, moment } = useWords();
  const { go } = useWay();
  const nowMs = useNowMs();
  const work = useTopic('activity')?.work;
  const again = useDeed('sync.now');
  if (!line)
    return (
      <aside className="inspector" aria-label={say('part.details')} data-pane="inspector">
        <p className="faint">{say('activity.choose')}</p>
      </aside>
    );
  const at = reached[line.stage];
  const mine = line.stage === 'uploading' && work?.space === line.space && work.ofNodes > 0 ? work : undefined;
  return (
    <aside className="inspector" aria-label={say('part.details')} data-pane="inspector" tabIndex={-1}>
      <h2>
        <bdi>{shownName(lastName(line.path))}</bdi>
      </h2>
      <p className="small-text soft">
        <bdi>{trail([line.spaceName, ...folderOf(line.path).split('/')])}</bdi>
      </p>
      {line.fault ? (
        <FaultAnswers fault={line.fault}>
          <Press isBusy={again.isBusy} onPress={() => void again.run({})}>
            {say('part.again')}
          </Press>
        </FaultAnswers>
      ) : (
        <>
          {mine && (
            <div className="floe-beside">
              <MarginBar
                share={mine.nodes / mine.ofNodes}
                tick="certified-here"
                label={say('margin.nodes', { nodes: mine.nodes, ofNodes: mine.ofNodes })}
                words={say('margin.nodes', { nodes: mine.nodes, ofNodes: mine.ofNodes })}
              />
            </div>
          )}
          <ol className="steps">
            {stepWords.map((words, step) => (
              <li key={words} className={step < at ? 'done' : step === at ? 'now-step' : ''}>
                {step < at ? (
                  <Check className="icon" aria-hidden="true" />
                ) : (
                  <StatusMark word={step === at ? 'uploading' : 'saved'} />
                )}
                <span className={step <= at ? 'grow' : 'grow faint'}>{say(words)}</span>
                {step === at - 1 && <span className="faint">{moment(line.timeMs, nowMs)}</span>}
              </li>
            ))}
          </ol>
          {line.stage === 'certified' && (
            <div className="buttons">
              <Press onPress={() => go({ screen: 'history', space: line.space, path: line.path })}>
                {say('file.versions')}
              </Press>
            </div>
          )}
        </>
      )}
    </aside>
  );
}
