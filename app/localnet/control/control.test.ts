/** The control interface: nothing without the token, every action with it, and a plain refusal for what is malformed. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeFault } from '../nodes/nodes.ts';
import { controlDoor, type ControlledNode, type Controls } from './control.ts';

const token = '0123456789abcdef'.repeat(4);
let done: string[];
let faults: (NodeFault | undefined)[];

beforeEach(() => {
  done = [];
  faults = [];
});

function node(index: number): ControlledNode {
  return {
    index,
    stop: async () => void done.push(`stop ${index}`),
    start: async () => void done.push(`start ${index}`),
    wipe: async () => void done.push(`wipe ${index}`),
    heal: async () => ({ rebuilt: index, lacking: 0, bytes: 9 }),
    setFault: (fault) => void faults.push(fault),
    leave: () => void done.push(`leave ${index}`),
    setStake: (frost) => void done.push(`stake ${index} ${frost}`),
    vote: ({ storage, write }) => void done.push(`vote ${index} ${storage} ${write}`),
  };
}

function door() {
  const controls: Controls = {
    addNode: async () => node(2),
    settled: async () => {},
    nodes: [0, 1].map(node),
    aggregator: {
      stop: async () => void done.push('stop aggregator'),
      start: async () => void done.push('start aggregator'),
      setFault: (fault) => void done.push(`fault ${JSON.stringify(fault ?? null)}`),
    },
    advanceEpoch: () => void done.push('epoch'),
    setPrices: ({ storage, write }) => void done.push(`prices ${storage} ${write}`),
    state: () => ({ epoch: 7 }),
  };
  return controlDoor(controls, token);
}

async function ask(method: string, path: string, body = '', authorization: string | undefined = `Bearer ${token}`) {
  const bytes = new TextEncoder().encode(body);
  const query = new URLSearchParams();
  const reply = await door().handle({
    method,
    path,
    query,
    body: bytes,
    authorization,
    contentType: undefined,
    signal: undefined,
  });
  return [reply.status, JSON.parse(new TextDecoder().decode(reply.body)) as unknown] as const;
}

describe('the control interface', () => {
  it('lets nodes join, leave, be staked and vote', async () => {
    const frost = JSON.stringify({ frost: '3000000000' });
    expect(await ask('POST', '/nodes/join', frost)).toEqual([200, { ok: true, index: 2 }]);
    expect(await ask('POST', '/nodes/join')).toEqual([200, { ok: true, index: 2 }]);
    await ask('POST', '/nodes/1/stake', frost);
    await ask('POST', '/nodes/1/vote', JSON.stringify({ storage: 5, write: 6 }));
    await ask('POST', '/nodes/0/leave');
    expect(done).toEqual(['stake 2 3000000000', 'stake 1 3000000000', 'vote 1 5 6', 'leave 0']);
    for (const bad of ['', '{}', '{"frost":5}', '{"frost":"-1"}', '{"frost":"99999999999999999999"}']) {
      expect((await ask('POST', '/nodes/1/stake', bad))[0]).toBe(400);
    }
  });

  it('says nothing without the right token', async () => {
    for (const authorization of [
      '',
      'Bearer ',
      `Bearer ${token}x`,
      `bearer ${token}`,
      token,
      `Bearer ${token.slice(1)}`,
    ]) {
      expect(await ask('POST', '/epoch/next', '', authorization)).toEqual([401, { error: 'unauthorized' }]);
      expect((await ask('GET', '/nowhere', '', authorization))[0]).toBe(401);
    }
    expect(done).toEqual([]);
  });

  it('does what it is told', async () => {
    expect(await ask('POST', '/nodes/1/stop')).toEqual([200, { ok: true }]);
    await ask('POST', '/nodes/1/start');
    await ask('POST', '/nodes/0/wipe');
    expect(await ask('POST', '/nodes/1/heal')).toEqual([200, { ok: true, rebuilt: 1, lacking: 0, bytes: 9 }]);
    await ask('POST', '/epoch/next');
    await ask('POST', '/prices', '{"storage":5,"write":6}');
    expect(done).toEqual(['stop 1', 'start 1', 'wipe 0', 'epoch', 'prices 5 6']);
    expect(await ask('GET', '/state')).toEqual([200, { epoch: 7 }]);
  });

  it('sets every kind of fault and clears it with an empty body', async () => {
    for (const body of [
      '{"kind":"slow","ms":50}',
      '{"kind":"silent"}',
      '{"kind":"corrupt"}',
      '{"kind":"refuse","rate":0.5}',
      '{"kind":"lie-confirm"}',
      '',
      '{}',
    ]) {
      expect((await ask('POST', '/nodes/0/fault', body))[0]).toBe(200);
    }
    expect(faults).toEqual([
      { kind: 'slow', ms: 50 },
      { kind: 'silent' },
      { kind: 'corrupt', rate: 1 },
      { kind: 'refuse', rate: 0.5 },
      { kind: 'lie-confirm', rate: 0 },
      undefined,
      undefined,
    ]);
  });

  it('makes the aggregator stop, start and misbehave', async () => {
    await ask('POST', '/aggregator/stop');
    await ask('POST', '/aggregator/start');
    for (const body of ['{"kind":"short"}', '{"kind":"corrupt","rate":0.5}', '{"kind":"slow","ms":9}', '']) {
      expect((await ask('POST', '/aggregator/fault', body))[0]).toBe(200);
    }
    expect((await ask('POST', '/aggregator/fault', '{"kind":"lie-confirm"}'))[0]).toBe(400);
    expect((await ask('POST', '/aggregator/wipe'))[0]).toBe(404);
    expect(done).toEqual([
      'stop aggregator',
      'start aggregator',
      'fault {"kind":"short"}',
      'fault {"kind":"corrupt","rate":0.5}',
      'fault {"kind":"slow","ms":9}',
      'fault null',
    ]);
  });

  it('refuses what is malformed or not there', async () => {
    for (const body of [
      '{',
      '[]x',
      '{"kind":"slow"}',
      '{"kind":"slow","ms":-1}',
      '{"kind":"corrupt","rate":2}',
      '{"kind":"boom"}',
      '7',
      `"${'x'.repeat(5000)}"`,
    ]) {
      expect((await ask('POST', '/nodes/0/fault', body))[0], body.slice(0, 30)).toBe(400);
    }
    for (const body of [
      '',
      '{}',
      '{"storage":1}',
      '{"storage":-1,"write":1}',
      '{"storage":1.5,"write":1}',
      '{"storage":1e300,"write":1}',
    ]) {
      expect((await ask('POST', '/prices', body))[0], body).toBe(400);
    }
    expect((await ask('POST', '/nodes/2/stop'))[0]).toBe(404);
    expect((await ask('POST', '/nodes/0/explode'))[0]).toBe(404);
    expect((await ask('GET', '/nodes/0/stop'))[0]).toBe(405);
    expect((await ask('POST', '/state'))[0]).toBe(405);
    expect([done, faults]).toEqual([[], []]);
  });
});
