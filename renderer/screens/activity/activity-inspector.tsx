/** One file on its way: its own steps, how many nodes have signed for it and which; on a failure what happened, what is at risk and the one button. */
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ActivityLine } from '../../../app/wire/activity.ts';
import type { FileNodes } from '../../../app/wire/proof.ts';
import { useAnswer, useNowMs, useTopic } from '../../client/use-engine.ts';
import { useWay } from '../../client/way.ts';
import { FaultAnswers, More } from '../../parts/answers.tsx';
import { StatusMark } from '../../parts/marks.tsx';
import { folderOf, lastName, shownName, trail } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { MarginBar } from '../../parts/progress.tsx';
import { fileStage, stepWords } from '../../state/activity.ts';
import { useWords } from '../../words/use-words.ts';
import { FixPress } from '../fix-press.tsx';

export function ActivityInspector({ line }: { readonly line: ActivityLine | undefined }): ReactElement {
  const { say } = useWords();
  if (!line)
    return (
      <aside className="inspector" aria-label={say('part.details')} data-pane="inspector">
        <p className="faint">{say('activity.choose')}</p>
      </aside>
    );
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
          <FixPress fault={line.fault} space={line.space} />
        </FaultAnswers>
      ) : (
        <OnItsWay line={line} />
      )}
    </aside>
  );
}

function OnItsWay({ line }: { readonly line: ActivityLine }): ReactElement {
  const { say, moment, number } = useWords();
  const { go } = useWay();
  const nowMs = useNowMs();
  const activity = useTopic('activity');
  const work = activity?.work?.space === line.space ? activity.work : undefined;
  // What is certified changes no more; what is on its way is asked again as its round goes on.
  const revision = line.stage === 'certified' ? 0 : `${activity?.revision}:${work?.kind}:${work?.nodes}`;
  const nodes = useAnswer('file.nodes', { space: line.space, path: line.path }, revision);
  const { at, confirmed, ofNodes } = fileStage(line, nodes.value);
  const isCounted = ofNodes > 0 && (at === 2 || confirmed > 0);
  return (
    <>
      {at === 2 && ofNodes > 0 && (
        <div className="floe-beside">
          <MarginBar
            share={confirmed / ofNodes}
            tick="certified-here"
            label={say('margin.nodes', { nodes: confirmed, ofNodes })}
            words={say('margin.nodes', { nodes: confirmed, ofNodes })}
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
            <span className={step <= at ? 'grow' : 'grow faint'}>
              {step === 2 && isCounted
                ? say('stage.uploaded-nodes', { nodes: number(confirmed), ofNodes: number(ofNodes) })
                : say(words)}
            </span>
            {step === at - 1 && <span className="faint">{moment(line.timeMs, nowMs)}</span>}
          </li>
        ))}
      </ol>
      {nodes.fault && nodes.fault.code !== 'not-found' && <FaultAnswers fault={nodes.fault} />}
      {nodes.value && <Confirmed nodes={nodes.value} />}
      {line.stage === 'certified' && (
        <div className="buttons">
          <Press onPress={() => go({ screen: 'history', space: line.space, path: line.path })}>
            {say('file.versions')}
          </Press>
        </div>
      )}
    </>
  );
}

/** Which nodes signed for every pack that the file lies in. */
function Confirmed({ nodes }: { readonly nodes: FileNodes }): ReactElement | null {
  const { say } = useWords();
  const known = useTopic('nodes')?.nodes ?? [];
  const names = known.filter(({ id }) => nodes.packs.every(({ confirmed }) => confirmed.includes(id)));
  if (nodes.packs.length === 0) return null;
  return (
    <More>
      <p className="small-text soft">{say(names.length === 0 ? 'activity.no-signers' : 'activity.signers')}</p>
      <ul className="small-text name-list">
        {names.map(({ id, name }) => (
          <li key={id}>
            <bdi>{shownName(name)}</bdi>
          </li>
        ))}
      </ul>
    </More>
  );
}
