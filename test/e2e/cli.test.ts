/** The fixed part of the command line, held against real processes: exit codes, closing lines, what a person's mistakes lead to. */
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { runCli } from '../../app/daemon/cli.ts';
import { connect } from '../../app/link/connect.ts';
import { socketPipe } from '../../app/link/socket-pipe.ts';
import { faultCode, floe, floeJson, runFloe, type Running } from './floe-process.ts';

const commandMs = 60_000;
const root = mkdtempSync(join(tmpdir(), 'floe-e2e-'));
const at = (...names: readonly string[]): string => join(root, ...names);
const net = at('net');
const home = at('home with spaces é');
const folder = at('folder');
const own = ['--home', home];
let network: Running;
let phrase = '';

function makeFolder(): void {
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'a.txt'), 'hello\n');
  writeFileSync(join(folder, 'sub', 'b.txt'), 'world\n');
  symlinkSync('nowhere', join(folder, 'lost'));
}

beforeAll(async () => {
  network = runFloe(['localnet', '--dir', net, '--nodes', '4', '--shards', '10', '--json']);
  await network.line(({ event }) => event === 'ready');
  makeFolder();
  const made = await floeJson([
    'init',
    '--network',
    'local',
    '--localnet',
    net,
    '--device',
    'lap\u001b[31mtop',
    ...own,
  ]);
  expect(made.code, made.err).toBe(0);
  phrase = String(made.last['phrase']);
}, commandMs);

afterAll(async () => {
  await network.end('SIGTERM');
  rmSync(root, { recursive: true, force: true });
}, commandMs);

const commands =
  'localnet demo start init recover add sync conflicts resolve held ignored release status spaces devices log versions ls restore quote doctor cat diff find mount drill'.split(
    ' ',
  );

describe('wrong usage', () => {
  test.each([
    [['bogus']],
    [[]],
    [['status', '--bogus']],
    [['add']],
    [['log']],
    [['status', 'extra']],
    [['restore', 'x']],
    [['init', '--network', 'moon']],
    [['restore', 'x', '--to', 'y', '--overwrite', 'perhaps']],
    [['localnet', '--nodes', '3']],
  ])('%j ends with 2 and says so in the closing line', async (args) => {
    const ran = await floeJson([...args, '--home', at('never')]);
    expect(ran.code).toBe(2);
    expect(faultCode(ran)).toBe('bad-input');
    expect(ran.err).not.toContain('    at ');
  });

  test.each(['add', 'sync'])('%s, which spends, can be tried dry and says so in its help', async (command) => {
    const { code, out } = await floe([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('--dry-run');
  });

  // In one process, since each start costs a second of a small machine.
  test('every command has help with an example', async () => {
    for (const command of commands) {
      const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const code = await runCli([command, '--help']);
      const out = write.mock.calls.map(([text]) => String(text)).join('');
      write.mockRestore();
      expect(code).toBe(0);
      expect(out).toContain(`Example:\n  floe ${command}`);
    }
  });
});

describe('setting up', () => {
  test(
    'a phrase is 24 words, the home is for its owner alone, and an account is never written over',
    async () => {
      expect(phrase.split(' ')).toHaveLength(24);
      expect(lstatSync(home).mode & 0o777).toBe(0o700);
      for (const name of readdirSync(home).filter((file) => file.startsWith('vault')))
        expect(lstatSync(join(home, name)).mode & 0o777).toBe(0o600);
      const again = await floeJson(['init', '--localnet', net, ...own]);
      expect([again.code, faultCode(again)]).toEqual([1, 'already-exists']);
      expect(JSON.stringify(again)).not.toContain(phrase);
    },
    commandMs,
  );

  test(
    'an init that found no network leaves a home in which init can be run again and then shows the phrase',
    async () => {
      const place = ['--home', at('cut-short')];
      const dir = at('late-net');
      const failed = await floeJson(['init', '--localnet', dir, ...place]);
      expect([failed.code, faultCode(failed)]).toEqual([1, 'network-unreachable']);
      mkdirSync(dir);
      writeFileSync(join(dir, 'network.json'), readFileSync(join(net, 'network.json')));
      const made = await floeJson(['init', '--localnet', dir, ...place]);
      expect(made.code, made.out).toBe(0);
      expect(String(made.last['phrase']).split(' ')).toHaveLength(24);
    },
    commandMs,
  );

  test(
    'a vault with a passphrase opens with it alone',
    async () => {
      const place = ['--home', at('sealed')];
      const env = { FLOE_PASSPHRASE: 'correct horse' };
      expect((await floeJson(['init', '--localnet', net, ...place], { env })).last['vault']).toBe('sealed-file');
      // One after the other: two commands at once on one home would find it busy.
      const none = await floeJson(['spaces', ...place]);
      const wrong = await floeJson(['doctor', ...place], { env: { FLOE_PASSPHRASE: 'wrong' } });
      expect([none.code, faultCode(none)]).toEqual([1, 'vault-locked']);
      expect([wrong.code, wrong.out.includes('vault-refused')]).toEqual([1, true]);
      writeFileSync(at('passphrase'), 'correct horse\r\n');
      expect((await floeJson(['spaces', '--passphrase-file', at('passphrase'), ...place])).code).toBe(0);
    },
    commandMs,
  );

  test(
    'a status without an account is told how to make one',
    async () => {
      const ran = await floeJson(['status', '--home', at('never')]);
      expect([ran.code, faultCode(ran)]).toEqual([1, 'no-account']);
    },
    commandMs,
  );
});

describe('a space, from adding to restoring', () => {
  test(
    'add quotes first, dry runs change nothing, and uncertified state is 4 until a sync',
    async () => {
      const dry = await floeJson(['add', folder, '--dry-run', ...own]);
      expect([dry.code, dry.last['dryRun']]).toEqual([0, true]);
      expect((await floeJson(['spaces', ...own])).last['spaces']).toEqual([]);
      const quote = await floeJson(['quote', folder, ...own]);
      expect(quote.last).toMatchObject({ files: 2, bytes: 12 });
      expect(quote.last).toEqual(
        expect.objectContaining({
          encodedBytes: expect.any(Number),
          frost: expect.any(Number),
          mist: expect.any(Number),
        }),
      );
      const added = await floeJson(['add', folder, '--name', 'docs', ...own]);
      expect(added.code, added.out).toBe(0);
      expect(added.last).toMatchObject({ name: 'docs', space: expect.any(String) });
      expect((await floeJson(['status', ...own])).code).toBe(4);

      const sync = await floeJson(['sync', ...own]);
      expect(sync.code, sync.out + sync.err).toBe(0);
      expect(sync.last).toMatchObject({
        spaces: [
          {
            files: 2,
            bytes: 12,
            applied: 0,
            conflicts: 0,
            packs: [
              {
                blobId: expect.any(String),
                objectId: expect.any(String),
                size: expect.any(Number),
                encodedSize: expect.any(Number),
              },
            ],
          },
        ],
        spent: { frost: expect.any(Number), mist: expect.any(Number) },
      });
      const again = await floeJson(['sync', ...own]);
      expect(again.last).toMatchObject({ spaces: [{ packs: [], newBytes: 0 }], spent: { frost: 0, mist: 0 } });
      expect((await floeJson(['status', ...own])).code).toBe(0);
    },
    2 * commandMs,
  );

  test(
    'a folder around or inside the home is refused as a space',
    async () => {
      const inside = await floeJson(['add', home, ...own]);
      const around = await floeJson(['add', root, ...own]);
      expect([inside.code, faultCode(inside), around.code, faultCode(around)]).toEqual([
        2,
        'bad-input',
        2,
        'bad-input',
      ]);
    },
    commandMs,
  );

  test(
    'history: log, versions and ls agree; what is not there is not-found; times and paths are checked',
    async () => {
      const log = await floeJson(['log', 'docs', ...own]);
      expect(log.last).toMatchObject({ snapshots: [{ files: 2, state: 'certified' }] });
      expect((await floeJson(['versions', 'docs', '/a.txt', ...own])).last).toMatchObject({
        versions: [{ path: 'a.txt', size: 6 }],
      });
      expect((await floeJson(['ls', 'docs', 'sub/', ...own])).last).toMatchObject({ entries: [{ path: 'sub/b.txt' }] });
      for (const [args, code, fault] of [
        [['log', 'nope'], 1, 'not-found'],
        [['versions', 'docs', 'nope'], 1, 'not-found'],
        [['ls', 'docs', '--at', 'yesterday'], 2, 'bad-input'],
        [['ls', 'docs', '../..'], 1, 'name-unsafe'],
        [['sync', '--space', 'nope'], 1, 'not-found'],
        [['restore', 'docs', '--to', join(folder, 'a.txt')], 1, 'already-exists'],
        [['restore', 'docs', '--to', ''], 2, 'bad-input'],
      ] as const) {
        const ran = await floeJson([...args, ...own]);
        expect([args, ran.code, faultCode(ran)]).toEqual([args, code, fault]);
      }
    },
    2 * commandMs,
  );

  test(
    'restore keeps, replaces by age or replaces always, as it is told; a second run finds everything there',
    async () => {
      const to = at('back');
      const restore = (...more: readonly string[]) => floeJson(['restore', 'docs', '--to', to, ...more, ...own]);
      const text = (...names: readonly string[]): string => readFileSync(join(to, ...names), 'utf8');
      expect((await restore()).last).toMatchObject({ bytes: 12, problems: [] });
      expect([text('a.txt'), readlinkSync(join(to, 'lost'))]).toEqual(['hello\n', 'nowhere']);
      const second = await restore();
      expect([second.code, second.last['files']]).toEqual([0, 0]);
      // The target of the link is fetched to be compared; no content is.
      expect(Number(second.last['fetchedBytes'])).toBeLessThan(100);
      writeFileSync(join(to, 'a.txt'), 'newer');
      utimesSync(join(to, 'a.txt'), 4e9, 4e9);
      writeFileSync(join(to, 'sub', 'b.txt'), 'older');
      utimesSync(join(to, 'sub', 'b.txt'), 1e9, 1e9);
      expect((await restore()).code).toBe(3);
      expect([text('a.txt'), text('sub', 'b.txt')]).toEqual(['newer', 'older']);
      expect((await restore('--overwrite', 'if-older')).code).toBe(3);
      expect([text('a.txt'), text('sub', 'b.txt')]).toEqual(['newer', 'world\n']);
      expect((await restore('--overwrite', 'always')).code).toBe(0);
      expect(text('a.txt')).toBe('hello\n');
    },
    2 * commandMs,
  );

  test(
    'a link that stands where a folder belongs is never followed, and the rest is restored',
    async () => {
      const to = at('trap');
      mkdirSync(at('victim'));
      mkdirSync(to);
      symlinkSync(at('victim'), join(to, 'sub'));
      const ran = await floeJson(['restore', 'docs', '--to', to, '--overwrite', 'always', ...own]);
      expect(readdirSync(at('victim'))).toEqual([]);
      expect(ran.code).toBe(3);
      expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('hello\n');
    },
    commandMs,
  );

  test(
    'edge 11: names cannot steer the terminal',
    async () => {
      const status = await floe(['status', ...own]);
      expect(status.out).toContain('lap\\u{1b}[31mtop');
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(status.out + status.err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    },
    commandMs,
  );

  test(
    'recover takes the phrase in any case and line end, refuses other words, and joins as a new device',
    async () => {
      const [good, short, other] = [at('phrase'), at('short'), at('other')];
      writeFileSync(good, `\ufeff${phrase.toUpperCase().replaceAll(' ', '\r\n')}\r\n`.slice(1));
      writeFileSync(short, phrase.split(' ').slice(0, 12).join(' '));
      writeFileSync(other, `${'abandon '.repeat(23)}art\n`);
      const recover = (file: string) =>
        floeJson([
          'recover',
          '--network',
          'local',
          '--localnet',
          net,
          '--phrase-file',
          file,
          '--device',
          'two',
          '--home',
          at('second'),
        ]);
      expect((await recover(short)).code).toBe(2);
      const found = await recover(good);
      expect(found.last, found.out).toMatchObject({
        spaces: [{ name: 'docs', snapshot: expect.any(String) }],
        device: 'two',
      });
      const wrong = await recover(other);
      expect([wrong.code, faultCode(wrong)]).toEqual([1, 'already-exists']);
      const to = at('from-second');
      expect((await floeJson(['restore', 'docs', '--to', to, '--home', at('second')])).code).toBe(0);
      expect(readFileSync(join(to, 'sub', 'b.txt'), 'utf8')).toBe('world\n');
    },
    2 * commandMs,
  );
});

describe('floe start', () => {
  test(
    'gives its window to the key alone, certifies edits within seconds, keeps a second one out and ends cleanly',
    async () => {
      const running = runFloe(['start', '--json', ...own]);
      const url = new URL(String((await running.line(({ event }) => event === 'ready'))['url']));
      await running.line(({ event }) => event === 'synced');
      const connection = connect(socketPipe(new WebSocket(`ws://${url.host}/link`, { origin: url.origin })), {
        key: url.hash.slice(1),
      });
      expect(await connection.call('history.log', { space: 'docs' })).not.toHaveLength(0);
      connection.close();
      expect(lstatSync(join(home, 'window.url')).mode & 0o777).toBe(0o600);
      const busy = await floeJson(['start', ...own]);
      expect([busy.code, faultCode(busy)]).toEqual([5, 'home-busy']);

      appendFileSync(join(folder, 'a.txt'), 'and more\n');
      const bytes = ({ event, bytes: size }: Readonly<Record<string, unknown>>): boolean =>
        event === 'synced' && size === 21;
      expect(await running.line(bytes)).toMatchObject({ packs: 1, problems: 0 });
      expect(await running.end('SIGTERM')).toBe(0);
    },
    commandMs,
  );
});

describe('trouble', () => {
  test(
    'an interrupted sync is gone on with by the next one',
    async () => {
      writeFileSync(join(folder, 'large'), Buffer.alloc(3_000_000, 'floe'));
      const running = runFloe(['sync', '--json', ...own]);
      await running.line(({ event }) => event === 'progress');
      expect(await running.end('SIGINT')).toBe(1);
      const sync = await floeJson(['sync', ...own]);
      expect(sync.code, sync.out + sync.err).toBe(0);
      expect((await floeJson(['status', ...own])).code).toBe(0);
    },
    commandMs,
  );

  test(
    'without a network, reading stays possible and a sync says what is wrong',
    async () => {
      await network.end('SIGTERM');
      writeFileSync(join(folder, 'later'), 'later\n');
      const sync = await floeJson(['sync', ...own]);
      expect([sync.code, faultCode(sync)]).toEqual([1, 'network-unreachable']);
      expect(sync.err).not.toContain('    at ');
      expect((await floeJson(['log', 'docs', ...own])).code).toBe(0);
      const doctor = await floeJson(['doctor', ...own]);
      expect([doctor.code, doctor.out.includes('network-unreachable')]).toEqual([1, true]);
    },
    commandMs,
  );
});
