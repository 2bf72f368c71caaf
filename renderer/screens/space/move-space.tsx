/** Its folder was moved: says where it is now. What Floe found by itself stands first; a folder is taken only when it carries the space's mark. */
import { useState, type ReactElement } from 'react';
import type { Need } from '../../../app/wire/activity.ts';
import type { WireFault } from '../../../app/wire/fault-form.ts';
import { useDeed, useTopic } from '../../client/use-engine.ts';
import { usePickFolder } from '../../client/use-pick-folder.ts';
import { Answers, FaultAnswers, More } from '../../parts/answers.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { FolderChooser } from '../../parts/folder-chooser.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export type MissingNeed = Need & { readonly kind: 'folder-missing' };

/** What is known of a space's folder that is not where it was. */
export const useMissing = (space: string | undefined): MissingNeed | undefined =>
  useTopic('needs')?.find(
    (need): need is MissingNeed => need.kind === 'folder-missing' && need.space !== undefined && need.space === space,
  );

export function MoveSpace({ space, name }: { readonly space: string; readonly name: string }): ReactElement {
  const { say } = useWords();
  const proposed = useMissing(space)?.proposed ?? [];
  const [isAsking, setAsking] = useState(false);
  const { run, isBusy, fault, forget } = useDeed('space.move');
  const take = (folder: string): void =>
    void run({ space, folder }).then((done) => (done ? setAsking(false) : undefined));
  const picking = usePickFolder(take);
  return (
    <>
      <Press
        onPress={() => {
          forget();
          setAsking(true);
        }}
      >
        {say('move.ask')}
      </Press>
      <DialogBox
        title={say('move.title', { name: shownName(name) })}
        isOpen={isAsking && !picking.isOpen}
        onClose={() => setAsking(false)}
      >
        <p>{say('move.takes')}</p>
        <p>{say('move.waits')}</p>
        {proposed.map(({ folder, isSame }, index) => (
          <div key={folder} className="section">
            <p>{say(isSame ? 'move.same' : 'move.marked')}</p>
            <p className="mono">
              <bdi>{shownName(folder)}</bdi>
            </p>
            <div style={{ marginBlockStart: '0.5rem' }}>
              <Press kind={index === 0 ? 'primary' : 'plain'} isBusy={isBusy} onPress={() => take(folder)}>
                {say('move.here')} <span className="unseen">{shownName(folder)}</span>
              </Press>
            </div>
          </div>
        ))}
        {fault && <MoveFault fault={fault} />}
        <div className="buttons">
          <Press onPress={() => setAsking(false)}>{say('part.cancel')}</Press>
          <Press kind={proposed.length === 0 ? 'primary' : 'plain'} isBusy={isBusy} onPress={picking.begin}>
            {say('move.choose')}
          </Press>
        </div>
      </DialogBox>
      <FolderChooser isOpen={picking.isOpen} title={say('move.chooser')} onClose={picking.end} onChoose={take} />
    </>
  );
}

/** Why a folder was not taken, and what else leads there. */
function MoveFault({ fault }: { readonly fault: WireFault }): ReactElement {
  const { say } = useWords();
  const { code, detail } = fault;
  if (code !== 'folder-unsure' && code !== 'not-found' && code !== 'already-exists')
    return <FaultAnswers fault={fault} />;
  return (
    <div role="alert">
      <Answers happened={say(`move.${code}-happened`)} risk={say('move.risk')} action={say(`move.${code}-action`)} />
      <More>
        <p>{detail}</p>
      </More>
    </div>
  );
}

/** What a person can do about a folder that is not where it was. */
export function MissingPresses({ need }: { readonly need: MissingNeed }): ReactElement {
  const { say } = useWords();
  const again = useDeed('sync.now');
  const release = useDeed('held.release');
  const { space } = need;
  return (
    <>
      {space !== undefined && <MoveSpace space={space} name={need.spaceName} />}
      {space !== undefined && need.isAnother && (
        <Press isBusy={release.isBusy} onPress={() => void release.run({ space })}>
          {say('need.folder-right')}
        </Press>
      )}
      <Press isBusy={again.isBusy} onPress={() => void again.run({})}>
        {say('part.again')}
      </Press>
    </>
  );
}
