/** Chooses a folder of this computer where there is no dialog of the system: places to begin, the folders in a folder, and a path to type. */
import { CornerLeftUp, Folder } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { useAnswer } from '../client/use-engine.ts';
import { useWords } from '../words/use-words.ts';
import { DialogBox } from './dialog.tsx';
import { Name, lastName, shownName } from './name.tsx';
import { Press } from './press.tsx';
import { TextLine } from './text-line.tsx';

export function FolderChooser({
  isOpen,
  title,
  onClose,
  onChoose,
}: {
  readonly isOpen: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly onChoose: (path: string) => void;
}): ReactElement {
  return (
    <DialogBox title={title} isOpen={isOpen} onClose={onClose}>
      {isOpen && <Looking onClose={onClose} onChoose={onChoose} />}
    </DialogBox>
  );
}

function Looking({
  onClose,
  onChoose,
}: {
  readonly onClose: () => void;
  readonly onChoose: (path: string) => void;
}): ReactElement {
  const { say } = useWords();
  const [path, setPath] = useState<string>();
  const [typed, setTyped] = useState<string>();
  const look = useAnswer('folder.look', path === undefined ? {} : { path });
  const here = look.value;
  const go = (to: string): void => {
    setPath(to);
    setTyped(undefined);
  };
  const chosen = typed ?? here?.path ?? path ?? '';
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go(chosen);
        }}
      >
        <TextLine
          label={say('folder.path')}
          value={chosen}
          onChange={setTyped}
          isMono
          wrong={look.fault && say(`fault.${look.fault.code}.happened`)}
        />
      </form>
      {here && here.places.length > 0 && (
        <div className="line wraps" role="group" aria-label={say('folder.places')}>
          {here.places.map((place) => (
            <Press key={place.path} size="small" onPress={() => go(place.path)}>
              {shownName(lastName(place.name))}
            </Press>
          ))}
        </div>
      )}
      <ListBox
        className="folder-list"
        aria-label={say('folder.inside')}
        onAction={(key) => go(String(key))}
        renderEmptyState={() => <p className="faint folder-row">{here ? say('folder.none') : say('part.loading')}</p>}
      >
        {here?.parent !== undefined && (
          <ListBoxItem id={here.parent} className="folder-row" textValue="..">
            <CornerLeftUp className="icon" aria-hidden="true" />
            {say('folder.up')}
          </ListBoxItem>
        )}
        {here?.folders.map((folder) => (
          <ListBoxItem key={folder.path} id={folder.path} className="folder-row" textValue={shownName(folder.name)}>
            <Folder className="icon" aria-hidden="true" />
            <Name name={folder.name} />
          </ListBoxItem>
        ))}
      </ListBox>
      {here?.isCut && <p className="faint small-text">{say('folder.cut')}</p>}
      <div className="buttons">
        <Press onPress={onClose}>{say('part.cancel')}</Press>
        <Press
          kind="primary"
          isDisabled={chosen === ''}
          onPress={() => {
            onChoose(chosen);
            onClose();
          }}
        >
          {say('folder.choose')}
        </Press>
      </div>
    </>
  );
}
