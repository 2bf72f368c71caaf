/** The shell as a client of its own engine: it watches what tray and notices need, over a port like any window's, and again after every restart. */
import { connect, type Connection } from '../../app/link/connect.ts';
import { portPipe } from '../../app/link/port-pipe.ts';
import type { EngineTopics } from '../../app/wire/contract.ts';
import type { EngineProcess } from '../../app/wire/shell.ts';
import { mainPort } from './main-port.ts';
import type { Supervisor } from './supervisor.ts';

const followed = ['account', 'summary', 'spaces', 'needs', 'settings'] as const;

/** The last values of what is followed; they stay while the engine is gone. */
export type EngineNews = { readonly [K in (typeof followed)[number]]?: EngineTopics[K] } & {
  readonly engine: EngineProcess;
};

export interface Follower {
  engineChanged(): void;
  /** A call over the shell's own link; nothing happens while the engine is gone, and the tray says that it is. */
  call(work: (connection: Connection) => Promise<unknown>): void;
}

export function followEngine(engine: Supervisor, onNews: (news: EngineNews) => void): Follower {
  let connection: Connection | undefined;
  let news: EngineNews = { engine: engine.state };
  const tell = (change: Partial<EngineNews>): void => {
    news = { ...news, ...change };
    onNews(news);
  };

  function begin(): void {
    const port = engine.connect();
    if (!port) return;
    const mine = connect(portPipe(mainPort(port)));
    connection = mine;
    for (const topic of followed) mine.watch(topic, (value) => tell({ [topic]: value }));
    mine.onEnd(() => {
      if (connection === mine) connection = undefined;
    });
  }

  begin();
  return {
    engineChanged() {
      tell({ engine: engine.state });
      if (!connection) begin();
    },
    call(work) {
      if (!connection) return;
      work(connection).catch((error: unknown) => {
        // The engine's answer is in its topics, which the tray shows; a lost link is said by the engine's state.
        console.error('the shell asked in vain:', error instanceof Error ? error.message : error);
      });
    },
  };
}
