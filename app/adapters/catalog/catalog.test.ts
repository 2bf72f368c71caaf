import { describe, expect, it, onTestFinished } from 'vitest';
import Database from 'better-sqlite3';
import { faultOf } from '../../domain/fault.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { openCatalog, openCatalogInline } from './catalog.ts';
import { catalogFile } from './testing/room.ts';
import { chunkId, look, newPack, newSpace, nodeId, place, put, roundOf } from './testing/samples.ts';

const codeOf = async (call: Promise<unknown>): Promise<string | undefined> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return faultOf(error)?.code ?? 'a bug';
  }
};

async function opened(file = catalogFile()): Promise<Catalog> {
  const catalog = await openCatalog({ file });
  onTestFinished(() => catalog.close());
  return catalog;
}

/** A little of everything that goes over. */
async function story(catalog: Catalog): Promise<readonly unknown[]> {
  const row = await catalog.addSpace(newSpace());
  const [a = 0, b = 0] = await catalog.allotNodes(row.num, [nodeId(1), nodeId(2)]);
  const round = roundOf(row.num, 1);
  const sealed = await catalog.sealRound(
    round,
    newPack(row.num, 1, [round.place, place(1)]),
    [put(row.root, 'a', a, { kind: 'folder' }, look(1)), put(a, 'ü\udcff', b)],
    [],
  );
  return [
    row,
    sealed,
    await catalog.children([row.root, 12345, a]),
    await catalog.children([]),
    await catalog.knownChunks([chunkId(1), chunkId(2)]),
    await catalog.chunkLocations([chunkId(1), chunkId(2)]),
    await catalog.byInode(row.num, [look(1)]),
    await catalog.certifyRound(row.num, 1),
    await catalog.versions(row.num, 'a'),
    await catalog.treeAt(row.num, '', 1, undefined, 10),
    await catalog.spaces(),
    await catalog.integrity(),
  ];
}

describe('the catalog behind its thread', () => {
  it('answers as it does on the caller’s own', async () => {
    const inline = openCatalogInline({ file: ':memory:' });
    expect(await story(await opened())).toEqual(await story(inline));
    await inline.close();
    expect(await codeOf(inline.spaces())).toBe('worker-lost');
  });

  it('keeps faults as faults and bugs as bugs, and goes on after both', async () => {
    const catalog = await opened();
    const error: unknown = await catalog.totals(9).catch((reason: unknown) => reason);
    expect(faultOf(error)).toMatchObject({ code: 'not-found', retry: 'never', message: 'There is no such space.' });
    expect(await codeOf(catalog.certifyRound(1, 1))).toBe('a bug');
    expect(await catalog.record('x')).toBeUndefined();
  });

  it('does all that was asked before it closes, and nothing after', async () => {
    const file = catalogFile();
    const catalog = await openCatalog({ file });
    const asked = Array.from({ length: 50 }, (_, i) => catalog.setRecord(`key ${i}`, String(i)));
    const closing = catalog.close();
    const late = codeOf(catalog.setRecord('late', ''));
    await Promise.all([...asked, closing, catalog.close()]);
    expect(await late).toBe('worker-lost');
    const again = await opened(file);
    expect(await again.record('key 49')).toBe('49');
    expect(await again.record('late')).toBeUndefined();
  });

  it('refuses to open what it must not, with the same faults', async () => {
    const file = catalogFile();
    const db = new Database(file);
    db.pragma('user_version = 7');
    db.exec('CREATE TABLE other (a)');
    db.close();
    expect(await codeOf(openCatalog({ file }))).toBe('catalog-damaged');
  });

  it('tells of slow operations by name', async () => {
    const told: string[] = [];
    const catalog = await openCatalog({
      file: catalogFile(),
      slowMs: 0,
      onSlow: (name, ms) => told.push(`${name} ${ms > 0}`),
    });
    await catalog.spaces();
    await catalog.close();
    expect(told).toContain('spaces true');
  });

  it('refuses every open and later call once its thread is lost', async () => {
    const file = catalogFile();
    let lose = (): void => undefined;
    const catalog = await openCatalog({ file, onStarted: (worker) => (lose = () => void worker.terminate()) });
    const row = await catalog.addSpace(newSpace());
    const open = Array.from({ length: 20 }, () =>
      codeOf(
        catalog.allotNodes(
          row.num,
          Array.from({ length: 2000 }, (_, i) => nodeId(i)),
        ),
      ),
    );
    lose();
    expect(new Set(await Promise.all(open)).has('worker-lost')).toBe(true);
    expect(await codeOf(catalog.spaces())).toBe('worker-lost');
    await catalog.close();
    expect((await (await opened(file)).spaces()).map(({ num }) => num)).toEqual([row.num]);
  });
});
