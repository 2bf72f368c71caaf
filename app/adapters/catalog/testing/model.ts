/** The catalog's history in plain objects: every version that ever was, and what each snapshot held. Slow and simple, to compare with. */
import { joinPath, parsePathName, type PathName, type SpacePath } from '../../../domain/path-name.ts';
import { compareBytes } from '../../../domain/bytes.ts';
import { nameBytesFromText } from '../../../domain/path-name.ts';
import type { EntryChange, Look } from '../../../ports/catalog.ts';
import { content, dot, look } from './samples.ts';

export type Put = Extract<EntryChange, { kind: 'put' }>;

export interface ModelVersion {
  num: number;
  parent: number;
  name: PathName;
  since: number;
  until: number | undefined;
  entry: Put['entry'];
  look: Look | undefined;
}

/** Numbers from a seed (mulberry32). */
export function chanceFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

const someNames = ['a', 'b', 'B', 'z.txt', 'é', 'a b', '\udcff\udc80', 'new\nline', '日本', 'a.'];

export class Model {
  readonly root: number;
  versions: ModelVersion[] = [];

  constructor(root: number) {
    this.root = root;
  }

  copy(): Model {
    const copy = new Model(this.root);
    copy.versions = this.versions.map((version) => ({ ...version }));
    return copy;
  }

  /** What stands as of a sequence; now when none is given. */
  at(sequence = Infinity): ModelVersion[] {
    return this.versions.filter(({ since, until }) => since <= sequence && (until === undefined || until > sequence));
  }

  children(parent: number, sequence = Infinity): ModelVersion[] {
    return this.at(sequence)
      .filter((version) => version.parent === parent)
      .sort((a, b) => compareBytes(nameBytesFromText(a.name), nameBytesFromText(b.name)));
  }

  /** Everything as of a sequence with its path, parents before children. */
  tree(sequence = Infinity, parent = this.root, path: SpacePath = ''): { path: SpacePath; version: ModelVersion }[] {
    return this.children(parent, sequence).flatMap((version) => {
      const place = joinPath(path, version.name);
      return [{ path: place, version }, ...this.tree(sequence, version.num, place)];
    });
  }

  private take(version: ModelVersion, sequence: number): void {
    if (version.since === sequence) this.versions.splice(this.versions.indexOf(version), 1);
    else version.until = sequence;
  }

  private place(sequence: number, put: Put): Put {
    const { num, parent, name, entry } = put;
    this.versions.push({ num, parent, name, since: sequence, until: undefined, entry, look: put.look });
    return put;
  }

  /** A random change of the tree, carried out here; as the changes that a round would hold. */
  change(sequence: number, chance: (below: number) => number, fresh: () => number): EntryChange[] {
    const now = this.tree();
    const pick = now[chance(now.length)]?.version;
    const folders = [
      this.root,
      ...now.filter(({ version }) => version.entry.kind === 'folder').map(({ version }) => version.num),
    ];
    const folder = folders[chance(folders.length)] ?? this.root;
    const name = parsePathName(someNames[chance(someNames.length)] ?? 'a');
    const isTaken = this.children(folder).some((version) => version.name === name);
    switch (chance(6)) {
      case 0:
      case 1:
        return isTaken ? [] : [this.place(sequence, this.random(folder, name, fresh(), chance))];
      case 2:
        return pick?.entry.kind === 'file' ? [this.rewrite(pick, sequence, chance)] : [];
      case 3:
        return pick ? this.removeAll(pick, sequence) : [];
      case 4:
        return pick && !isTaken && !this.isBelow(folder, pick.num) ? this.move(pick, folder, name, sequence) : [];
      default:
        return pick ? [this.touch(pick, sequence, chance)] : [];
    }
  }

  private random(parent: number, name: PathName, num: number, chance: (below: number) => number): Put {
    const kind = (['file', 'folder', 'symlink'] as const)[chance(3)] ?? 'file';
    const bytes = kind === 'folder' ? 0 : chance(2 ** 31) * 1000;
    const entry = {
      kind,
      mode: chance(0o10000),
      mtimeNs: BigInt(chance(1000)) - 500n,
      bytes,
      content: content(...Array.from({ length: chance(3) }, () => chance(1000))),
      place: { ...dot, sequence: 1 + chance(3) },
      version: { ...dot, sequence: 1 + chance(3) },
    };
    return { kind: 'put', parent, name, num, entry, look: chance(2) === 0 ? look(num) : undefined };
  }

  private rewrite(version: ModelVersion, sequence: number, chance: (below: number) => number): Put {
    const { parent, name, num } = version;
    this.take(version, sequence);
    const entry = {
      ...version.entry,
      bytes: chance(5000),
      content: { depth: 1, chunks: content(chance(1000)).chunks },
    };
    return this.place(sequence, { kind: 'put', parent, name, num, entry, look: look(num + 5000) });
  }

  private touch(version: ModelVersion, sequence: number, chance: (below: number) => number): Put {
    const { parent, name, num } = version;
    this.take(version, sequence);
    return this.place(sequence, {
      kind: 'put',
      parent,
      name,
      num,
      entry: { ...version.entry, mode: chance(0o10000) },
      look: version.look,
    });
  }

  private removeAll(version: ModelVersion, sequence: number): EntryChange[] {
    const below = this.children(version.num).flatMap((child) => this.removeAll(child, sequence));
    this.take(version, sequence);
    return [...below, { kind: 'remove', parent: version.parent, name: version.name }];
  }

  private move(version: ModelVersion, parent: number, name: PathName, sequence: number): EntryChange[] {
    const leaves = { kind: 'remove', parent: version.parent, name: version.name } as const;
    this.take(version, sequence);
    return [
      leaves,
      this.place(sequence, { kind: 'put', parent, name, num: version.num, entry: version.entry, look: version.look }),
    ];
  }

  private isBelow(num: number, top: number): boolean {
    for (let at: number | undefined = num; at !== undefined;) {
      if (at === top) return true;
      at = this.at().find((version) => version.num === at)?.parent;
    }
    return false;
  }
}
