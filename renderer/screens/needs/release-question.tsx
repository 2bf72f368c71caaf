/** The last question before what waits is let go everywhere. */
import type { ReactElement } from 'react';
import { useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export function ReleaseQuestion({
  space,
  title,
  under,
  doing,
  isOpen,
  onClose,
}: {
  readonly space: string | undefined;
  readonly title: string;
  readonly under: string;
  readonly doing: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { say } = useWords();
  const release = useDeed('held.release');
  return (
    <>
      {release.fault && <FaultAnswers fault={release.fault} />}
      <DialogBox title={title} isOpen={isOpen} onClose={onClose}>
        <p>{under}</p>
        <div className="buttons">
          <Press onPress={onClose}>{say('part.cancel')}</Press>
          <Press
            kind="primary"
            isBusy={release.isBusy}
            onPress={() => {
              if (space !== undefined) void release.run({ space }).then(onClose);
            }}
          >
            {doing}
          </Press>
        </div>
      </DialogBox>
    </>
  );
}
