/**
 * `floe export-diagnostics`: one file for whoever helps. It is put together from numbers, states and fault codes, never cut out of something larger, so
 * that no name, path, address, id or key can be in it. Works without an account and with a network that is not there.
 */
import { statSync, writeFileSync } from 'node:fs';
import { cpus, platform, arch, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { diskFault } from '../../adapters/disk/disk.ts';
import { faultOf } from '../../domain/fault.ts';
import type { SpaceStatus } from '../../engine/engine.ts';
import { placeOf, textFlag, type Context, type Run } from '../command.ts';
import { readConfig } from '../config.ts';
import { findProblems } from '../checkup.ts';
import type { Host } from '../host.ts';
import { exitCodes, toJson } from '../output.ts';
import { lookInto } from '../session.ts';
import { floeVersion } from '../version.ts';

/** Files of a home whose sizes tell something. */
const homeFiles = ['catalog.sqlite', 'catalog.sqlite-wal', 'floe.json'];

export const diagnosticsCommand: Run = async (context, _, flags) => {
  const { output } = context;
  const out = placeOf(context, textFlag(flags, 'out') ?? 'floe-diagnostics.json');
  const { problems, ...engine } = await describeHome(context);
  const report = { form: 1, program: describeProgram(), home: describeFiles(context.home), ...engine, problems };
  const text = `${JSON.stringify(JSON.parse(toJson(report)), undefined, 2)}\n`;
  try {
    // Never over something: the name may be one of the user's own files.
    writeFileSync(out, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw diskFault(error, out, 'written');
  }
  output.say(text.trimEnd());
  output.say(`This is all that ${out} holds: no names, paths, addresses or keys. Nothing was sent anywhere.`);
  output.done({ out, problems: problems.map((code) => ({ code })) });
  return exitCodes.done;
};

interface HomeReport {
  /** Fault codes. */
  readonly problems: readonly string[];
  readonly [part: string]: unknown;
}

async function describeHome(context: Context): Promise<HomeReport> {
  try {
    if (readConfig(context.home) === undefined) return { problems: ['no-account'] };
    return await lookInto(context, (host) => describeEngine(host, context.signal));
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    return { problems: [fault.code] };
  }
}

async function describeEngine({ engine }: Host, signal: AbortSignal): Promise<HomeReport> {
  const { network, chain, codec, openIntents, spaces } = await engine.status(signal);
  const problems = await findProblems(engine, signal);
  const held = await engine.held();
  return {
    network: { name: network, epoch: chain?.epoch, nodes: chain?.nodes, shards: chain?.shards },
    money: chain && { hasWal: chain.balances.frost > 0n, hasSui: chain.balances.mist > 0n },
    codec,
    openIntents,
    held: held.map(({ here, elsewhere }) => ({ here, elsewhere })),
    spaces: spaces.map(describeSpace),
    problems: problems.map(({ code }) => code),
  };
}

function describeSpace(space: SpaceStatus): Readonly<Record<string, unknown>> {
  const { mode, files, bytes, sequence, isPending, packs, storedBytes, encodedBytes, leaseEndEpoch, drill } = space;
  return {
    mode,
    hasFolder: space.folder !== undefined,
    files,
    bytes,
    sequence,
    isPending,
    packs,
    storedBytes,
    encodedBytes,
    leaseEndEpoch,
    wasDrilled: drill !== undefined,
  };
}

function describeProgram(): Readonly<Record<string, unknown>> {
  return {
    floe: floeVersion,
    node: process.versions.node,
    electron: process.versions['electron'],
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model,
    processors: cpus().length,
    memoryBytes: totalmem(),
  };
}

function describeFiles(home: string): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(
    homeFiles.map((name) => [name, statSync(join(home, name), { throwIfNoEntry: false })?.size]),
  );
}
