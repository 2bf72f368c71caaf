/** Two folder trees, byte for byte: kinds, contents, permissions, times, link targets. Names are compared as bytes. */
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type BigIntStats } from 'node:fs';
import { textFromNameBytes } from '../../domain/path-name.ts';

const pieceBytes = 4 * 1024 * 1024;
/** Enough to see what is wrong; a broken restore could list millions. */
const differencesMax = 50;

const slash = Buffer.from('/');
const reserved = Buffer.from('.floe-');

function sameContent(a: Buffer, b: Buffer): boolean {
  const [left, right] = [openSync(a, 'r'), openSync(b, 'r')];
  try {
    const [one, two] = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)];
    for (;;) {
      const read = readSync(left, one);
      for (let got = 0; got < read;) {
        const more = readSync(right, two, got, read - got, null);
        if (more === 0) return false;
        got += more;
      }
      if (read === 0) return readSync(right, two, 0, 1, null) === 0;
      if (one.compare(two, 0, read, 0, read) !== 0) return false;
    }
  } finally {
    closeSync(left);
    closeSync(right);
  }
}

/** Restored times are exact to the microsecond, between 1677 and 2262. */
const lastNs = 2n ** 63n - 1n;
const keptTime = (ns: bigint): bigint => (ns > lastNs ? lastNs : ns < -lastNs ? -lastNs : ns) / 1000n;

const kindOf = (stat: BigIntStats): string =>
  stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : stat.isFile() ? 'file' : 'special';

/** What differs between two things of the same name; undefined when nothing does. */
function difference(a: Buffer, b: Buffer, left: BigIntStats, right: BigIntStats): string | undefined {
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return 'another kind';
  if (kind === 'link')
    return readlinkSync(a, 'buffer').equals(readlinkSync(b, 'buffer')) ? undefined : 'another target';
  if ((left.mode & 0o7777n) !== (right.mode & 0o7777n)) return 'other permissions';
  if (kind === 'folder') return undefined;
  if (keptTime(left.mtimeNs) !== keptTime(right.mtimeNs)) return 'another time';
  if (left.size !== right.size || !sameContent(a, b)) return 'other content';
  return undefined;
}

/** Differences as "path: what", at most a screenful. Paths in `skipped` were never read and are passed over, as are pipes and devices. */
export async function compareFolders(
  expected: string,
  actual: string,
  skipped: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const passed = new Set(skipped);
  const folders: Buffer[] = [Buffer.alloc(0)];
  const roots = [Buffer.from(expected), Buffer.from(actual)] as const;
  const at = (root: Buffer, path: Buffer): Buffer => (path.length === 0 ? root : Buffer.concat([root, slash, path]));
  for (let folder = folders.pop(); folder !== undefined && found.length < differencesMax; folder = folders.pop()) {
    const [left, right] = roots.map(
      (root) =>
        new Map(
          readdirSync(at(root, folder ?? Buffer.alloc(0)), { encoding: 'buffer' }).map((name) => [
            name.toString('hex'),
            name,
          ]),
        ),
    );
    for (const [hex, name] of new Map([...(left ?? []), ...(right ?? [])])) {
      const path = folder.length === 0 ? name : Buffer.concat([folder, slash, name]);
      const text = textFromNameBytes(path);
      if (passed.has(text) || name.subarray(0, reserved.length).equals(reserved)) continue;
      const [a, b] = [at(roots[0], path), at(roots[1], path)];
      if (!left?.has(hex)) found.push(`${text}: should not be there`);
      else if (kindOf(lstatSync(a, { bigint: true })) === 'special') continue;
      else if (!right?.has(hex)) found.push(`${text}: missing`);
      else {
        const stat = lstatSync(a, { bigint: true });
        const what = difference(a, b, stat, lstatSync(b, { bigint: true }));
        if (what !== undefined) found.push(`${text}: ${what}`);
        else if (stat.isDirectory()) folders.push(path);
      }
    }
  }
  return found;
}
