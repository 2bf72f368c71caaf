/** The upkeep of what is stored, space by space: thinner history, fewer and fuller packs, and what nobody needs deleted. Money is only spent where it saves more. */
import { Fault, faultOf } from '../domain/fault.ts';
import type { DeviceId, SpaceId } from '../domain/ids.ts';
import { collect, type CollectReport } from './collect.ts';
import { compact, type CompactReport } from './compact.ts';
import { readDevice } from './device.ts';
import { meetDoomLists } from './doom-lists.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { goneDevices, setGone } from './gone-devices.ts';
import { lookAtDevices } from './heads.ts';
import { findSpace } from './look.ts';
import { applyRetention } from './retention.ts';
import { learnSides } from './sides.ts';

export interface TidyRequest {
  /** Id or name. */
  readonly space: string;
  /** Devices that a person called gone for good: their answers are not waited for. */
  readonly gone: readonly DeviceId[];
}

export interface TidyReport {
  readonly space: SpaceId;
  /** Snapshots and versions that the rules of the space gave up. */
  readonly thinned: Awaited<ReturnType<typeof applyRetention>>;
  readonly compacted: CompactReport;
  readonly collected: CollectReport;
}

/** One turn. What has to wait for other devices or for the next epoch is in the report; the next turn goes on. */
export async function tidySpace(
  core: EngineCore,
  { space, gone }: TidyRequest,
  signal: AbortSignal,
): Promise<TidyReport> {
  const row = await findSpace(core.catalog, space);
  const open = core.open(row);
  const thinned = await applyRetention(core, open, signal);
  if (thinned.snapshots > 0) core.memory.sidesLearnt.delete(row.num);
  const known = await knownGone(core, open, gone, signal);
  const compacted = await compact(core, open, signal);
  const collected = await collect(core, open, { gone: known }, signal);
  return { space: row.id, thinned, compacted, collected };
}

/** What a person said once holds from then on. What such a device had certified is this one's to keep now. */
async function knownGone(
  core: EngineCore,
  space: OpenSpace,
  more: readonly DeviceId[],
  signal: AbortSignal,
): Promise<ReadonlySet<DeviceId>> {
  const { num } = space.row;
  for (const device of more) await setGone(core, device, true, signal);
  const all = await goneDevices(core.catalog);
  if (all.size === 0) return all;
  await learnSides(core, space, await lookAtDevices(core, true, signal), signal);
  const missing = (await core.catalog.strangeSnapshots(num, strangeMax)).length;
  if (missing > 0)
    throw new Fault(
      'blob-unavailable',
      'later',
      'Snapshots of a device that is gone cannot be read now. Nothing is deleted before it is known what they hold.',
    );
  return all;
}

/** One is enough to wait. */
const strangeMax = 1;

/** Trouble that a later turn may not meet. */
const passing: ReadonlySet<string> = new Set([
  'money-short',
  'budget-reached',
  'blob-unavailable',
  'pack-damaged',
  'chain-stale',
  'chain-refused',
  'transaction-failed',
  'device-copied',
]);

/** The others wait for the answers of whoever takes part in a space, also without a folder of it and without anything stored. */
async function answerOthers(core: EngineCore, space: OpenSpace, signal: AbortSignal): Promise<void> {
  const own = await readDevice(core.catalog);
  const devices = await lookAtDevices(core, true, signal);
  const said = devices.find(({ record }) => record.device === own?.id)?.garbage;
  if (!said?.some((one) => one.space === space.row.id)) return;
  await meetDoomLists(core, space, await core.ready(signal), devices, signal);
}

/** A turn of each space that this device takes part in; one that is in trouble keeps no other back. */
export async function tidyAll(core: EngineCore, signal: AbortSignal): Promise<readonly TidyReport[]> {
  const reports: TidyReport[] = [];
  for (const row of await core.catalog.spaces()) {
    // With a folder and nothing stored, its passes answer.
    if (row.pool === undefined && row.folder !== undefined) continue;
    try {
      if (row.pool === undefined) await answerOthers(core, core.open(row), signal);
      else reports.push(await tidySpace(core, { space: row.id, gone: [] }, signal));
    } catch (error) {
      const code = faultOf(error)?.code;
      if (code === undefined || !passing.has(code)) throw error;
      core.log.write('warning', 'tidy.later', { code });
    }
  }
  return reports;
}
