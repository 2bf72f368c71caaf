/** The rules by which a folder leaves files out: as text, with what they would leave out now beside it while one types. Saved only when asked. */
import { useEffect, useState, type ReactElement } from 'react';
import { Label, TextArea, TextField } from 'react-aria-components';
import { useAnswer, useDeed } from '../../client/use-engine.ts';
import { FaultAnswers } from '../../parts/answers.tsx';
import { shownName } from '../../parts/name.tsx';
import { Press } from '../../parts/press.tsx';
import { useWords } from '../../words/use-words.ts';

/** Quiet time after a key before the folder is looked through. */
const settleMs = 300;
const pathsShown = 12;

export function IgnoreEditor({ space }: { readonly space: string }): ReactElement {
  const rules = useAnswer('ignore.read', { space });
  if (rules.fault) return <FaultAnswers fault={rules.fault} />;
  if (!rules.value) return <Loading />;
  return <Editor key={rules.value.text} space={space} was={rules.value.text} onSaved={rules.again} />;
}

function Loading(): ReactElement {
  const { say } = useWords();
  return <p className="faint">{say('part.loading')}</p>;
}

function Editor({
  space,
  was,
  onSaved,
}: {
  readonly space: string;
  readonly was: string;
  readonly onSaved: () => void;
}): ReactElement {
  const { say, number } = useWords();
  const [text, setText] = useState(was);
  const tried = useSettled(text);
  const left = useAnswer('ignore.try', { space, text: tried });
  const write = useDeed('ignore.write');
  const isChanged = text !== was;
  return (
    <>
      <p className="soft">{say('rules.about')}</p>
      <div className="rules section">
        <TextField className="labelled" value={text} onChange={setText}>
          <Label>{say('rules.label')}</Label>
          <TextArea className="field mono" rows={12} spellCheck="false" maxLength={256 * 1024} />
        </TextField>
        <div aria-live="polite">
          <p className="strong">
            {left.fault
              ? ''
              : left.value
                ? say('rules.count', { count: left.value.count, things: number(left.value.count) })
                : say('rules.counting')}
          </p>
          {left.fault && <FaultAnswers fault={left.fault} />}
          {left.value && (
            <ul className="small-text soft">
              {left.value.paths.slice(0, pathsShown).map((path) => (
                <li key={path} className="cut">
                  <bdi>{shownName(path)}</bdi>
                </li>
              ))}
              {left.value.count > pathsShown && (
                <li>{say('left-out.more', { count: left.value.count - pathsShown })}</li>
              )}
            </ul>
          )}
        </div>
      </div>
      <p className="small-text soft">{say('rules.kept')}</p>
      {write.fault && <FaultAnswers fault={write.fault} />}
      <div className="buttons">
        <Press isDisabled={!isChanged} onPress={() => setText(was)}>
          {say('rules.undo')}
        </Press>
        <Press
          kind="primary"
          isDisabled={!isChanged}
          isBusy={write.isBusy}
          onPress={() => void write.run({ space, text, was }).then((answer) => answer && onSaved())}
        >
          {say('rules.save')}
        </Press>
      </div>
    </>
  );
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
