/** A peer to talk to in tests: a few calls that do something one can see, topics that are set by hand, and every other call refused. */
import { Fault } from '../../domain/fault.ts';
import type { CallName, EngineTopics, Handlers, TopicName, Topics } from '../../wire/contract.ts';
import { checks } from '../../wire/checks.ts';

export interface SampleDesk {
  readonly handlers: Handlers;
  readonly topics: Topics;
  /** Gives a topic a new value. */
  set<K extends TopicName>(topic: K, value: EngineTopics[K]): void;
  /** Resolves when a call of 'doctor.run', which never answers, has begun; and when it was aborted. */
  readonly begun: Promise<void>;
  readonly aborted: Promise<void>;
  listeners(): number;
}

const summary: EngineTopics['summary'] = {
  files: 1,
  certifiedFiles: 1,
  bytes: 1,
  spaces: 1,
  worst: 'certified',
  needs: 0,
  paidUntilMs: undefined,
  paidLongestMs: undefined,
  lastDrillMs: undefined,
  work: undefined,
  pause: undefined,
  fault: undefined,
  retryAtMs: undefined,
  isChainReached: true,
};
const settings: EngineTopics['settings'] = {
  theme: 'system',
  language: 'system',
  notifications: 'all',
};

export function openSampleDesk(): SampleDesk {
  const values = new Map<TopicName, unknown>([
    ['summary', summary],
    ['spaces', []],
    ['needs', []],
    ['settings', settings],
  ]);
  const listeners = new Map<TopicName, Set<() => void>>();
  const source = <K extends TopicName>(topic: K): Topics[K] => {
    const mine = new Set<() => void>();
    listeners.set(topic, mine);
    const made = {
      value: () => values.get(topic) as EngineTopics[K],
      subscribe(listener: () => void) {
        mine.add(listener);
        return () => void mine.delete(listener);
      },
    };
    return made as unknown as Topics[K];
  };
  let begin = (): void => undefined;
  let abort = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const aborted = new Promise<void>((resolve) => (abort = resolve));
  const refused = Object.fromEntries(
    (Object.keys(checks) as CallName[]).map((name) => [
      name,
      () => Promise.reject(new Fault('no-account', 'after-user', 'There is no account.')),
    ]),
  ) as unknown as Handlers;
  return {
    begun,
    aborted,
    handlers: {
      ...refused,
      'space.join': ({ space }) => Promise.resolve({ space }),
      'sync.now': () => Promise.reject(new TypeError('a defect with /secret/path')),
      'doctor.run': (_, signal) =>
        new Promise((_resolve, reject) => {
          begin();
          signal.addEventListener('abort', () => {
            abort();
            reject(new Fault('cancelled', 'now', 'Stopped.'));
          });
        }),
    },
    topics: {
      account: source('account'),
      summary: source('summary'),
      spaces: source('spaces'),
      activity: source('activity'),
      nodes: source('nodes'),
      needs: source('needs'),
      settings: source('settings'),
      steering: source('steering'),
    },
    set(topic, value) {
      values.set(topic, value);
      for (const listener of listeners.get(topic) ?? []) listener();
    },
    listeners: () => [...listeners.values()].reduce((sum, each) => sum + each.size, 0),
  };
}
