/**
 * What a user may expect, asked of a world after its history: small, and told without any word of how it is done.
 */
import { nodeCrypto } from '../../app/adapters/crypto/crypto.ts';
import { faultOf } from '../../app/domain/fault.ts';
import { parseChunkId, type SuiId } from '../../app/domain/ids.ts';
import { spaceKeys, unwrapSpaceKey } from '../../app/formats/space-keys.ts';
import type { Chain } from '../../app/ports/chain.ts';
import type { IntentRow } from '../../app/ports/intents.ts';
import { below, root, spaceName } from './people.ts';
import type { SimDevice } from './sim-device.ts';
import { BrokenPromise, type SimWorld } from './sim-world.ts';

const never = new AbortController().signal;
const rowsMax = 100_000;

const some = (texts: Iterable<string>): string =>
  [...texts]
    .slice(0, 4)
    .map((text) => `'${text.trim()}'`)
    .join(', ');

/** Kind, content and permissions of all that is below a folder. */
export function treeOf({ disk }: SimDevice, folder: string): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  for (const [path, text] of below(disk, folder)) {
    const inode = disk.tree.find(path);
    const mode = inode?.kind === 'symlink' ? '' : inode?.mode.toString(8);
    // A time alone makes no version, so times may differ.
    tree.set(path.slice(folder.length + 1), `${inode?.kind ?? ''} ${mode ?? ''} ${text ?? ''}`);
  }
  return tree;
}

function demandSame(promise: string, one: SimDevice, other: ReadonlyMap<string, string>, name: string): void {
  const mine = treeOf(one, root);
  for (const path of new Set([...mine.keys(), ...other.keys()])) {
    const [here, there] = [mine.get(path), other.get(path)];
    if (here !== there)
      throw new BrokenPromise(
        promise,
        `${path} is '${here ?? 'nothing'}' on ${one.name} and '${there ?? 'nothing'}' on ${name}`,
      );
  }
}

export function demandEqualTrees({ devices }: SimWorld): void {
  const [first, ...others] = devices;
  if (first === undefined) return;
  for (const other of others) demandSame('all devices hold the same', first, treeOf(other, root), other.name);
}

/** Deletes follow deletes, and nothing else: what nobody removed stands, and what somebody removed is not brought back. */
export function demandPeoplesWill({ devices, people }: SimWorld, isExact: boolean): void {
  const [first] = devices;
  if (first === undefined) return;
  const texts = new Set(below(first.disk, root).values());
  const lost = [...people.wanted].filter((text) => !texts.has(text));
  if (lost.length > 0)
    throw new BrokenPromise('deletes only follow deletes', `${some(lost)} is gone, and nobody removed it`);
  const back = isExact ? [...people.gone].filter((text) => texts.has(text)) : [];
  if (back.length > 0) throw new BrokenPromise('what was deleted stays deleted', `${some(back)} came back`);
}

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whatever a pass left alone, and whatever an engine put away, is in the folder or in the past of a device, those that are no more among them. */
export async function demandReach(world: SimWorld): Promise<void> {
  const { devices, stable, displaced, account } = world;
  const inReach = new Set<string>();
  const named = new Map<string, string>();
  for (const { catalog, disk } of devices) {
    for (const text of below(disk, root).values()) if (text !== undefined) inReach.add(text);
    const row = (await catalog.spaces()).find(({ name }) => name === spaceName);
    if (row === undefined) continue;
    const { chunkId } = spaceKeys(nodeCrypto, unwrapSpaceKey(nodeCrypto, account.key, row.id, row.sealedKey));
    for (const text of [...stable, ...displaced])
      if (!named.has(text)) named.set(text, parseChunkId(nodeCrypto.hmac(chunkId, textBytes(text))));
    const past = new Set<string>();
    for (const { sequence, state } of await catalog.snapshots(row.num)) {
      if (state !== 'certified') continue;
      for (const { content } of await catalog.treeAt(row.num, '', sequence, undefined, rowsMax))
        for (const id of content.chunks) past.add(id);
    }
    const ids = [...past].map((id) => parseChunkId(id));
    const places = await catalog.chunkLocations(ids);
    const safe = new Set(ids.filter((_, i) => places[i]?.packState === 'live' || places[i]?.packState === 'certified'));
    for (const [text, id] of named) if (safe.has(parseChunkId(id))) inReach.add(text);
  }
  if ([...stable, ...displaced].some((text) => !inReach.has(text)))
    for (const text of await textsBeside(world)) inReach.add(text);
  const isGivenUp = (text: string): boolean => world.isThinned && !world.people.wanted.has(text);
  const lost = [...stable].filter((text) => !inReach.has(text) && !isGivenUp(text));
  if (lost.length > 0) throw new BrokenPromise('nothing that was seen stable is out of reach', some(lost));
  const unsafe = [...displaced].filter((text) => text !== '' && !inReach.has(text) && !isGivenUp(text));
  if (unsafe.length > 0) throw new BrokenPromise('nothing is written over that is not stored', some(unsafe));
}

/** What any device was certified at beside the line of the first one: a device that lost its home left its past to the others. */
async function textsBeside({ devices }: SimWorld): Promise<readonly string[]> {
  const [device] = devices;
  if (device === undefined) return [];
  const found: string[] = [];
  const sides = (await device.engine.log(spaceName)).filter(({ isSide }) => isSide);
  for (const [i, { snapshot }] of sides.entries()) {
    const to = `/beside ${i}`;
    device.disk.user.makeFolder(to);
    await device.engine.restore({ space: spaceName, to, paths: [], at: snapshot, overwrite: 'never' }, never);
    for (const text of below(device.disk, to).values()) if (text !== undefined) found.push(text);
    device.disk.user.remove(to);
  }
  return found;
}

/** An empty home has everything back from the phrase alone, with a third of what may fail gone. */
export async function demandRestorable(world: SimWorld, like: SimDevice | undefined): Promise<void> {
  const promise = 'what is certified can be restored';
  const home = world.emptyHome();
  const wasWell = !world.network.isDisturbed;
  if (wasWell) await world.network.disturb('stop');
  try {
    const { problems } = await home.engine.recover(never);
    for (const { fault } of problems) throw fault;
    const to = '/restored';
    home.disk.user.makeFolder(to);
    const done = await home.engine.restore(
      { space: spaceName, to, paths: [], at: undefined, overwrite: 'never' },
      never,
    );
    for (const { fault } of done.problems) throw fault;
    world.count('restored from the phrase');
    if (like) {
      demandSame(promise, like, treeOf(home, to), 'the restored home');
      // Nobody asks a device that is called gone what it still needs of the past.
      if (!(world.isThinned && world.isCalledGone)) await demandEveryMoment(world, home);
    }
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    throw new BrokenPromise(promise, `${fault.code} ${fault.message}`);
  } finally {
    await home.catalog.close();
    if (wasWell) await world.network.mend();
  }
}

/** Moments whose trees are restored and compared; all of them are looked for. */
const momentsCompared = 3;

/** What any device was certified at is listed on a home that has nothing but the phrase, and is what it was. */
async function demandEveryMoment(world: SimWorld, home: SimDevice): Promise<void> {
  const promise = 'every certified moment of every device comes back';
  const log = await home.engine.log(spaceName);
  const listed = new Map(log.map((line) => [line.snapshot, line]));
  let compared = 0;
  for (const { name, catalog } of world.devices) {
    const row = (await catalog.spaces()).find((one) => one.name === spaceName);
    for (const { snapshot, sequence, state } of row ? await catalog.snapshots(row.num) : []) {
      if (state !== 'certified') continue;
      const line = listed.get(snapshot);
      if (line === undefined && world.isThinned) continue;
      if (line === undefined) throw new BrokenPromise(promise, `snapshot ${sequence} of ${name} is not listed`);
      if (!line.isSide || row === undefined || compared >= momentsCompared) continue;
      const to = `/moment ${compared++}`;
      home.disk.user.makeFolder(to);
      const done = await home.engine.restore(
        { space: spaceName, to, paths: [], at: snapshot, overwrite: 'never' },
        never,
      );
      for (const { fault } of done.problems) throw fault;
      const was = (await catalog.treeAt(row.num, '', sequence, undefined, rowsMax)).map(({ path }) => path);
      const is = [...treeOf(home, to).keys()];
      if (was.toSorted().join('/') !== is.toSorted().join('/'))
        throw new BrokenPromise(promise, `${sequence} of ${name} is ${some(is)} and was ${some(was)}`);
      world.count('restored a moment of another device');
    }
  }
}

/** A home that was lost with an open intent never settles it: what became of that the chain knows. */
async function intentsOf(device: SimDevice, chain: Chain): Promise<readonly IntentRow[]> {
  const past: IntentRow[] = [];
  for (const intent of device.pastIntents) {
    const outcome = intent.state === 'prepared' ? await chain.outcome(intent.digest) : undefined;
    if (outcome?.isSuccess === true) past.push({ ...intent, state: 'succeeded', paidFrost: outcome.frost });
    else if (intent.state === 'prepared') past.push({ ...intent, state: 'failed', paidFrost: 0n });
    else past.push(intent);
  }
  return [...past, ...(await device.catalog.intents(rowsMax))];
}

/** The books are the chain's: what was quoted was paid, once, and nothing else was. */
export async function demandHonestBooks(world: SimWorld, addresses: ReadonlySet<SuiId>): Promise<void> {
  const promise = 'spend equals confirmed quotes';
  const { network, devices, clock } = world;
  const chain = network.chain(clock, () => 'passes');
  const byDigest = new Map<string, IntentRow>();
  for (const device of devices)
    for (const intent of await intentsOf(device, chain)) byDigest.set(intent.digest, intent);
  let paid = 0n;
  for (const { kind, state, frost, paidFrost = 0n, digest } of byDigest.values()) {
    if (state === 'prepared') throw new BrokenPromise(promise, `a ${kind} is open for ever`);
    paid += paidFrost;
    if (state === 'succeeded' && kind === 'register' && paidFrost !== frost)
      throw new BrokenPromise(promise, `a ${kind} was quoted ${frost} and cost ${paidFrost} (${digest})`);
  }
  let left = 0n;
  for (const address of addresses) left += (await chain.balances(address)).frost;
  if (left !== -paid) throw new BrokenPromise(promise, `the books say that ${-paid} FROST are left, the chain ${left}`);
  const registered = new Map<string, number>();
  const pools = new Set<string>();
  for (const { digest, pool, blob } of network.bought()) {
    if (byDigest.get(digest)?.state !== 'succeeded')
      throw new BrokenPromise(promise, `${blob ?? pool} was bought and is not in the books`);
    pools.add(pool);
    if (blob !== undefined) registered.set(`${pool} ${blob}`, (registered.get(`${pool} ${blob}`) ?? 0) + 1);
  }
  const installations = devices.reduce((sum, { installation }) => sum + installation + 1, 0);
  if (pools.size > installations)
    throw new BrokenPromise(
      'nothing is paid twice',
      `${pools.size} pools were bought by ${installations} installations`,
    );
  for (const [pack, times] of registered)
    if (times > 1) throw new BrokenPromise('nothing is paid twice', `${pack} was registered ${times} times`);
}

export async function demandWhole({ devices, network }: SimWorld): Promise<void> {
  if (network.leak !== undefined) throw new BrokenPromise('plaintext never leaves', network.leak);
  for (const { name, engine } of devices) {
    const words = await engine.integrity();
    if (words !== undefined) throw new BrokenPromise('the catalog is whole', `${name}: ${words}`);
  }
}
