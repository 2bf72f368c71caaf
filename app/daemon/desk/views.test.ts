/** What a window is shown, from what the engine says: the status grammar, the sums and what waits for a person. */
import { describe, expect, test } from 'vitest';
import { Fault } from '../../domain/fault.ts';
import { parseSpaceId } from '../../domain/ids.ts';
import type { EngineStatus, MissingFolder, SpaceStatus, SyncReport, SteeringState } from '../../engine/engine.ts';
import type { Work } from '../../wire/activity.ts';
import type { SpacePass } from './keeper.ts';
import { needsView, spacesView, summaryView, type SpaceFacts, type ViewInput } from './views.ts';
import { workAfter } from './work.ts';

const id = parseSpaceId('0'.repeat(32));
const dayMs = 24 * 3_600_000;
const nowMs = 1_000 * dayMs;
const space: SpaceStatus = {
  space: id,
  name: 'Photos',
  mode: 'sync',
  folder: '/photos',
  files: 10,
  bytes: 100,
  snapshot: undefined,
  sequence: 0,
  isPending: false,
  packs: 0,
  storedBytes: 0,
  encodedBytes: 0,
  pool: undefined,
  leaseEndEpoch: undefined,
  leaseEndsAtMs: undefined,
  drill: undefined,
};
const report: SyncReport = {
  space: id,
  name: 'Photos',
  snapshot: undefined,
  files: 10,
  bytes: 100,
  newChunks: 0,
  newBytes: 0,
  packs: [],
  applied: 0,
  conflicts: 0,
  problems: [],
  special: 0,
  held: 0,
};
const certified = { ...space, sequence: 1, snapshot: 'a'.repeat(64) as SpaceStatus['snapshot'] };
const work: Work = {
  kind: 'uploading',
  space: id,
  spaceName: 'Photos',
  files: 0,
  ofFiles: 0,
  bytes: 0,
  ofBytes: 0,
  nodes: 1,
  ofNodes: 4,
  sinceMs: 0,
  bytesPerSecond: undefined,
};

interface Given {
  readonly space?: Partial<SpaceStatus>;
  readonly report?: Partial<SyncReport>;
  readonly fault?: Fault;
  readonly facts?: Partial<SpaceFacts>;
  readonly input?: Partial<ViewInput>;
}

function inputOf({ space: status, report: said, fault, facts, input }: Given): ViewInput {
  const pass: SpacePass = { report: { ...report, ...said }, fault, timeMs: nowMs };
  const known: SpaceFacts = {
    pass,
    certifiedFiles: 10,
    certifiedMs: nowMs,
    missing: undefined,
    held: undefined,
    conflicts: 0,
    ...facts,
  };
  const engine: EngineStatus = {
    network: 'testnet',
    device: undefined,
    chain: undefined,
    problem: undefined,
    codec: '',
    spent: { frost: 0n, mist: 0n },
    openIntents: 0,
    spaces: [{ ...certified, ...status }],
  };
  return {
    status: engine,
    network: undefined,
    facts: new Map([[id, known]]),
    work: undefined,
    steering: undefined,
    retryAtMs: undefined,
    nowMs,
    isPhraseConfirmed: true,
    isPlayMoney: false,
    leaseMarks: new Map(),
    ...input,
  };
}
const wordOf = (given: Given): string | undefined => spacesView(inputOf(given))[0]?.word;
const needsOf = (given: Given): readonly string[] => {
  const input = inputOf(given);
  return needsView(input, spacesView(input)).map((need) => need.kind);
};
const missing: MissingFolder = { space: id, name: '', folder: '/gone', isAnother: false, proposed: [] };
const none = { here: 0, elsewhere: 0, rewritesHere: 0, rewritesElsewhere: 0 };
const locked = new Fault('file-unreadable', 'after-user', 'It may not be read.');
const away = new Fault('network-unreachable', 'later', 'Nobody answers.');

describe("a space's word is its worst state", () => {
  test.each<[string, Given, string]>([
    ['all is there', {}, 'certified'],
    ['nothing is there yet', { space: space }, 'saved'],
    ['a round is on its way', { space: { isPending: true } }, 'saved'],
    ['it is being sent', { space: { isPending: true }, input: { work } }, 'uploading'],
    ['it is being read', { input: { work: { ...work, kind: 'reading' } } }, 'packing'],
    ['another space is being sent', { input: { work: { ...work, space: 'other' } } }, 'certified'],
    ['it is paused', { input: { work }, space: { paused: { reason: 'schedule', isAll: true, untilMs: 7 } } }, 'paused'],
    ['a file could not be kept', { report: { problems: [{ path: 'a', fault: locked }] } }, 'attention'],
    ['the last pass needs a hand', { fault: locked }, 'attention'],
    ['the last pass is tried again by itself', { fault: away }, 'certified'],
    ['its folder is gone', { facts: { missing } }, 'attention'],
    ['its lease ends soon', { space: { leaseEndsAtMs: nowMs + dayMs } }, 'attention'],
    ['its lease is long', { space: { leaseEndsAtMs: nowMs + 100 * dayMs } }, 'certified'],
    ['play money runs out', { space: { leaseEndsAtMs: nowMs + dayMs }, input: { isPlayMoney: true } }, 'certified'],
    ['there is a conflict', { facts: { conflicts: 1 }, fault: locked }, 'conflict'],
    ['deletions are held', { facts: { held: { ...none, elsewhere: 3 }, conflicts: 1 } }, 'held'],
    ['files look encrypted', { facts: { held: { ...none, rewritesHere: 40 } } }, 'held'],
  ])('%s', (_, given, word) => {
    expect(wordOf(given)).toBe(word);
  });
});

test('what waits for a person is listed once, each with its reason', () => {
  expect(needsOf({})).toEqual([]);
  expect(needsOf({ fault: away })).toEqual([]);
  expect(
    needsOf({
      facts: { held: { ...none, here: 3 } },
      report: { problems: [{ path: 'a', fault: locked }] },
      fault: locked,
    }),
  ).toEqual(['held', 'unkept', 'fault']);
  expect(needsOf({ facts: { missing }, fault: locked, report: { problems: [{ path: '', fault: locked }] } })).toEqual([
    'folder-missing',
  ]);
  expect(needsOf({ input: { isPhraseConfirmed: false }, space: { leaseEndsAtMs: nowMs } })).toEqual([
    'lease',
    'phrase',
  ]);
  // What the autopilot warns of is told at each of its marks, as a need of its own.
  const pool = 'pool' as SpaceStatus['pool'];
  const far = { pool, leaseEndsAtMs: nowMs + 55 * dayMs };
  expect(needsOf({ space: far })).toEqual([]);
  expect(needsOf({ space: far, input: { leaseMarks: new Map([['pool', 60]]) } })).toEqual(['lease']);
});

test('the summary adds up and takes the worst word and the nearest date', () => {
  const input = inputOf({
    space: { isPending: true, leaseEndsAtMs: nowMs + 90 * dayMs },
    facts: { certifiedFiles: 7 },
  });
  const spaces = spacesView(input);
  expect(summaryView(input, spaces, [])).toMatchObject({
    files: 10,
    certifiedFiles: 7,
    worst: 'saved',
    paidUntilMs: nowMs + 90 * dayMs,
    isChainReached: false,
  });
});

test('work keeps its beginning while it goes on, and its speed is told after a second', () => {
  const event = {
    kind: 'uploading',
    space: id,
    pack: 'p',
    nodes: 1,
    ofNodes: 4,
    bytes: 4_000,
    ofBytes: 8_000,
  } as const;
  const first = workAfter(event, undefined, 1_000, () => 'Photos');
  expect(first).toMatchObject({ kind: 'uploading', spaceName: 'Photos', sinceMs: 1_000 });
  expect(first?.bytesPerSecond).toBeUndefined();
  expect(workAfter(event, first, 3_000, () => 'Photos')).toMatchObject({ sinceMs: 1_000, bytesPerSecond: 2_000 });
  expect(workAfter({ kind: 'published', space: id, snapshot: '' }, first, 3_000, () => '')).toBeUndefined();
});

test('a burst of rewrites is one thing that waits, with the deletions that wait for the same word', () => {
  const input = inputOf({ facts: { held: { here: 2, elsewhere: 1, rewritesHere: 30, rewritesElsewhere: 4 } } });
  expect(needsView(input, spacesView(input))).toMatchObject([
    { kind: 'held', deletions: 3, rewritesHere: 30, rewritesElsewhere: 4 },
  ]);
});

test('a pause of one space is told with it, a pause of everything in the summary too', () => {
  const [one] = spacesView(inputOf({ space: { paused: { reason: 'user', isAll: false, untilMs: 7 } } }));
  expect(one?.pause).toEqual({ reason: 'user', untilMs: 7, isAll: false });
  const paused = { reason: 'battery', isAll: true, untilMs: undefined } as const;
  const steering = { paused } as SteeringState;
  const input = inputOf({ space: { paused }, input: { steering } });
  expect(summaryView(input, spacesView(input), []).pause).toEqual({ reason: 'battery', untilMs: undefined });
});
