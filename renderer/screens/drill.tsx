/** Does it really come back? The drill is not built yet: the screen says so, and what is possible today instead. */
import type { ReactElement } from 'react';
import { useWay } from '../client/way.ts';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';
import { NotBuiltYet, ScreenHead } from './screen-parts.tsx';

export function Drill(): ReactElement {
  const { say } = useWords();
  const { go } = useWay();
  return (
    <section className="screen">
      <ScreenHead name={say('drill.name')} />
      <div className="screen-body">
        <p className="sentence">{say('drill.sentence')}</p>
        <div className="section">
          <NotBuiltYet part="drill" />
        </div>
        <div className="section">
          <Press onPress={() => go({ screen: 'history', space: undefined })}>{say('drill.instead')}</Press>
        </div>
      </div>
    </section>
  );
}
