/** `floe status`, `spaces`, `devices`, `log`, `versions`, `ls`: state and history, read only. */
import { faultOf } from '../../domain/fault.ts';
import { parseDeviceId, type DeviceId } from '../../domain/ids.ts';
import { displayName } from '../../domain/path-name.ts';
import {
  missingText,
  whatToDo,
  type Engine,
  type EngineStatus,
  type MissingFolder,
  type SpaceStatus,
  type SteeringState,
  type VersionLine,
} from '../../engine/engine.ts';
import { textFlag, type Context, type Flags, type Run } from '../command.ts';
import { bytesText, coinText, countText, exitCodes, dateText, isoFromNs, table, type Output } from '../output.ts';
import { lookInto, withHost } from '../session.ts';
import { warnLeases } from './leases.ts';
import { pausedText, rateText } from './pace-words.ts';
import { trimSlashes } from './restore.ts';

function saySteering(output: Output, state: SteeringState): void {
  const { limits, speed, plan, paused, isBulkHeld } = state;
  if (limits.up !== undefined || limits.down !== undefined || plan.length > 0)
    output.say(`Speed now: ${speed}. Limits: up ${rateText(limits.up)}, down ${rateText(limits.down)}.`);
  if (paused) output.say(pausedText(paused));
  else if (isBulkHeld) output.say('Large files wait: on battery, or the line is metered.');
}

export function saySpaces(
  output: Output,
  spaces: readonly SpaceStatus[],
  missing: readonly MissingFolder[] = [],
): void {
  if (spaces.length === 0) output.say('No spaces yet. Add a folder: floe add PATH');
  for (const space of spaces) {
    const state =
      space.snapshot === undefined
        ? 'nothing certified yet'
        : space.isPending
          ? 'certified up to the last round; a new one is on its way'
          : 'all certified';
    output.say(
      `'${displayName(space.name)}' (${space.mode}): ${countText(space.files, 'file')}, ${bytesText(space.bytes)}, ${state}.`,
    );
    if (space.paused && !space.paused.isAll) output.say(`  ${pausedText(space.paused)}`);
    const away = missing.find((each) => each.space === space.space);
    output.say(`  ${away ? missingText(away) : displayName(space.folder ?? 'no folder on this device')}`);
    if (away) output.say(`  Nothing is deleted, here or anywhere. ${whatToDo(away)}`);
    if (space.leaseEndEpoch !== undefined && space.leaseEndsAtMs !== undefined)
      output.say(`  Paid until ${dateText(space.leaseEndsAtMs)} (epoch ${space.leaseEndEpoch}).`);
    if (space.drill) {
      const { atMs, files, failed, refusedShards, shards } = space.drill;
      const outcome = failed === 0 ? `all ${files} files right` : `${failed} of ${files} files wrong`;
      output.say(`  Last drill ${dateText(atMs)}: ${outcome}, without ${refusedShards} of ${shards} shards.`);
    }
  }
}

export function sayStatus(output: Output, status: EngineStatus, missing?: readonly MissingFolder[]): void {
  const { device, chain } = status;
  if (device) output.say(`Device '${displayName(device.name)}', number ${device.index}, on ${status.network}.`);
  if (chain) {
    output.say(
      `Network: epoch ${chain.epoch}, ${chain.nodes} nodes, ${chain.shards} shards; next epoch from ${dateText(chain.nextEpochAtMs)}.`,
    );
    output.say(
      `Balance: ${coinText(chain.balances.frost, 'WAL')}, ${coinText(chain.balances.mist, 'SUI')}. Spent so far: ${coinText(status.spent.frost, 'WAL')}, ${coinText(status.spent.mist, 'SUI')}.`,
    );
  }
  if (status.problem) output.say(`The chain cannot be asked: ${status.problem.message}`);
  output.say(`Codec: ${status.codec}.`);
  if (status.steering) saySteering(output, status.steering);
  saySpaces(output, status.spaces, missing);
}

export const statusCommand: Run = async (context) =>
  lookInto(context, async ({ engine }) => {
    const status = await engine.status(context.signal);
    const missing = await engine.missingFolders(context.signal);
    sayStatus(context.output, status, missing);
    const isShort = status.chain !== undefined && (await warnOfLeases(context, engine));
    context.output.done({ ...status, missing });
    if (isShort) return exitCodes.money;
    if (missing.length > 0) return exitCodes.partly;
    return status.spaces.some(
      (space) => space.folder !== undefined && (space.isPending || space.snapshot === undefined),
    )
      ? exitCodes.notCertified
      : exitCodes.done;
  });

/** Leases at risk; true when money is the reason. */
async function warnOfLeases({ output, signal }: Context, engine: Engine): Promise<boolean> {
  try {
    const { leases, plan } = await engine.leases(signal);
    warnLeases(output, plan.warnings, (id) => leases.find(({ pool }) => pool === id)?.name ?? id);
    return plan.warnings.some(({ because }) => because === 'budget' || because === 'balance');
  } catch (error) {
    const fault = faultOf(error);
    if (!fault || signal.aborted) throw error;
    output.warn(`The leases cannot be looked at now: ${fault.message}`);
    return false;
  }
}

export const spacesCommand: Run = async (context) =>
  lookInto(context, async ({ engine }) => {
    const spaces = await engine.spaces();
    const missing = await engine.missingFolders(context.signal);
    saySpaces(context.output, spaces, missing);
    context.output.done({ spaces, missing });
    return exitCodes.done;
  });

const idsIn = (flags: Flags, name: string): readonly DeviceId[] =>
  ((flags[name] ?? []) as readonly string[]).map(parseDeviceId);

export const devicesCommand: Run = async (context, _args, flags) => {
  const { output, signal } = context;
  const [gone, back] = [idsIn(flags, 'gone'), idsIn(flags, 'back')];
  return (gone.length + back.length > 0 ? withHost : lookInto)(context, async ({ engine }) => {
    for (const device of gone) await engine.setGone(device, true, signal);
    for (const device of back) await engine.setGone(device, false, signal);
    const { devices } = await engine.devices(signal);
    const [own, away] = [await engine.device(), await engine.goneDevices()];
    const rows = devices.map(({ index, address, record, heads }) => ({
      index,
      address,
      device: record.device,
      name: record.name,
      madeMs: record.madeMs,
      spaces: heads.length,
      isThis: record.device === own?.id,
      isGone: away.has(record.device),
    }));
    output.say(
      table([
        ['#', 'name', 'spaces', 'since', 'id', ''],
        ...rows.map((row) => [
          String(row.index),
          displayName(row.name),
          String(row.spaces),
          dateText(row.madeMs),
          row.device,
          row.isThis ? 'this device' : row.isGone ? 'gone for good' : '',
        ]),
      ]),
    );
    if (gone.length > 0) output.say(goneWords);
    output.done({ devices: rows });
    return exitCodes.done;
  });
};

const goneWords =
  'Nobody waits for it any more. All that it certified stays, and the others keep renewing it. It is not locked out: whoever has it has the account; if it was stolen, make a new account and move your folders there.';

export const logCommand: Run = async (context, [space = '']) =>
  lookInto(context, async ({ engine }) => {
    const snapshots = await engine.log(space);
    const missing = await engine.missingSnapshots(space);
    const rows = snapshots.map(({ snapshot, timeMs, files, bytes, state, madeBy }) => [
      snapshot.slice(0, 12),
      dateText(timeMs),
      countText(files, 'file'),
      bytesText(bytes),
      state,
      madeBy === undefined ? '' : `only on ${displayName(madeBy)}`,
    ]);
    context.output.say(rows.length === 0 ? 'No snapshot yet.' : table(rows));
    if (missing > 0)
      context.output.say(
        `${countText(missing, 'more snapshot')} could not be read yet from the packs of other devices.`,
      );
    context.output.done({ snapshots: snapshots.map((line) => ({ ...line, time: dateText(line.timeMs) })), missing });
    return exitCodes.done;
  });

const versionRow = (line: VersionLine): object => ({
  path: displayName(line.path),
  kind: line.kind,
  size: line.bytes,
  mode: line.mode,
  mtime: isoFromNs(line.mtimeNs),
  snapshot: line.snapshot,
  since: dateText(line.timeMs),
  isCurrent: line.until === undefined,
  ...(line.uniqueBytes === undefined ? {} : { uniqueBytes: line.uniqueBytes }),
});

export const versionsCommand: Run = async (context, [space = '', path = '']) =>
  lookInto(context, async ({ engine }) => {
    const versions = await engine.versions(space, trimSlashes(path));
    context.output.say(
      table(
        versions.map((line) => [
          line.snapshot?.slice(0, 12) ?? '',
          dateText(line.timeMs),
          bytesText(line.bytes),
          line.uniqueBytes === undefined ? '' : `${bytesText(line.uniqueBytes)} of its own`,
          displayName(line.path),
          line.until === undefined ? 'now' : '',
        ]),
      ),
    );
    context.output.done({ versions: versions.map(versionRow) });
    return exitCodes.done;
  });

export const lsCommand: Run = async (context, [space = '', path = ''], flags) =>
  lookInto(context, async ({ engine }) => {
    const { entries, snapshot, timeMs } = await engine.list(space, trimSlashes(path), textFlag(flags, 'at'));
    const mark = { file: '', folder: '/', symlink: '@' } as const;
    const rows = entries.map((line) => [
      line.kind === 'file' ? bytesText(line.bytes) : '-',
      isoFromNs(line.mtimeNs),
      `${displayName(line.path.split('/').at(-1) ?? '')}${mark[line.kind]}`,
    ]);
    context.output.say(rows.length === 0 ? 'An empty folder.' : table(rows));
    context.output.done({ snapshot, time: dateText(timeMs), entries: entries.map(versionRow) });
    return exitCodes.done;
  });
