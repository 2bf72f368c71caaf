/** The past as folders in the file manager of this computer: opened there, with its address for any other program. */
import { FolderOpen } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { DialogBox } from '../../parts/dialog.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

export function PastShare({ space }: { readonly space: string }): ReactElement {
  const { say } = useWords();
  const open = useDeed('past.open');
  const close = useDeed('past.close');
  const [url, setUrl] = useState<string>();
  const end = (): void => {
    setUrl(undefined);
    open.forget();
  };
  return (
    <>
      <Press
        isBusy={open.isBusy}
        onPress={() => void open.run({ space, shows: true }).then((answer) => answer && setUrl(answer.url))}
      >
        <FolderOpen className="icon" aria-hidden="true" />
        {say('past.open')}
      </Press>
      <DialogBox title={say('past.title')} isOpen={url !== undefined || open.fault !== undefined} onClose={end}>
        {open.fault && <FaultAnswers fault={open.fault} />}
        {url !== undefined && (
          <>
            <p>{say('past.opened')}</p>
            <p className="mono breaks">{url}</p>
            <p className="small-text soft">{say('past.secret')}</p>
            <div className="buttons">
              <Press isBusy={close.isBusy} onPress={() => void close.run({ url }).then(end)}>
                {say('past.close')}
              </Press>
              <Press kind="primary" onPress={end}>
                {say('part.done')}
              </Press>
            </div>
          </>
        )}
      </DialogBox>
    </>
  );
}
