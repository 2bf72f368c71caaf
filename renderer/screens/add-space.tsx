/** Adds a folder: chosen first, then what it holds and costs, then one button. Nothing is sent or paid before that button. */
import { useEffect, useState, type ReactElement } from 'react';
import type { SpaceMode } from '../../app/wire/space.ts';
import { useAnswer, useDeed } from '../client/use-engine.ts';
import { usePickFolder } from '../client/use-pick-folder.ts';
import { useWay } from '../client/way.ts';
import { FaultAnswers } from '../parts/answers.tsx';
import { RadioLines } from '../parts/choices.tsx';
import { DialogBox } from '../parts/dialog.tsx';
import { FolderChooser } from '../parts/folder-chooser.tsx';
import { lastName, shownName } from '../parts/name.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';

export function AddSpace({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactElement | null {
  const { say } = useWords();
  const [folder, setFolder] = useState<string>();
  const picking = usePickFolder(setFolder);
  const { begin } = picking;
  useEffect(() => {
    if (!isOpen) return;
    setFolder(undefined);
    begin();
    // Once for each opening.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOpen]);
  if (!isOpen) return null;
  if (folder === undefined)
    return (
      <FolderChooser
        isOpen={picking.isOpen}
        title={say('add.choose')}
        onChoose={setFolder}
        onClose={() => {
          picking.end();
          // A chosen folder closes the chooser too: only without one is adding over.
          setFolder((chosen) => {
            if (chosen === undefined) onClose();
            return chosen;
          });
        }}
      />
    );
  return (
    <DialogBox title={say('add.title', { name: shownName(lastName(folder)) })} isOpen onClose={onClose}>
      <Quoted folder={folder} onClose={onClose} onAgain={() => setFolder(undefined)} />
    </DialogBox>
  );
}

function Quoted({
  folder,
  onClose,
}: {
  readonly folder: string;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}): ReactElement {
  const { say, number, bytes, wal, date } = useWords();
  const { go } = useWay();
  const quote = useAnswer('folder.quote', { path: folder });
  const add = useDeed('space.add');
  const [mode, setMode] = useState<SpaceMode>('sync');
  const of = quote.value;
  return (
    <>
      {of ? (
        <dl className="facts wide">
          <dt>{say('quote.files')}</dt>
          <dd>{say('quote.files-and-bytes', { count: of.files, files: number(of.files), bytes: bytes(of.bytes) })}</dd>
          <dt>{say('quote.month')}</dt>
          <dd>{of.isPlayMoney ? say('money.no-cost') : say('money.at-most', { wal: wal(of.monthFrost) })}</dd>
          <dt>{say('quote.paid-until')}</dt>
          <dd>{date(of.paidUntilMs)}</dd>
        </dl>
      ) : (
        !quote.fault && <p className="soft">{say('quote.counting')}</p>
      )}
      {quote.fault && <FaultAnswers fault={quote.fault} />}
      <RadioLines
        label={say('add.mode')}
        chosen={mode}
        onChoose={setMode}
        options={[
          { id: 'sync', words: say('mode.sync') },
          { id: 'archive', words: say('mode.archive') },
        ]}
      />
      {add.fault && <FaultAnswers fault={add.fault} />}
      <div className="buttons">
        <Press onPress={onClose}>{say('part.cancel')}</Press>
        <Press
          kind="primary"
          isBusy={add.isBusy}
          isDisabled={!of}
          onPress={() =>
            void add.run({ folder, mode }).then((added) => {
              if (!added) return;
              onClose();
              go({ screen: 'space', space: added.space, tab: 'files' });
            })
          }
        >
          {say('add.do')}
        </Press>
      </div>
    </>
  );
}
