/**
 * `floe demo`: the whole story, offline and in the open. An embedded network starts; a folder is protected, edited and protected again; a third of the
 * nodes stop; on an empty home, from the phrase alone, the newest and the first version come back and are compared byte for byte.
 * The given folder is only read: what is edited is a copy.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makePhrase } from '../../adapters/account/account.ts';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { SyncReport } from '../../engine/engine.ts';
import { setUpHome } from './account.ts';
import { numberFlag, textFlag, type Context, type Flags, type Run } from '../command.ts';
import { controlNetwork, startEmbeddedNetwork, type NetworkDoor } from '../embedded-network.ts';
import { openHost, type Host } from '../host.ts';
import { makeFolder } from '../make-folder.ts';
import { bytesText, coinText, countText, exitCodes, type ExitCode } from '../output.ts';
import { environmentLog, showProgress } from '../session.ts';
import { compareFolders } from './compare-folders.ts';
import { editFolder, makeSample } from './demo-folder.ts';

export const demoCommand: Run = async (context, [folder], flags) => {
  const kept = textFlag(flags, 'keep');
  // The engine knows a folder by its own path, with no links on the way.
  const source = folder === undefined ? undefined : await realpath(resolve(folder)).catch(() => resolve(folder));
  const place = kept === undefined ? await mkdtemp(join(tmpdir(), 'floe-demo-')) : makeFolder(kept, 0o700);
  if ((await readdir(place)).length > 0)
    throw new Fault('bad-input', 'after-user', `The folder ${place} is not empty. Choose an empty one for --keep.`);
  try {
    return await tell(context, source, place, flags);
  } finally {
    if (kept === undefined) await rm(place, { recursive: true, force: true });
  }
};

interface Stage {
  readonly context: Context;
  readonly place: string;
  readonly door: NetworkDoor;
}

async function tell(context: Context, source: string | undefined, place: string, flags: Flags): Promise<ExitCode> {
  const { output } = context;
  const started = performance.now();
  const [nodes, shards] = ['nodes', 'shards'].map((name) => numberFlag(flags, name));
  const network = await startEmbeddedNetwork({
    dir: join(place, 'network'),
    ...(nodes === undefined ? {} : { nodes }),
    ...(shards === undefined ? {} : { shards }),
  });
  try {
    const stage = { context, place, door: network.door };
    output.say(`An embedded Walrus network runs: ${network.door.nodes.length} storage nodes on this computer.`);
    const folder = join(place, 'folder');
    const unreadable = await prepareFolder(context, source, folder);
    const phrase = makePhrase();
    const told = await protectTwice(stage, folder, source, phrase);
    const stopped = await stopThird(stage);
    const problems = await restoreAndCompare(stage, folder, source, phrase, told);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    for (const problem of problems) output.say(`  Differs: ${displayName(problem)}`);
    for (const words of told.problems) output.say(`  Not kept: ${words}`);
    const isIdentical = problems.length === 0;
    output.say(
      isIdentical
        ? 'The newest and the first version came back from the phrase alone, identical byte for byte.'
        : 'What came back is NOT identical. This is a defect; please report it.',
    );
    output.say(
      `${countText(told.last.files, 'file')}, ${bytesText(told.last.bytes)}; ${countText(told.packs, 'pack')}, ${bytesText(told.encodedBytes)} on the network; ${coinText(told.frost, 'WAL')}; ${seconds} s.`,
    );
    const { files, bytes } = told.last;
    const { packs, encodedBytes } = told;
    const unread = [...unreadable, ...told.problems];
    output.done({
      files,
      bytes,
      packs,
      encodedBytes,
      nodesStopped: stopped,
      restoredIdentical: isIdentical,
      seconds,
      problems: unread,
      spent: { frost: told.frost, mist: told.mist },
      memory: process.resourceUsage().maxRSS * 1024,
    });
    if (!isIdentical) return exitCodes.failed;
    return unread.length > 0 ? exitCodes.partly : exitCodes.done;
  } finally {
    await network.close();
  }
}

/** The folder to edit: a copy of the given one when it is small enough to copy, so that nothing of the user's is touched. */
async function prepareFolder(context: Context, source: string | undefined, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  if (source === undefined) await makeSample(folder);
  context.output.say(source === undefined ? 'A sample folder was made.' : `Your folder is only read: ${source}`);
  return [];
}

interface Told {
  readonly first: SyncReport;
  readonly last: SyncReport;
  readonly packs: number;
  readonly encodedBytes: number;
  readonly frost: bigint;
  readonly mist: bigint;
  readonly problems: readonly string[];
  /** The folder as it was first, for the comparison. */
  readonly firstCopy: string | undefined;
}

/** A copy with exact times: Node's own keeps only milliseconds, so the platform's command is asked where there is one. */
async function copyFolder(from: string, to: string): Promise<void> {
  if (process.platform === 'win32')
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  else await promisify(execFile)('cp', ['-a', from, to]);
}

async function openDemoHost(stage: Stage, name: string, phrase: string, source?: string): Promise<Host> {
  const { context, place } = stage;
  const home = join(place, name);
  const demo = { home, passphrase: async () => 'a throw-away home of the demo' };
  process.env['FLOE_KEYCHAIN'] = 'off';
  await setUpHome(demo, { version: 1, network: 'local', localnet: join(place, 'network') }, phrase);
  const host = await openHost({ ...demo, log: environmentLog(), readOnlyFolder: source });
  showProgress(host, context.output);
  return host;
}

/**
 * Protects the folder, edits, protects again. With a user's own folder the edit is a second small folder beside it, in the same account, so that
 * the given one stays as it is and is the first and the newest version of itself.
 */
async function protectTwice(stage: Stage, folder: string, source: string | undefined, phrase: string): Promise<Told> {
  const { context } = stage;
  const { output, signal } = context;
  const host = await openDemoHost(stage, 'home', phrase, source);
  try {
    const { engine } = host;
    await engine.chooseDevice('first computer', signal);
    await engine.fund(signal);
    const target = source ?? folder;
    await engine.addSpace(
      { folder: target, name: 'demo', mode: 'sync', leaseEpochs: undefined, space: undefined },
      signal,
    );
    const [first] = await engine.sync('demo', signal);
    if (!first) throw new Error('a synced space has a report');
    output.say(
      `Protected: ${countText(first.files, 'file')}, ${bytesText(first.bytes)}, in ${countText(first.packs.length, 'pack')}. Certified and published.`,
    );
    const firstCopy = join(stage.place, 'first');
    let last = first;
    if (source === undefined) {
      await copyFolder(folder, firstCopy);
      await editFolder(folder);
      last = (await engine.sync('demo', signal))[0] ?? first;
      output.say(
        `Edited and protected again: ${bytesText(last.newBytes)} of new content in ${countText(last.packs.length, 'pack')}.`,
      );
    } else {
      await makeSample(folder);
      await engine.addSpace({ folder, name: 'edits', mode: 'sync', leaseEpochs: undefined, space: undefined }, signal);
      await engine.sync('edits', signal);
      await copyFolder(folder, firstCopy);
      await editFolder(folder);
      await engine.sync('edits', signal);
      last = (await engine.sync('demo', signal))[0] ?? first;
      output.say(
        `A second pass of your folder found ${last.packs.length === 0 ? 'nothing to send' : `${bytesText(last.newBytes)} of changes`}.`,
      );
    }
    const { spaces, spent } = await engine.status(signal);
    return {
      first,
      last,
      packs: spaces.reduce((sum, space) => sum + space.packs, 0),
      encodedBytes: spaces.reduce((sum, space) => sum + space.encodedBytes, 0),
      ...spent,
      problems: last.problems.map(({ path, fault }) => `${displayName(path)}: ${fault.message}`),
      firstCopy,
    };
  } finally {
    await host.close();
  }
}

/** Stops as many nodes as hold at most a third of the shards. */
async function stopThird({ context, door }: Stage): Promise<number> {
  const shards = door.nodes.reduce((sum, node) => sum + node.shards.length, 0);
  let left = Math.floor((shards - 1) / 3);
  let stopped = 0;
  for (const node of door.nodes.toSorted((a, b) => a.shards.length - b.shards.length)) {
    if (node.shards.length > left) break;
    await controlNetwork(door, `/nodes/${node.index}/stop`);
    left -= node.shards.length;
    stopped++;
  }
  context.output.say(`${stopped} of ${door.nodes.length} storage nodes were stopped.`);
  return stopped;
}

/** Recovers on an empty home and compares. Returns what differs. */
async function restoreAndCompare(
  stage: Stage,
  folder: string,
  source: string | undefined,
  phrase: string,
  told: Told,
): Promise<readonly string[]> {
  const { context, place } = stage;
  const host = await openDemoHost(stage, 'empty-home', phrase);
  try {
    const { engine } = host;
    const { spaces: found } = await engine.recover(context.signal);
    context.output.say(`On an empty home the phrase found ${found.length} ${found.length === 1 ? 'space' : 'spaces'}.`);
    const edited = source === undefined ? 'demo' : 'edits';
    const history = (await engine.log(edited)).toSorted((a, b) => a.sequence - b.sequence);
    const differences: string[] = [];
    const restored = async (
      space: string,
      name: string,
      at: string | undefined,
      expected: string,
      skipped: readonly string[],
    ): Promise<void> => {
      const to = join(place, name);
      await mkdir(to, { recursive: true });
      const report = await engine.restore({ space, to, paths: [], at, overwrite: 'never' }, context.signal);
      differences.push(
        ...report.problems.map(({ path, fault }) => `${path}: ${fault.message}`),
        ...(await compareFolders(expected, to, skipped)),
      );
    };
    await restored(edited, 'restored-newest', undefined, folder, []);
    await restored(edited, 'restored-first', history[0]?.snapshot, told.firstCopy ?? folder, []);
    if (source !== undefined)
      await restored(
        'demo',
        'restored',
        undefined,
        source,
        told.last.problems.map(({ path }) => path),
      );
    await writeFile(join(place, 'report.json'), `${JSON.stringify({ differences }, undefined, 2)}\n`);
    return differences;
  } finally {
    await host.close();
  }
}
