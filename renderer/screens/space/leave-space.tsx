/** The space stays, this computer no longer keeps it in a folder: asked once, since a folder that people believe to be kept would be left alone. */
import { useState, type ReactElement } from 'react';
import type { SpaceState } from '../../../app/wire/space.ts';
import { useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export function LeaveSpace({ space }: { readonly space: SpaceState }): ReactElement {
  const { say } = useWords();
  const [isAsking, setAsking] = useState(false);
  const { run, isBusy, fault } = useDeed('space.leave');
  const name = shownName(space.name);
  return (
    <>
      <Press onPress={() => setAsking(true)}>{say('leave.ask')}</Press>
      <DialogBox title={say('leave.title', { name })} isOpen={isAsking} onClose={() => setAsking(false)}>
        <p>{say('leave.stays')}</p>
        <p>{say('leave.stops')}</p>
        {fault && <FaultAnswers fault={fault} />}
        <div className="buttons">
          <Press onPress={() => setAsking(false)}>{say('part.cancel')}</Press>
          <Press
            kind="primary"
            isBusy={isBusy}
            onPress={() => void run({ space: space.space }).then((done) => done && setAsking(false))}
          >
            {say('leave.do')}
          </Press>
        </div>
      </DialogBox>
    </>
  );
}
