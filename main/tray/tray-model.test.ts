/** The tray as a function of what the engine says. */
import { describe, expect, test } from 'vitest';
import type { Need, Summary } from '../../app/wire/activity.ts';
import type { EngineNews } from '../engine/follow.ts';
import { wordsFor } from '../words/words.ts';
import { trayModel, type TrayItem } from './tray-model.ts';

const words = wordsFor('en-GB');
const nowMs = Date.UTC(2026, 10, 21, 10);
const summary: Summary = {
  files: 12,
  certifiedFiles: 12,
  bytes: 1,
  spaces: 1,
  worst: 'certified',
  needs: 0,
  paidUntilMs: Date.UTC(2028, 4, 4),
  paidLongestMs: undefined,
  lastDrillMs: undefined,
  work: undefined,
  pause: undefined,
  fault: undefined,
  retryAtMs: undefined,
  isChainReached: true,
};
const account = {
  phase: 'open',
  home: '/home',
  version: '0',
  deviceNameUsual: '',
  network: 'local',
  isPlayMoney: true,
  device: undefined,
  vault: undefined,
  phraseConfirmedMs: 1,
  fault: undefined,
} as const;
const calm: EngineNews = { engine: { kind: 'running' }, account, summary, spaces: [], needs: [] };
const held: Need = {
  id: 'held:1',
  space: '1',
  spaceName: 'Photos',
  kind: 'held',
  deletions: 612,
  rewritesHere: 0,
  rewritesElsewhere: 0,
};

const texts = (items: readonly TrayItem[]): readonly string[] =>
  items.map((item) => ('text' in item ? item.text : '-'));
const draw = (news: Partial<EngineNews>): ReturnType<typeof trayModel> => trayModel({ ...calm, ...news }, words, nowMs);

test('at rest it says that all is certified and until when it is paid', () => {
  const { icon, sentence, items } = draw({});
  expect([icon, sentence]).toEqual(['certified', '12 files, all certified.']);
  expect(texts(items)).toEqual([
    '12 files, all certified.',
    'Paid until 4 May 2028.',
    '-',
    'Open Floe',
    'Pause',
    'Settings',
    '-',
    'Quit Floe',
  ]);
});

test.each<[string, Partial<EngineNews>, string, string]>([
  ['before there is an account', { account: { ...account, phase: 'none' } }, 'offline', 'Floe is ready to be set up.'],
  ['while the engine starts', { engine: { kind: 'starting' } }, 'offline', 'Floe is starting.'],
  [
    'while the engine is gone',
    { engine: { kind: 'gone', sinceMs: 0, retryAtMs: 1 } },
    'offline',
    'Floe is starting again. Nothing is lost.',
  ],
  [
    'with files on their way',
    { summary: { ...summary, worst: 'uploading', certifiedFiles: 11 } },
    'uploading',
    '1 file is saved here and not yet certified.',
  ],
  [
    'paused by hand',
    { summary: { ...summary, worst: 'paused', pause: { reason: 'user', untilMs: undefined } } },
    'paused',
    'Paused.',
  ],
  [
    'paused on battery',
    { summary: { ...summary, worst: 'paused', pause: { reason: 'battery', untilMs: undefined } } },
    'paused',
    'Paused while on battery.',
  ],
  [
    'without the chain',
    { summary: { ...summary, isChainReached: false } },
    'offline',
    'The network is not reached. What changes here is saved here.',
  ],
  [
    'with a held deletion',
    { summary: { ...summary, worst: 'held' }, needs: [held] },
    'held',
    '12 files, all certified.',
  ],
  ['with a conflict', { summary: { ...summary, worst: 'conflict' } }, 'conflict', '12 files, all certified.'],
  ['with nothing kept', { summary: { ...summary, files: 0, certifiedFiles: 0 } }, 'certified', 'Nothing is kept yet.'],
])('%s', (_, news, icon, sentence) => {
  const model = draw(news);
  expect([model.icon, model.sentence]).toEqual([icon, sentence]);
});

describe('the menu', () => {
  test('names what waits, at most five, each leading to its place', () => {
    const needs = Array.from({ length: 7 }, (_, i) => ({ ...held, id: `held:${i}` }));
    const lines = draw({ needs }).items.filter(
      (item) => 'text' in item && item.text.startsWith('612 files disappeared from Photos'),
    );
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ action: { kind: 'open', place: { screen: 'needs' } } });
  });

  test('pauses for an hour, until tomorrow, or until told; paused it offers to go on', () => {
    const menu = draw({}).items.find((item) => item.kind === 'menu');
    const hour = { action: { kind: 'pause', untilMs: nowMs + 3_600_000 } };
    expect(menu).toMatchObject({
      items: [hour, { action: { kind: 'pause' } }, { action: { kind: 'pause', untilMs: undefined } }],
    });
    const paused = draw({ summary: { ...summary, pause: { reason: 'user', untilMs: undefined } } });
    expect(texts(paused.items)).toContain('Resume');
  });

  test('has Open and Quit whatever happens', () => {
    for (const phase of ['none', 'locked', 'opening', 'failed'] as const)
      expect(texts(draw({ account: { ...account, phase } }).items)).toEqual(
        expect.arrayContaining(['Open Floe', 'Quit Floe']),
      );
  });
});
