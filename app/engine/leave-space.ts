/**
 * This device stops keeping a space in a folder. Nothing is deleted, here or on the network: the files stay where they are, what is certified stays and is renewed, and
 * the space can be brought to a folder again. What is still on its way is certified first.
 */
import { Fault } from '../domain/fault.ts';
import type { EngineCore } from './engine-core.ts';
import { forgetRelease, noteHeld } from './held.ts';
import { findSpace } from './look.ts';
import { forgetMark, isMarked, putBackParked, unmark } from './root-folder.ts';

/** Throws Fault 'quorum-lost' while a round of the space is not certified. */
export async function leaveSpace(core: EngineCore, space: string, signal: AbortSignal): Promise<void> {
  const row = await findSpace(core.catalog, space);
  const { folder, num, name } = row;
  if (folder === undefined)
    throw new Fault('bad-input', 'after-user', `The space '${name}' has no folder on this device.`);
  if (await core.catalog.pendingRound(num))
    throw new Fault(
      'quorum-lost',
      'later',
      `Changes of '${name}' are still on their way. Nothing was changed. Try again when they are certified.`,
    );
  // A disk that is not there now has nothing to be put in order.
  const isHere = await isMarked(core, row, folder, signal);
  if (isHere && (await putBackParked(core, row, folder)).size > 0)
    throw new Fault(
      'disk-failed',
      'later',
      `Something of '${name}' cannot be put back to its place yet. Try again later.`,
    );
  await core.catalog.leaveFolder(num);
  core.point('leave:left');
  await forgetMark(core, row);
  await noteHeld(core.catalog, num, {});
  await forgetRelease(core.catalog, num);
  // Last: a folder of a space that does not carry its mark is taken for another disk.
  if (isHere) await unmark(core, folder);
}
