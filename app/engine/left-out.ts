/**
 * What a folder leaves out here: Floe's own, the usual litter, and the rules of its `.floeignore`. Rules that cannot be read stop the pass: sending what a
 * person wanted left out could not be undone. What was kept before a rule left it out stays in the space; it is only not looked at any more.
 */
import { Fault } from '../domain/fault.ts';
import { toHex } from '../domain/bytes.ts';
import { ignoreFileBytesMax, ignoreFileName, parseIgnoreRules, usualIgnoreRules } from '../domain/ignore-rules.ts';
import { parkedFolder, textFromNameBytes, type SpacePath } from '../domain/path-name.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Disk, IsLeftOut } from '../ports/disk.ts';

export interface LeftOut {
  readonly isLeftOut: IsLeftOut;
  /** The same as long as the rules are. */
  readonly key: string;
}

interface LeftOutPorts {
  readonly disk: Disk;
  readonly crypto: Crypto;
}

const unreadable = (why: string): Fault =>
  new Fault(
    'file-unreadable',
    'after-user',
    `${ignoreFileName} ${why}, so that Floe cannot tell what to leave out. Nothing was sent. Mend the file, or remove it.`,
  );

async function rulesText({ disk }: LeftOutPorts, folder: string, signal: AbortSignal): Promise<string> {
  const stat = await disk.look(folder, ignoreFileName);
  if (stat === undefined) return '';
  if (stat.kind !== 'file') throw unreadable('is no file');
  if (stat.bytes > ignoreFileBytesMax) throw unreadable(`is larger than ${ignoreFileBytesMax / 1024} KiB`);
  const span = { path: ignoreFileName, offset: 0, bytesMax: ignoreFileBytesMax };
  const { buffer, spans } = await disk.read(folder, [span], signal);
  const [read] = spans;
  if (read === undefined || read instanceof Fault) throw unreadable('cannot be read');
  return textFromNameBytes(new Uint8Array(buffer, read.start, read.bytes));
}

/** With `given` rules in place of those in the folder. */
export async function readLeftOut(
  ports: LeftOutPorts,
  folder: string,
  signal: AbortSignal,
  given?: string,
): Promise<LeftOut> {
  const text = given ?? (await rulesText(ports, folder, signal));
  const rules = parseIgnoreRules(text);
  const digest = ports.crypto.digest();
  digest.add(new TextEncoder().encode([...usualIgnoreRules, text].join('\n')));
  return {
    isLeftOut: (path, isFolder) => path === parkedFolder || rules.isLeftOut(path, isFolder),
    key: toHex(digest.finish()).slice(0, 16),
  };
}

export interface LeftOutReport {
  /** Files and folders that rules leave out; what lies in such a folder is not counted. */
  readonly count: number;
  /** Some of them, in order. */
  readonly paths: readonly SpacePath[];
}

/** Paths that are told; the count is of all. */
const pathsMax = 1_000;

/** What the rules leave out of a folder now, or what `given` ones would. Floe's own is not told. */
export async function listLeftOut(
  ports: LeftOutPorts,
  folder: string,
  signal: AbortSignal,
  given?: string,
): Promise<LeftOutReport> {
  const { isLeftOut } = await readLeftOut(ports, folder, signal, given);
  let count = 0;
  const paths: SpacePath[] = [];
  const asked = new Set<SpacePath>();
  const tell: IsLeftOut = (path, isFolder) => {
    const isOut = isLeftOut(path, isFolder);
    // A folder is asked about twice: whether to go in, and whether to list it.
    if (isOut && path !== parkedFolder && !(isFolder && asked.has(path))) {
      if (isFolder) asked.add(path);
      count++;
      if (paths.length < pathsMax) paths.push(path);
    }
    return isOut;
  };
  for await (const listings of ports.disk.walk(folder, '', tell, signal))
    for (const listing of listings) if (!listing.isComplete) signal.throwIfAborted();
  return { count, paths: paths.toSorted() };
}
