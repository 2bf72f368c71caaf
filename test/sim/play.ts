/**
 * Plays a history from its first step to the rest after the last, and asks what people may expect. The same history gives the same trace, in any process
 * and on any machine: nothing in it knows the time of day.
 */
import { faultOf } from '../../app/domain/fault.ts';
import { parseSuiId, type SuiId } from '../../app/domain/ids.ts';
import { seededDice } from '../world/seeded-dice.ts';
import { drawHistory, stepText, type History, type Step } from './history.ts';
import {
  callGone,
  chooseFolder,
  collectGarbage,
  moveRoot,
  restoreBeside,
  thinPast,
  upkeepTurn,
} from './between-passes.ts';
import { actAll, pass, untilKilled } from './passes.ts';
import { below, nameMark, root, spaceName } from './people.ts';
import {
  demandEqualTrees,
  demandHonestBooks,
  demandPeoplesWill,
  demandReach,
  demandRestorable,
  demandWhole,
} from './promises.ts';
import type { SimDevice } from './sim-device.ts';
import { BrokenPromise, openSimWorld, type SimWorld, type Spoil } from './sim-world.ts';

export interface Played {
  readonly history: History;
  readonly trace: readonly string[];
  readonly hash: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly broken: { readonly promise: string; readonly words: string } | undefined;
}

const never = new AbortController().signal;
const usualMist = 60_000_000_000n;
const roomBytesFull = 100;
const roundsMax = 16;
/** Between two steps. */
const stepMs = 20_000;

export const historyOf = (seed: number): History => drawHistory(seed, seededDice(seed * 31 + 7));

export async function play(history: History, spoil: Spoil = (ports) => ports): Promise<Played> {
  const world = await openSimWorld(history, spoil);
  const run = new Run(world, history);
  let broken: Played['broken'];
  try {
    await run.all();
  } catch (error) {
    broken =
      error instanceof BrokenPromise
        ? { promise: error.promise, words: error.message }
        : { promise: 'no bug is met', words: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    world.tell(`broken: ${error instanceof Error ? error.message : String(error)}`);
  }
  const played = { history, trace: [...world.trace], hash: world.traceHash(), counts: world.counts, broken };
  for (const device of world.devices) device.kill();
  await world.close();
  return played;
}

/** Where the first device has its `i`th file: with folders in folders, so that a walk has its steps. */
function folderFor(i: number, files: number, folders: number): string {
  if (folders === 0) return files > 8 && i % 9 > 0 ? `${root}/${nameMark}-many` : root;
  const at = i % (folders + 1);
  const above = at > 2 ? `${root}/${nameMark}-in-1` : root;
  return at === 0 ? root : `${above}/${nameMark}-in-${at}`;
}

/** What a history goes through, and what it did to whom. */
class Run {
  readonly #world: SimWorld;
  readonly #history: History;
  readonly #joined = new Set<SimDevice>();
  readonly #unplugged = new Map<SimDevice, () => void>();
  readonly #full = new Set<SimDevice>();
  readonly #addresses = new Set<SuiId>();
  #areTooManyDown = false;
  /** Nothing happened that may bring a deleted file back: a killed process takes what it had done for the user's doing. */
  #isExact = true;

  constructor(world: SimWorld, history: History) {
    this.#world = world;
    this.#history = history;
  }

  async all(): Promise<void> {
    const { devices, files, joinsWithFiles, isWhole, steps } = this.#history;
    this.#world.tell(
      `${devices} devices, ${files} files${joinsWithFiles ? ', joining with files' : ''}${isWhole ? ', the embedded network' : ''}`,
    );
    for (const device of this.#world.devices) await this.#setUp(device);
    for (const [index, step] of steps.entries()) {
      this.#world.tell(`${index + 1}. ${stepText(step)}`);
      this.#world.count(`step: ${step.kind}`);
      await this.#world.clock.sleep(stepMs);
      await this.#step(step);
    }
    this.#world.tell('all is well from here on');
    await this.#heal();
    await this.#rest();
    await this.#judge();
  }

  #device(index: number): SimDevice {
    const device = this.#world.devices[index % this.#world.devices.length];
    if (device === undefined) throw new Error('a world has devices');
    return device;
  }

  async #setUp(device: SimDevice): Promise<void> {
    const { files, folders = 0, joinsWithFiles } = this.#history;
    device.disk.user.makeFolder(root);
    const isFirst = device.index === 0;
    const count = isFirst ? files : joinsWithFiles ? 2 : 0;
    for (let i = 0; i < count; i++) {
      const folder = isFirst ? folderFor(i, files, folders) : root;
      device.disk.user.makeFolder(folder);
      // Some of a joining device's names are taken.
      const path = `${folder}/${nameMark}-${isFirst ? i : i + (joinsWithFiles ? 0 : 100)}`;
      device.disk.user.write(path, this.#world.people.newText(device.name));
    }
    await this.#install(device);
    if (isFirst) {
      const input = { folder: root, name: spaceName, mode: 'sync', leaseEpochs: undefined, space: undefined } as const;
      await device.engine.addSpace(input, never);
      this.#joined.add(device);
    } else await this.#join(device);
    await this.#calmPass(device);
  }

  async #install(device: SimDevice): Promise<void> {
    const name = device.installation === 0 ? device.name : `${device.name} ${device.installation}`;
    await device.engine.chooseDevice(name, never);
    const chosen = await device.engine.device();
    if (chosen === undefined) throw new Error('a device was chosen');
    const address = parseSuiId(chosen.address);
    if (!this.#addresses.has(address)) this.#world.network.fund(address, usualMist);
    this.#addresses.add(address);
    await device.engine.fund(never);
  }

  async #join(device: SimDevice): Promise<void> {
    await device.engine.recover(never);
    const input = { folder: root, name: undefined, mode: 'sync', leaseEpochs: undefined, space: spaceName } as const;
    await device.engine.addSpace(input, never);
    this.#joined.add(device);
  }

  /** A pass that nothing disturbs ends well. */
  async #calmPass(device: SimDevice): Promise<number> {
    const end = await pass(this.#world, device, true, undefined);
    if (end.kind !== 'done')
      throw new BrokenPromise(
        'a pass that nothing disturbs ends well',
        end.kind === 'fault' ? `${device.name}: ${end.fault.code} ${end.fault.message}` : 'killed',
      );
    const { applied, packs, problems, held } = end.report;
    return applied + packs.length + problems.length + held;
  }

  /** A device that lost its home comes back as soon as the network lets it. */
  async #isReady(device: SimDevice): Promise<boolean> {
    if (this.#joined.has(device)) return true;
    if (this.#unplugged.has(device)) return false;
    const end = await untilKilled(this.#world, device, undefined, async () => {
      await this.#install(device);
      await this.#join(device);
    });
    if (end.kind === 'fault') this.#world.tell(`  ${device.name}: cannot come back yet: ${end.fault.code}`);
    return end.kind === 'done';
  }

  async #step(step: Step): Promise<void> {
    const { network, people, clock } = this.#world;
    const device = 'device' in step ? this.#device(step.device) : this.#device(0);
    switch (step.kind) {
      case 'acts':
        if (!this.#unplugged.has(device)) actAll(this.#world, device, step.acts);
        return;
      case 'pass':
      case 'two-passes': {
        if (step.trouble?.does === 'act' && this.#unplugged.has(device)) return;
        const other = this.#device(step.device + 1);
        if (step.trouble !== undefined && step.trouble.does !== 'epoch') this.#isExact = false;
        if (!(await this.#isReady(device))) return;
        const isFull = step.kind === 'two-passes' || step.isFull;
        const isCalm = this.#isCalm(device) && step.trouble === undefined;
        const both = [pass(this.#world, device, isFull, step.trouble)];
        if (step.kind === 'two-passes' && this.#joined.has(other)) both.push(pass(this.#world, other, true, undefined));
        const [end] = await Promise.all(both);
        if (isCalm && end?.kind === 'fault')
          throw new BrokenPromise(
            'a pass that nothing disturbs ends well',
            `${device.name}: ${end.fault.code} ${end.fault.message}`,
          );
        return;
      }
      case 'wait':
        return clock.sleep(step.ms);
      case 'jump':
        device.wrongMs += step.ms;
        return;
      case 'epoch':
        return network.advanceEpoch();
      case 'node':
        await network.disturb(step.trouble);
        this.#world.count(`node: ${step.trouble}`);
        return;
      case 'nodes-well':
        this.#areTooManyDown = false;
        return network.mend();
      case 'too-many-down':
        this.#areTooManyDown = true;
        await network.disturb('stop');
        return network.stopMore();
      case 'unplug':
        return this.#unplug(device, step.leaves);
      case 'plug':
        return this.#plug(device);
      case 'fill-disk':
        if (step.isSpool) device.spool.roomBytes = 0;
        else device.disk.tree.roomBytes = roomBytesFull;
        this.#full.add(device);
        return;
      case 'free-disk':
        return this.#free(device);
      case 'release':
        if (!this.#unplugged.has(device) && this.#joined.has(device)) await device.engine.release(spaceName);
        return;
      case 'resolve':
        return this.#resolve(device, step.pick);
      case 'upkeep': {
        const other = this.#device(step.device + 1);
        if (!this.#joined.has(device)) return;
        if (step.trouble !== undefined) this.#isExact = false;
        await Promise.all([
          upkeepTurn(this.#world, device, step.trouble),
          step.isBesidePass === true && this.#joined.has(other) ? pass(this.#world, other, true, undefined) : undefined,
        ]);
        return;
      }
      case 'collect':
        if (!this.#joined.has(device)) return;
        if (step.trouble !== undefined) this.#isExact = false;
        return collectGarbage(
          this.#world,
          device,
          [...this.#joined].filter((one) => one !== device),
          step.trouble,
        );
      case 'thin':
        return this.#joined.has(device) ? thinPast(this.#world, device, step.days) : undefined;
      case 'choose':
        return this.#joined.has(device)
          ? chooseFolder(this.#world, device, step.pick, step.isHolderRemoved === true && !this.#unplugged.has(device))
          : undefined;
      case 'call-gone':
        return this.#joined.has(device)
          ? callGone(this.#world, device, this.#device(step.device + 1), step.isGone)
          : undefined;
      case 'restore':
        return this.#joined.has(device)
          ? restoreBeside(this.#world, device, step.pick, this.#isCalm(device))
          : undefined;
      case 'move-root':
        if (this.#unplugged.has(device) || !this.#joined.has(device)) return;
        if (step.trouble !== undefined) this.#isExact = false;
        actAll(this.#world, device, step.acts);
        return moveRoot(this.#world, device, step.trouble, this.#isCalm(device) && step.trouble === undefined);
      case 'reinstall':
        if (this.#unplugged.has(device) || !this.#joined.has(device)) return;
        this.#isExact = false;
        this.#joined.delete(device);
        await device.loseHome();
        people.gone.clear();
        return;
      case 'recover':
        if (!this.#areTooManyDown) await demandRestorable(this.#world, undefined);
        return;
    }
  }

  /** Nothing stands in the way of a pass of this device. */
  #isCalm(device: SimDevice): boolean {
    return !this.#world.network.isDisturbed && !this.#unplugged.has(device) && !this.#full.has(device);
  }

  #unplug(device: SimDevice, leaves: Extract<Step, { kind: 'unplug' }>['leaves']): void {
    if (this.#unplugged.has(device)) return;
    const { user } = device.disk;
    const back = user.unplug(root);
    if (leaves !== 'nothing') user.makeFolder(root);
    // Another disk at the same place.
    if (leaves === 'another folder') user.write(`${root}/${nameMark}-other`, 'of another disk');
    this.#unplugged.set(device, () => {
      if (user.exists(root)) user.unplug(root);
      back();
    });
  }

  #plug(device: SimDevice): void {
    this.#unplugged.get(device)?.();
    this.#unplugged.delete(device);
  }

  #free(device: SimDevice): void {
    device.spool.roomBytes = Number.POSITIVE_INFINITY;
    device.disk.tree.roomBytes = Number.POSITIVE_INFINITY;
    this.#full.delete(device);
  }

  async #resolve(device: SimDevice, pick: number): Promise<void> {
    if (!this.#joined.has(device) || this.#unplugged.has(device)) return;
    const lines = await device.engine.conflicts(spaceName);
    const line = lines[Math.floor(pick * lines.length)];
    if (line === undefined) return;
    const keep = (['mine', 'theirs', 'both'] as const)[Math.floor(pick * 997) % 3] ?? 'both';
    for (const { path } of [line.kept, line.beside])
      this.#world.people.giveUp(below(device.disk, `${root}/${path}`).values());
    this.#world.count('conflicts resolved');
    try {
      await device.engine.resolve(spaceName, line.kept.path, keep);
      this.#world.tell(`  ${device.name}: keeps ${keep} of ${line.kept.path}`);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      this.#world.tell(`  ${device.name}: ${fault.code}`);
    }
  }

  async #heal(): Promise<void> {
    this.#areTooManyDown = false;
    await this.#world.network.mend();
    for (const device of this.#world.devices) {
      this.#plug(device);
      this.#free(device);
      const everything = { space: spaceName, only: undefined, without: [] };
      if (this.#joined.has(device)) await device.engine.select(everything);
    }
  }

  /** Passes of all until none has anything to do. */
  async #rest(): Promise<void> {
    const { devices } = this.#world;
    let quiet = 0;
    for (let round = 0; quiet < 1; round++) {
      if (round === roundsMax) throw new BrokenPromise('all come to rest', `not in ${roundsMax} rounds`);
      let busy = 0;
      for (const device of devices) {
        if (!(await this.#isReady(device))) throw new BrokenPromise('a lost home comes back', device.name);
        await device.engine.release(spaceName);
        busy += await this.#calmPass(device);
      }
      quiet = busy > 0 ? 0 : quiet + 1;
    }
  }

  async #judge(): Promise<void> {
    demandEqualTrees(this.#world);
    demandPeoplesWill(this.#world, this.#isExact);
    await demandReach(this.#world);
    await demandRestorable(this.#world, this.#device(0));
    await demandHonestBooks(this.#world, this.#addresses);
    await demandWhole(this.#world);
  }
}
