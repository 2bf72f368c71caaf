/** A pass of a device in a simulated world, with whatever happens in the middle of it; and what a pass that ended well lets people expect. */
import { Fault, faultOf } from '../../app/domain/fault.ts';
import { reservedPrefix } from '../../app/stages/scan/scan.ts';
import type { SyncReport } from '../../app/engine/engine.ts';
import type { Act, Trouble } from './history.ts';
import { below, root, spaceName } from './people.ts';
import type { SimDevice } from './sim-device.ts';
import { demandIdentities, entriesOf } from './identities.ts';
import { BrokenPromise, type SimWorld } from './sim-world.ts';
import { nextSuffix } from './watched.ts';

export type PassEnd =
  | { readonly kind: 'done'; readonly report: SyncReport }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'killed' };

/** No pass takes so long, whatever the network does: its patience is minutes. */
const hangMs = 40 * 24 * 3_600_000;

/** People act while a device is at work, and between. */
export function actAll(world: SimWorld, device: SimDevice, acts: readonly Act[]): void {
  for (const act of acts) {
    const said = world.people.act(device.disk, device.name, act);
    if (said === undefined) continue;
    world.tell(`    ${device.name}: ${said}`);
    world.count(`person: ${act.kind}`);
  }
}

/** The places that a call to a disk is about: the first of its list. */
function pathsOf(args: readonly unknown[]): readonly string[] {
  const [, list] = args;
  const [first] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  if (typeof first !== 'object' || first === null) return [];
  const fields = first as Readonly<Record<string, unknown>>;
  return [fields['path'], fields['from']].flatMap((path) =>
    typeof path === 'string' && !path.includes(reservedPrefix) ? [path] : [],
  );
}

/** Steps of a walk count for who waits for a walk. */
const isAt = (name: string, where: string): boolean =>
  name.endsWith(nextSuffix) ? where === name.slice(0, -nextSuffix.length) : name.startsWith(where);

/** Arms a device; the result tells whether it happened, and disarms. */
function arm(world: SimWorld, device: SimDevice, trouble: Trouble | undefined, stop: () => void): () => boolean {
  let calls = 0;
  let hasHappened = false;
  let isLosing: 'request-lost' | 'answer-lost' | undefined;
  let acted = 0;
  device.meet = (name, args) => {
    if (trouble === undefined || !isAt(name, trouble.where) || ++calls < trouble.at) return { cut: undefined };
    const { does, when, gap = 0 } = trouble;
    if (hasHappened) {
      const next = trouble.acts[acted];
      if (does !== 'act' || next === undefined || calls < trouble.at + acted * gap) return { cut: undefined };
      acted++;
      actAll(world, device, [next]);
      return { cut: undefined };
    }
    hasHappened = true;
    world.tell(`    ${device.name}: ${does} ${when} ${name}`);
    world.count(`trouble: ${does}`);
    switch (does) {
      case 'kill':
      case 'power-cut':
        return { cut: when };
      case 'act':
        acted = gap > 0 ? 1 : trouble.acts.length;
        actAll(world, device, trouble.acts.slice(0, acted));
        break;
      case 'stop':
        stop();
        break;
      case 'pause':
        void device.engine.steering.pause(undefined, undefined).catch(() => undefined);
        break;
      case 'act-there':
        for (const path of pathsOf(args)) {
          const said = world.people.saveAt(device.disk, device.name, `${root}/${path}`);
          if (said !== undefined) world.tell(`    ${device.name}: ${said}`);
        }
        break;
      case 'epoch':
        world.network.advanceEpoch();
        break;
      case 'lose-request':
        isLosing = 'request-lost';
        break;
      case 'lose-answer':
        isLosing = 'answer-lost';
        break;
    }
    return { cut: undefined };
  };
  device.meetRequest = () => {
    const fate = isLosing ?? 'passes';
    isLosing = undefined;
    return fate;
  };
  return () => {
    device.meet = () => ({ cut: undefined });
    device.meetRequest = () => 'passes';
    return hasHappened;
  };
}

/** Works until it is done or killed. A killed process is started again. */
export async function untilKilled<T>(
  world: SimWorld,
  device: SimDevice,
  trouble: Trouble | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'killed' } | { kind: 'fault'; fault: Fault }
> {
  const stopped = new AbortController();
  const disarm = arm(world, device, trouble, () => stopped.abort(new Fault('cancelled', 'later', 'The host ends.')));
  const patience = new AbortController();
  const hang = world.clock.sleep(hangMs, patience.signal).then(
    () => ({ kind: 'hangs' }) as const,
    () => ({ kind: 'hangs' }) as const,
  );
  const outcome = await Promise.race([
    device.whenKilled.then(() => ({ kind: 'killed' }) as const),
    work(stopped.signal).then(
      (value) => ({ kind: 'done', value }) as const,
      (error: unknown) => {
        const fault = faultOf(error);
        if (fault === undefined) throw error;
        return { kind: 'fault', fault } as const;
      },
    ),
    hang,
  ]);
  const hasHappened = disarm();
  const said = world.people.finish(device.disk, device.name);
  if (said !== undefined) world.tell(`    ${device.name}: ${said}`);
  patience.abort();
  if (outcome.kind === 'hangs') throw new BrokenPromise('a pass ends', `${device.name} waits for ever`);
  if (outcome.kind !== 'killed') {
    if (hasHappened && trouble?.does === 'pause') await device.engine.steering.resume(undefined);
    return outcome;
  }
  if (hasHappened && trouble?.does === 'power-cut') device.losePower();
  device.start();
  if (trouble?.does === 'pause') await device.engine.steering.resume(undefined);
  return outcome;
}

type Standing = ReadonlyMap<string, { readonly text: string; readonly look: string }>;

/** Files and links with all that a person sees of them. */
function standing(device: SimDevice): Standing {
  const found = new Map<string, { text: string; look: string }>();
  if (device.disk.tree.find(root) === undefined) return found;
  for (const [path, text] of below(device.disk, root)) {
    const inode = device.disk.tree.find(path);
    if (text === undefined || inode === undefined) continue;
    found.set(path, { text, look: `${inode.number} ${inode.ctimeNs}` });
  }
  return found;
}

export async function pass(
  world: SimWorld,
  device: SimDevice,
  isFull: boolean,
  trouble: Trouble | undefined,
): Promise<PassEnd> {
  const before = standing(device);
  const entries = await entriesOf(device);
  const end = await untilKilled(world, device, trouble, async (signal) => {
    const [report] = await (isFull ? device.engine.sync(spaceName, signal) : device.engine.follow(spaceName, signal));
    if (report === undefined) throw new Error('a pass of a space reports on it');
    return report;
  });
  switch (end.kind) {
    case 'killed':
      world.count('killed');
      world.tell(`  ${device.name}: killed`);
      return end;
    case 'fault':
      world.count('passes with a fault');
      world.tell(`  ${device.name}: ${end.fault.code} ${end.fault.message}`);
      return end;
    case 'done':
      if (noteReport(world, device, end.value, before)) await demandIdentities(world, device, entries);
      return { kind: 'done', report: end.value };
  }
}

/** What stood there before and after, and was no problem, is kept from now on. True when the pass had to do with this disk alone, and all went well. */
function noteReport(world: SimWorld, device: SimDevice, report: SyncReport, before: Standing): boolean {
  const { applied, conflicts, held, packs, problems, snapshot } = report;
  const troubles = problems.map(({ path, fault }) => `${path === '' ? '/' : path} ${fault.code}`);
  world.tell(
    `  ${device.name}: applied ${applied}, conflicts ${conflicts}, held ${held}, packs ${packs.length}, snapshot ${snapshot?.slice(0, 8) ?? 'none'}${troubles.length > 0 ? `, problems: ${troubles.join('; ')}` : ''}`,
  );
  world.count('passes');
  world.count('operations applied', applied);
  world.count('conflicts', conflicts);
  world.count('packs certified', packs.length);
  if (held > 0) world.count('passes with held deletions');
  if (problems.length > 0) world.count('passes with problems');
  if (report.paused !== undefined) world.count('passes that were paused');
  if (problems.length > 0 || held > 0 || report.paused !== undefined) return false;
  const after = standing(device);
  for (const [path, { text, look }] of before) if (after.get(path)?.look === look) world.stable.add(text);
  return applied === 0 && conflicts === 0;
}
