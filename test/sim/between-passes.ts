/**
 * What devices do beside passes, and people beside their files: the autopilot's turn with its garbage, a past that is made thinner, folders that leave a disk
 * and come back, devices that are called gone, states of the past that are restored. Faults are told and are no end; bugs go on.
 */
import { faultOf } from '../../app/domain/fault.ts';
import { parentOf } from '../world/memory-tree.ts';
import type { Trouble } from './history.ts';
import { entriesOf } from './identities.ts';
import { pass, untilKilled } from './passes.ts';
import { below, root, spaceName } from './people.ts';
import type { SimDevice } from './sim-device.ts';
import { BrokenPromise, type SimWorld } from './sim-world.ts';

const never = new AbortController().signal;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer than the grace of a list of garbage. */
const graceMs = 49 * hourMs;
/** Rules that give up as much as rules may. */
const rules = { allDays: 30, dailyDays: 30, weeklyDays: 30 } as const;
const rowsMax = 100_000;

/** Tells of a fault, and whether there was none. */
async function tried(world: SimWorld, device: SimDevice, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    world.tell(`  ${device.name}: ${fault.code} ${fault.message}`);
    return false;
  }
}

export async function upkeepTurn(world: SimWorld, device: SimDevice, trouble: Trouble | undefined): Promise<void> {
  const end = await untilKilled(world, device, trouble, (signal) => device.engine.upkeep(true, signal));
  if (end.kind === 'killed') world.count('upkeep that was killed');
  if (end.kind === 'fault') world.tell(`  ${device.name}: ${end.fault.code} ${end.fault.message}`);
  if (end.kind !== 'done') return;
  for (const { thinned, compacted, collected } of end.value.tidied) {
    world.tell(
      `  ${device.name}: thinned ${thinned.snapshots}, rewritten ${compacted.rewrites.length}, doomed ${collected.doomed.packs}, deleted ${collected.deleted.packs}, waits for ${collected.waitsFor.length}`,
    );
    world.count('snapshots thinned', thinned.snapshots);
    world.count('packs rewritten', compacted.newPacks);
    world.count('packs doomed', collected.doomed.packs);
    world.count('packs deleted', collected.deleted.packs);
  }
}

/** Garbage from its list to its end: all others answer, the grace goes by, and the second turn meets whatever it meets, while one of them is at work. */
export async function collectGarbage(
  world: SimWorld,
  device: SimDevice,
  others: readonly SimDevice[],
  trouble: Trouble | undefined,
): Promise<void> {
  await upkeepTurn(world, device, undefined);
  for (const other of others) await pass(world, other, true, undefined);
  await world.clock.sleep(graceMs);
  const [first] = others;
  await Promise.all([
    upkeepTurn(world, device, trouble),
    first === undefined ? undefined : pass(world, first, true, undefined),
  ]);
}

/** Weeks go by, and what is older than the rules want is given up. */
export async function thinPast(world: SimWorld, device: SimDevice, days: number): Promise<void> {
  world.isThinned = true;
  const retention = { rules, budgetFrost: undefined };
  if (await tried(world, device, () => device.engine.setRetention(spaceName, retention)))
    await world.clock.sleep(days * dayMs);
}

/** A folder leaves this disk or comes back to it; a person may then remove here what held it. */
export async function chooseFolder(
  world: SimWorld,
  device: SimDevice,
  pick: number,
  isHolderRemoved: boolean,
): Promise<void> {
  const { rows } = await entriesOf(device);
  const folders = [...rows].flatMap(([path, { kind }]) => (kind === 'folder' ? [path] : []));
  const inFolders = folders.filter((path) => path.includes('/'));
  const some = isHolderRemoved && inFolders.length > 0 ? inFolders : folders;
  const path = some[Math.floor(pick * some.length)];
  if (path === undefined) return;
  const isChosen = !isHolderRemoved && Math.floor(pick * 997) % 3 === 0;
  world.count(isChosen ? 'folders chosen' : 'folders not chosen any more');
  world.tell(`  ${device.name}: ${isChosen ? 'wants' : 'does not want'} ${path}`);
  const isDone = await tried(world, device, () => device.engine.changeSelection(spaceName, [{ path, isChosen }]));
  if (!isDone || !isHolderRemoved || some === folders) return;
  await pass(world, device, true, undefined);
  const holder = `${root}/${parentOf(path)}`;
  const said = [world.people.removeAt(device.disk, holder)];
  if (Math.floor(pick * 991) % 2 === 0) said.push(world.people.saveAt(device.disk, device.name, holder));
  for (const one of said) if (one !== undefined) world.tell(`    ${device.name}: ${one}`);
}

export async function callGone(world: SimWorld, device: SimDevice, other: SimDevice, isGone: boolean): Promise<void> {
  const called = await other.engine.device();
  if (called === undefined) return;
  world.tell(`  ${device.name}: ${other.name} is ${isGone ? 'gone' : 'back'}`);
  if (await tried(world, device, () => device.engine.setGone(called.id, isGone, never))) world.isCalledGone ||= isGone;
}

/** Restored while the same device is at work. What comes back is what its own line holds at that moment. */
export async function restoreBeside(world: SimWorld, device: SimDevice, pick: number, isCalm: boolean): Promise<void> {
  const row = (await device.catalog.spaces()).find(({ name }) => name === spaceName);
  const rounds = row === undefined ? [] : (await device.catalog.snapshots(row.num)).filter(isCertified);
  const round = rounds[Math.floor(pick * rounds.length)];
  if (row === undefined || round === undefined) return;
  const to = `/past ${round.sequence}`;
  device.disk.user.makeFolder(to);
  let problems = 0;
  const restoring = tried(world, device, async () => {
    const request = { space: spaceName, to, paths: [], at: round.snapshot, overwrite: 'never' } as const;
    const done = await device.engine.restore(request, never);
    problems = done.problems.length;
  });
  const [, isDone] = await Promise.all([pass(world, device, true, undefined), restoring]);
  const was = (await device.catalog.treeAt(row.num, '', round.sequence, undefined, rowsMax)).map(({ path }) => path);
  const is = [...below(device.disk, to).keys()].map((path) => path.slice(to.length + 1));
  device.disk.user.remove(to);
  if (!isCalm) return;
  world.count('restored beside a pass');
  if (!isDone || problems > 0 || was.toSorted().join('/') !== is.toSorted().join('/'))
    throw new BrokenPromise(
      'what is certified can be restored',
      `${round.sequence} of ${device.name} has ${was.length} entries and came back with ${is.length}, ${problems} problems`,
    );
}

/** Where a root is for a while. */
const elsewhere = '/home/elsewhere';

/** A root that gets another name: a pass misses it, it is found by what it is, and goes on there, whatever ends that pass. Then it gets its old name back. */
export async function moveRoot(
  world: SimWorld,
  device: SimDevice,
  trouble: Trouble | undefined,
  isCalm: boolean,
): Promise<void> {
  const { user } = device.disk;
  const moved = async (from: string, folder: string): Promise<void> => {
    user.rename(from, folder);
    const end = await pass(world, device, true, undefined);
    if (end.kind === 'done' && end.report.applied > 0)
      throw new BrokenPromise('nothing is done in a folder that is not there', `${device.name} applied something`);
    // Before its first pass it has no mark, and nothing tells it from any other.
    const missing = (await device.engine.missingFolders(never)).find(({ name }) => name === spaceName);
    const isFound = missing?.proposed.some((one) => one.folder === folder && one.isSame) ?? false;
    if (isCalm && !isFound) throw new BrokenPromise('a root that was moved is found', `${folder} on ${device.name}`);
    if (await tried(world, device, () => device.engine.moveSpace({ space: spaceName, folder, isDry: false }, never)))
      world.count('roots that were moved');
  };
  await moved(root, elsewhere);
  await pass(world, device, true, trouble);
  await moved(elsewhere, root);
}

const isCertified = ({ state }: { readonly state: string }): boolean => state === 'certified';
