/** What every link keeps, over each transport: the conformance suite of pipes. */
import { afterEach, describe, expect, test } from 'vitest';
import { contractNumber, type EngineTopics } from '../wire/contract.ts';
import { connect, type Connection } from './connect.ts';
import { frameCharactersMax } from './frame.ts';
import { serve, serveLimits, type ServeOptions } from './serve.ts';
import { openSampleDesk, type SampleDesk } from './testing/sample-desk.ts';
import { pipeKinds, type JoinedPipes } from './testing/pipe-pairs.ts';

const key = 'the key of this start';

describe.each(pipeKinds)('over %s', (_, open) => {
  let pipes: JoinedPipes;
  const bugs: unknown[] = [];

  async function joined(
    options: Partial<ServeOptions> = {},
    asking: Parameters<typeof connect>[1] = { key },
  ): Promise<{ desk: SampleDesk; connection: Connection }> {
    const desk = openSampleDesk();
    pipes = await open();
    serve(pipes.engine, { ...desk, admits: (given) => given === key, onBug: (bug) => bugs.push(bug), ...options });
    return { desk, connection: connect(pipes.window, asking) };
  }
  /** A peer that sends what it likes. */
  async function wild(): Promise<{ desk: SampleDesk; heard: string[]; closed: Promise<void> }> {
    const desk = openSampleDesk();
    pipes = await open();
    serve(pipes.engine, { ...desk, admits: (given) => given === key, onBug: (bug) => bugs.push(bug) });
    const heard: string[] = [];
    pipes.window.onText((text) => heard.push(text ?? ''));
    return { desk, heard, closed: new Promise((resolve) => pipes.window.onClose(resolve)) };
  }
  const hello = JSON.stringify({ kind: 'hello', contract: contractNumber, key });
  const ended = (connection: Connection): Promise<string> =>
    new Promise((resolve) => connection.onEnd(({ code }) => resolve(code)));

  afterEach(async () => {
    await pipes.close();
    bugs.length = 0;
  });

  test('a call gives what its handler gives', async () => {
    const { connection } = await joined();
    expect(await connection.call('space.join', { space: 'Müll\udc80', folder: '/a' })).toEqual({ space: 'Müll\udc80' });
  });

  test('a fault crosses with its code and sentence, without a stack', async () => {
    const { connection } = await joined();
    await expect(connection.call('money.state', {})).rejects.toMatchObject({
      fault: { code: 'no-account', retry: 'after-user', detail: 'There is no account.' },
    });
  });

  test('a defect is told to the host and says nothing of itself to the window', async () => {
    const { connection } = await joined();
    await expect(connection.call('sync.now', {})).rejects.toMatchObject({ fault: { code: 'bug', detail: '' } });
    expect(bugs).toHaveLength(1);
  });

  test('input that the contract does not allow never reaches a handler', async () => {
    const { connection } = await joined();
    const bad = { space: 7, folder: '/a' } as unknown as { space: string; folder: string };
    await expect(connection.call('space.join', bad)).rejects.toMatchObject({ fault: { code: 'bad-input' } });
  });

  test('a cancelled call ends at once here and is aborted there', async () => {
    const { connection, desk } = await joined();
    const stopper = new AbortController();
    const answer = connection.call('doctor.run', {}, stopper.signal);
    await desk.begun;
    stopper.abort(new Error('no longer wanted'));
    await expect(answer).rejects.toThrow('no longer wanted');
    await desk.aborted;
  });

  test('a topic gives its value first and then newer ones in order', async () => {
    const { connection, desk } = await joined();
    const seen: { needs: number; sequence: number }[] = [];
    const summary = desk.topics.summary.value();
    await new Promise<void>((resolve) => {
      connection.watch('summary', ({ needs }: EngineTopics['summary'], sequence) => {
        seen.push({ needs, sequence });
        if (needs < 3) desk.set('summary', { ...summary, needs: needs + 1 });
        else resolve();
      });
    });
    expect(seen.map(({ needs }) => needs)).toEqual([0, 1, 2, 3]);
    expect(seen.map(({ sequence }) => sequence)).toEqual(
      [...seen.map(({ sequence }) => sequence)].sort((a, b) => a - b),
    );
  });

  test('a slow reader gets the latest value, not a backlog', async () => {
    const { connection, desk } = await joined();
    const summary = desk.topics.summary.value();
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      connection.watch('summary', ({ needs }) => {
        seen.push(needs);
        if (needs === 1000) resolve();
        // A thousand changes while the reader is busy with this one.
        else for (let n = 1; n <= 1000; n++) desk.set('summary', { ...summary, needs: n });
      });
    });
    expect(seen).toEqual([0, 1000]);
  });

  test('a topic that is no longer watched is no longer told', async () => {
    const { connection, desk } = await joined();
    const seen: number[] = [];
    const first = new Promise<void>((resolve) => {
      const stop = connection.watch('needs', (needs) => {
        seen.push(needs.length);
        stop();
        resolve();
      });
    });
    await first;
    desk.set('needs', [{ id: 'a', space: undefined, spaceName: '', kind: 'phrase' }]);
    await connection.call('space.join', { space: 'a', folder: '/a' });
    expect(seen).toEqual([0]);
  });

  test('a lost peer ends what is open on both sides', async () => {
    const { connection, desk } = await joined();
    connection.watch('needs', () => undefined);
    const answer = connection.call('doctor.run', {});
    answer.catch(() => undefined);
    await desk.begun;
    pipes.engine.close();
    await expect(answer).rejects.toMatchObject({ fault: { code: 'link-lost' } });
    expect(await ended(connection)).toBe('link-lost');
    await desk.aborted;
    expect(desk.listeners()).toBe(0);
    await expect(connection.call('sync.now', {})).rejects.toMatchObject({ fault: { code: 'link-lost' } });
  });

  test('another contract number says that the page must be loaded anew', async () => {
    const { connection } = await joined({ contract: contractNumber + 1 });
    await expect(connection.ready).rejects.toMatchObject({ fault: { code: 'contract-changed' } });
  });

  test.each([
    ['a wrong key', { key: 'another' }],
    ['no key', {}],
  ])('%s is refused', async (_name, asking) => {
    const { connection, desk } = await joined({}, asking);
    const answer = connection.call('space.join', { space: 'a', folder: '/a' });
    await expect(answer).rejects.toMatchObject({ fault: { code: 'link-refused' } });
    expect(desk.listeners()).toBe(0);
  });

  test.each([
    ['no JSON', '{'],
    ['a number', '7'],
    ['an unknown kind', '{"kind":"shout","id":1}'],
    ['a call without a name', '{"kind":"call","id":1}'],
    ['a negative id', '{"kind":"stop","id":-1}'],
    ['an answer nobody asked for', '{"kind":"done","id":1}'],
    ['a second hello', hello],
    ['an oversized frame', `{"kind":"call","id":1,"name":"sync.now","input":"${'x'.repeat(frameCharactersMax)}"}`],
    ['a known id', '{"kind":"call","id":5,"name":"doctor.run","input":{}}'],
  ])('%s ends the link', async (_name, text) => {
    const { closed } = await wild();
    pipes.window.send(hello);
    pipes.window.send('{"kind":"call","id":5,"name":"doctor.run","input":{}}');
    pipes.window.send(text);
    await closed;
  });

  test('a call before hello ends the link and is not carried out', async () => {
    const { desk, closed, heard } = await wild();
    pipes.window.send('{"kind":"watch","id":1,"topic":"summary","after":0}');
    await closed;
    expect(heard.join()).not.toContain('certified');
    expect(desk.listeners()).toBe(0);
  });

  test('unknown calls, unknown topics and too many calls fail alone', async () => {
    const { heard } = await wild();
    pipes.window.send(hello);
    pipes.window.send('{"kind":"call","id":1,"name":"toString","input":{}}');
    pipes.window.send('{"kind":"watch","id":2,"topic":"__proto__","after":0}');
    for (let id = 10; id <= 10 + serveLimits.callsMax; id++)
      pipes.window.send(JSON.stringify({ kind: 'call', id, name: 'doctor.run', input: {} }));
    await expect.poll(() => heard.length).toBe(4);
    expect(heard.slice(1).map((text) => JSON.parse(text) as { kind: string; id: number })).toMatchObject([
      { kind: 'fail', id: 1 },
      { kind: 'fail', id: 2 },
      { kind: 'fail', id: 10 + serveLimits.callsMax },
    ]);
  });
});
