import { expect, it, onTestFinished } from 'vitest';
import { parsePathName } from '../../domain/path-name.ts';
import { openStore } from './store.ts';
import { look, newSpace, nodeId, put, remove, seal, sealAndCertify } from './testing/samples.ts';

function opened() {
  const store = openStore(':memory:');
  onTestFinished(store.close);
  const catalog = store.operations;
  const { num: space, root } = catalog.addSpace(newSpace());
  const [folder = 0, file = 0, other = 0] = catalog.allotNodes(space, [nodeId(1), nodeId(2), nodeId(3)]);
  sealAndCertify(catalog, space, 1, [
    put(root, 'folder', folder, { kind: 'folder' }),
    put(folder, 'file', file, {}, look(1)),
  ]);
  catalog.setFingerprints([
    { num: root, fingerprint: 'root' },
    { num: folder, fingerprint: 'inside' },
  ]);
  const ask = (inside = 'inside') =>
    catalog.unchangedFolders([
      { num: root, fingerprint: 'root', folders: [parsePathName('folder')] },
      { num: folder, fingerprint: inside, folders: [] },
    ]);
  return { catalog, space, root, folder, file, other, ask };
}

it('a folder that shows the same again is unchanged, and tells the folders in it', () => {
  const { ask, folder } = opened();
  expect(ask()).toEqual([[folder], []]);
  expect(ask('another')).toEqual([[folder], undefined]);
});

it('a folder on disk that has no entry keeps its parent from being unchanged', () => {
  const { catalog, root } = opened();
  const folders = [parsePathName('folder'), parsePathName('let in again')];
  expect(catalog.unchangedFolders([{ num: root, fingerprint: 'root', folders }])).toEqual([undefined]);
});

it('whatever changes an entry forgets its folder, and a round that is undone does so too', () => {
  const { catalog, space, folder, file, other, ask } = opened();
  const again = (): void => catalog.setFingerprints([{ num: folder, fingerprint: 'inside' }]);
  catalog.setLooks([{ parent: folder, name: parsePathName('file'), look: look(2) }]);
  expect(ask()).toEqual([[folder], undefined]);
  again();
  seal(catalog, space, 2, [put(folder, 'new', other)]);
  expect(ask()).toEqual([[folder], undefined]);
  again();
  catalog.abandonRound(space, 2);
  expect(ask()).toEqual([[folder], undefined]);
  again();
  seal(catalog, space, 2, [remove(folder, 'file')]);
  expect(ask()).toEqual([[folder], undefined]);
  expect(file).toBeGreaterThan(0);
});
