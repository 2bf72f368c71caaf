/** Can I prove it to somebody else? Receipts are not built yet: the screen says so. */
import type { ReactElement } from 'react';
import { useTopic } from '../client/use-engine.ts';
import { shownName } from '../parts/name.tsx';
import { useWords } from '../words/use-words.ts';
import { NotBuiltYet, ScreenHead } from './screen-parts.tsx';

export function Receipts({ space: id }: { readonly space: string | undefined }): ReactElement {
  const { say } = useWords();
  const space = useTopic('spaces')?.find((each) => each.space === id);
  return (
    <section className="screen">
      <ScreenHead name={say('receipts.name')} beside={space && <bdi className="faint">{shownName(space.name)}</bdi>} />
      <div className="screen-body">
        <p className="sentence">{say('receipts.sentence')}</p>
        <div className="section">
          <NotBuiltYet part="receipts" />
        </div>
      </div>
    </section>
  );
}
