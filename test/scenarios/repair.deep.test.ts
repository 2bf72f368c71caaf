/** Packs that lose slivers, and packs that cannot be rebuilt: what heals by itself, what is made anew, and what is said by name. */
import type { Fault } from '../../app/domain/fault.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openNodes } from '../../app/adapters/nodes/nodes.ts';
import { blobIdToBytes, pairOfShard } from '../../app/domain/blob-id.ts';
import { concatBytes, fromHex, sameBytes } from '../../app/domain/bytes.ts';
import { faultOf } from '../../app/domain/fault.ts';
import { parseMetadata, sliverHashIn } from '../../app/domain/metadata-form.ts';
import {
  inconsistencyProofBody,
  isComplete,
  parseInconsistencyProof,
  parseRecoverySymbols,
  type ProvenSymbol,
} from '../../app/domain/recovery-symbols.ts';
import { sliverForm } from '../../app/domain/sliver-form.ts';
import type { KeptProof, RemadePack } from '../../app/engine/engine.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { openWrongEncoder } from '../world/wrong-encoder.ts';
import { openWorld, type Device, type World } from '../world/world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const never = new AbortController().signal;
const everything = { share: 1, repairs: false };
const repairs = { share: 1, repairs: true };
let world: World;
let laptop: Device;
let content: Uint8Array;
beforeEach(async () => {
  world = await openWorld({ seed: 47 });
  laptop = await world.device('laptop');
  content = world.dice.bytes(400_000);
  laptop.disk.user.write('/home/docs/one', content);
  laptop.disk.user.write('/home/docs/deep/er/two', world.dice.bytes(30_000));
  await laptop.protect('/home/docs');
  await laptop.sync();
});
afterEach(() => world.close());

const wipe = async (...indices: readonly number[]): Promise<void> => {
  for (const index of indices) await world.nodes[index]?.wipe();
};
const wipeAll = (): Promise<void> => wipe(0, 1, 2, 3);

describe('the daily check', () => {
  it('mends packs that nodes lost too much of, pays nothing, and leaves others to the user', async () => {
    await wipe(3);
    const mild = await laptop.engine.dailyCheck(never);
    expect(mild?.missing).toBeGreaterThan(0);
    expect(mild).toMatchObject({ weak: 0, repaired: 0 });
    await wipe(2);
    const paid = await laptop.intents();
    let repaired = 0;
    // A day's sample may miss how bad it is; one of the next does not.
    for (let day = 0; day < 7; day++) {
      await world.clock.sleep(86_400_000, never);
      const found = await laptop.engine.dailyCheck(never);
      expect(found?.remade).toEqual([]);
      repaired += found?.repaired ?? 0;
    }
    expect(repaired).toBeGreaterThan(0);
    expect(await laptop.intents()).toBe(paid);
    expect(await laptop.engine.check(everything, never)).toMatchObject({ missing: 0, weak: 0, findings: [] });
  });

  it('says which packs are lost and makes nothing anew by itself', async () => {
    await wipeAll();
    const paid = await laptop.intents();
    const found = await laptop.engine.dailyCheck(never);
    expect(found?.findings.map(({ health }) => health)).toEqual(found?.findings.map(() => 'lost'));
    expect(found?.remade).toEqual([]);
    expect(await laptop.intents()).toBe(paid);
  });
});

/** A computer that begins with the phrase names the packs in which something is lost for good, and no other. */
function expectNamed(problems: readonly { readonly fault: Fault }[], remade: readonly RemadePack[]): void {
  const lost = remade.filter((pack) => pack.lost.length > 0).map(({ blobId }) => blobId);
  expect(problems.map(({ fault }) => fault.code)).toEqual(lost.map(() => 'blob-unavailable'));
  for (const blobId of lost) expect(problems.some(({ fault }) => fault.message.includes(blobId))).toBe(true);
}

describe('a pack that is lost', () => {
  it('edge 94: is made anew from the folder, so that a computer with the phrase alone has everything', async () => {
    laptop.disk.user.write('/home/docs/one', new Uint8Array([...content, 1]));
    await laptop.sync();
    await wipeAll();
    const report = await laptop.engine.check(repairs, never);
    for (const pack of report.remade)
      expect(pack).toMatchObject({ health: 'lost', problem: undefined, lostHistory: 0 });
    expect(report.remade.flatMap(({ lost }) => lost.filter(({ isNewest }) => isNewest))).toEqual([]);
    expect(report.remade.reduce((sum, { remade }) => sum + remade, 0)).toBeGreaterThan(0);
    const fresh = await world.emptyHome('fresh');
    const recovered = await fresh.engine.recover(never);
    expectNamed(recovered.problems, report.remade);
    expect(recovered.spaces[0]?.snapshots).toBe(2);
    const to = await fresh.restored('docs');
    expect(fresh.disk.user.read(`${to}/one`)).toEqual(new Uint8Array([...content, 1]));
    expect(fresh.disk.user.read(`${to}/deep/er/two`)).toEqual(laptop.disk.user.read('/home/docs/deep/er/two'));
  });

  it('whose files are gone from this disk too is said by name, and nothing else is lost', async () => {
    laptop.disk.user.remove('/home/docs/one');
    await laptop.sync();
    laptop.disk.user.write('/home/docs/three', 'young');
    await laptop.sync();
    laptop.disk.user.remove('/home/docs/deep/er/two');
    await wipeAll();
    const report = await laptop.engine.check(repairs, never);
    const lost = report.remade.flatMap((pack) => pack.lost);
    expect(new Set(lost.map(({ path, isNewest }) => `${path} ${isNewest}`))).toEqual(
      new Set(['one false', 'deep/er/two true']),
    );
    expect(report.remade.map(({ lostHistory }) => lostHistory)).toEqual(report.remade.map(() => 0));
    const fresh = await world.emptyHome('fresh');
    const { spaces, problems } = await fresh.engine.recover(never);
    expectNamed(problems, report.remade);
    expect(spaces[0]).toMatchObject({ snapshots: 3 });
    const to = await fresh.restored('docs', { paths: ['three'] });
    expect(fresh.disk.user.text(`${to}/three`)).toBe('young');
    const past = await fresh.engine.restore({ space: 'docs', to, paths: [], at: undefined, overwrite: 'never' }, never);
    expect(past.problems.map(({ path }) => path)).toEqual(['deep/er/two']);
  });

  it('gets what turns up again, and is deleted when nothing needs it any more', async () => {
    const two = laptop.disk.user.read('/home/docs/deep/er/two');
    laptop.disk.user.remove('/home/docs/deep/er/two');
    await wipeAll();
    const first = await laptop.engine.check(repairs, never);
    expect(first.remade.flatMap(({ lost }) => lost.map(({ path }) => path))).toEqual(['deep/er/two']);
    laptop.disk.user.write('/home/docs/elsewhere', two);
    await laptop.sync();
    const second = await laptop.engine.check(repairs, never);
    expect(second.remade.flatMap(({ lost }) => lost)).toEqual([]);
    expect(await laptop.engine.check(everything, never)).toMatchObject({ weak: 0, findings: [] });
    await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    await world.clock.sleep(20 * 86_400_000, never);
    const { collected } = await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    expect(collected.deleted.packs).toBeGreaterThan(0);
    const to = await laptop.restored('docs');
    expect(laptop.disk.user.read(`${to}/elsewhere`)).toEqual(two);
  });

  it('survives a kill at every point of being made anew, and is paid once', async () => {
    await wipeAll();
    for (const point of ['remake:spooled', 'pack:registered', 'pack:certified', 'remake:head-moved', 'remake:done'])
      await laptop.crashAt(point, () => laptop.engine.check(repairs, never));
    const report = await laptop.engine.check(repairs, never);
    const registered = (await laptop.catalog.intents(1_000)).filter(({ kind }) => kind === 'register');
    expect(new Set(registered.map(({ pack }) => pack)).size).toBe(registered.length);
    expect(report.remade.flatMap(({ lost, problem }) => [...lost, ...(problem ? [problem] : [])])).toEqual([]);
    expect(await laptop.engine.check(everything, never)).toMatchObject({ findings: [] });
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    expect(fresh.disk.user.read(`${await fresh.restored('docs')}/one`)).toEqual(content);
  });
});

describe('what is made anew', () => {
  it('is links, long files and every listing of the past as well', async () => {
    const { user } = laptop.disk;
    user.write('/home/docs/long', world.dice.bytes(2_000_000));
    user.symlink('/home/docs/deep/link', 'er/two');
    await laptop.sync();
    expect((await laptop.catalog.entryAt(1, 'long'))?.content.depth).toBe(1);
    user.rename('/home/docs/deep', '/home/docs/moved');
    user.write('/home/docs/moved/er/new/leaf', 'leaf');
    await laptop.sync();
    user.rename('/home/docs/moved/er/two', '/home/docs/two');
    await laptop.sync();
    const past = (await laptop.engine.log('docs')).map(({ snapshot }) => snapshot);
    await wipeAll();
    const report = await laptop.engine.check(repairs, never);
    expect(report.remade.map(({ lost, lostHistory, problem }) => [lost, lostHistory, problem])).toEqual(
      report.remade.map(() => [[], 0, undefined]),
    );
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    expect((await fresh.engine.log('docs')).map(({ snapshot }) => snapshot)).toEqual(past);
    for (const at of [past.at(0), past.at(-1)].flatMap((id) => id ?? [])) {
      const [mine, theirs] = [await laptop.restored('docs', { at }), await fresh.restored('docs', { at })];
      expect(fresh.disk.user.picture(theirs)).toEqual(user.picture(mine));
    }
  });

  it('is also what can still be read of the pack itself, when the folder is gone', async () => {
    const { user } = laptop.disk;
    for (let i = 0; i < 60; i++) user.write(`/home/docs/small/${i}`, world.dice.bytes(3_000));
    await laptop.sync();
    user.remove('/home/docs');
    const last = (await laptop.catalog.packs(1, ['live'])).at(-1)?.blobId ?? noBlob();
    const { committee } = await laptop.engine.network(never);
    // Whoever has most rows of the youngest pack is left; alone it has too little to rebuild it.
    const rowsOf = (node: number): number =>
      (committee.members.find(({ nodeId }) => nodeId === world.nodes[node]?.nodeId)?.shards ?? []).filter(
        (shard) => pairOfShard(shard, last, 10) < 4,
      ).length;
    const [, ...poor] = [0, 1, 2, 3].toSorted((a, b) => rowsOf(b) - rowsOf(a));
    await wipe(...poor);
    const report = await laptop.engine.check(repairs, never);
    const [chunks, remade] = [sumOf(report.remade, 'chunks'), sumOf(report.remade, 'remade')];
    const files = new Set(report.remade.flatMap(({ lost }) => lost.map(({ path }) => path)));
    expect(remade).toBeGreaterThan(0);
    expect(remade).toBeLessThan(chunks);
    expect(files.size).toBeLessThan(62);
    const to = '/left';
    user.makeFolder(to);
    const done = await laptop.engine.restore(
      { space: 'docs', to, paths: [], at: undefined, overwrite: 'never' },
      never,
    );
    expect(new Set(done.problems.map(({ path }) => path))).toEqual(files);
  });

  it('reaches other computers of the account, which leave the pack to the one that stored it', async () => {
    const desk = await world.device('desk');
    await desk.engine.recover(never);
    desk.disk.user.makeFolder('/desk/docs');
    await desk.protect('/desk/docs', { join: 'docs' });
    await desk.sync('docs');
    await wipeAll();
    const theirs = await desk.engine.check(repairs, never);
    expect(theirs.remade.map(({ problem }) => problem?.retry)).toEqual(theirs.remade.map(() => 'after-user'));
    const mine = await laptop.engine.check(repairs, never);
    expect(mine.remade.flatMap(({ lost, problem }) => [...lost, ...(problem ? [problem] : [])])).toEqual([]);
    laptop.disk.user.write('/home/docs/more', 'more');
    await laptop.sync();
    await desk.sync('docs');
    expect(desk.disk.user.text('/desk/docs/more')).toBe('more');
    await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    await world.clock.sleep(20 * 86_400_000, never);
    await desk.sync('docs');
    await laptop.engine.tidy({ space: 'docs', gone: [] }, never);
    await desk.sync('docs');
    expect(desk.disk.user.read(`${await desk.restored('docs')}/one`)).toEqual(content);
  });
});

const noBlob = (): never => {
  throw new Error('there is a pack');
};

const sumOf = (packs: readonly RemadePack[], key: 'chunks' | 'remade'): number =>
  packs.reduce((sum, pack) => sum + pack[key], 0);

describe('a blob that was encoded wrongly', () => {
  const encoder = openWrongEncoder();
  const pool = encoder.pool;

  it.each([
    { axis: 'secondary', index: 4 },
    { axis: 'primary', index: 1 },
  ] as const)('in $axis sliver $index is proved inconsistent, told to the nodes, and made anew', async (wrong) => {
    const tower = await world.device('tower', { pool });
    encoder.wrong = wrong;
    tower.disk.user.write('/home/work/file', content);
    await tower.protect('/home/work');
    await tower.sync('work');
    encoder.wrong = undefined;
    const bad = (await tower.catalog.packs(1, ['live'])).map(({ blobId }) => blobId);
    await wipe(3);
    const report = await tower.engine.check(repairs, never);
    expect(report.remade.map(({ blobId, health }) => [blobId, health])).toEqual(bad.map((id) => [id, 'inconsistent']));
    for (const { proof, problem, lost, lostHistory, blobId } of report.remade) {
      expect([problem, lost, lostHistory]).toEqual([undefined, [], 0]);
      if (!proof) throw new Error('it was proved');
      // Every node that still has the metadata agrees; who lost it cannot tell.
      expect(proof.signed.reduce((sum, { shards }) => sum + shards, 0)).toBe(10 - (await shardsOf(tower, 3)));
      expect(await tower.engine.inconsistencyProof(blobId)).toEqual(proof);
      expect(verifyInconsistency(proof)).toBe(true);
      expect(
        verifyInconsistency({ ...proof, proof: proof.proof.replace(/.$/, (end) => (end === '0' ? '1' : '0')) }),
      ).toBe(false);
      expect(blobId).toBe(proof.blobId);
    }
    expect(await tower.engine.check(repairs, never)).toMatchObject({ findings: [] });
    const fresh = await world.emptyHome('fresh');
    await fresh.engine.recover(never);
    expect(fresh.disk.user.read(`${await fresh.restored('work')}/file`)).toEqual(content);
  });

  it('is not taken for inconsistent by nodes that get a proof of a sound one', async () => {
    const [pack] = await laptop.catalog.packs(1, ['live']);
    const { committee } = await laptop.engine.network(never);
    const client = openNodes({ scheme: 'http', clock: world.clock, fetch: world.nodeFetch });
    const [member] = committee.members;
    if (!pack?.blobId || !member) throw new Error('there is a pack');
    const { symbolBytes } = sliverForm(10, pack.bytes);
    const symbols = new Map<number, ProvenSymbol>();
    for (const each of committee.members) {
      const body = await client.node(each).recoverySymbols(pack.blobId, 5, 'secondary', 1e6, never);
      for (const symbol of parseRecoverySymbols(body ?? new Uint8Array(), 'secondary', 5, symbolBytes, 10))
        symbols.set(symbol.index, symbol);
    }
    const few = [...symbols.values()].slice(0, 4);
    const proof = inconsistencyProofBody({ axis: 'secondary', target: 5, symbols: few });
    await expect(client.node(member).putInconsistencyProof(pack.blobId, 'secondary', proof, never)).rejects.toThrow();
    await client.close();
  });
});

async function shardsOf(device: Device, index: number): Promise<number> {
  const { committee } = await device.engine.network(never);
  return committee.members.find(({ nodeId }) => nodeId === world.nodes[index]?.nodeId)?.shards.length ?? 0;
}

/** What anybody can do who has the record alone: the blob id, the metadata, the symbols. */
function verifyInconsistency(kept: KeptProof): boolean {
  const { blobId, shards, axis } = kept;
  const metadata = parseMetadata(concatBytes(blobIdToBytes(blobId), fromHex(kept.metadata)), blobId, shards);
  const { symbolBytes, code } = sliverForm(shards, metadata.unencodedBytes);
  try {
    const proof = parseInconsistencyProof(fromHex(kept.proof), axis, symbolBytes, shards);
    if (!isComplete(proof, metadata)) return false;
    const sliver = portableRs2.recover(code, axis, symbolBytes, proof.symbols);
    return !sameBytes(portableRs2.sliverHash(code, axis, sliver), sliverHashIn(metadata, axis, proof.target));
  } catch (error) {
    if (faultOf(error)?.code !== 'codec-refused') throw error;
    return false;
  }
}
