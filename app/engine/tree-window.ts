/**
 * The part of the catalog's tree that a merge and a plan need, in memory and without waiting. Both are pure, so they are simply asked again: what they
 * missed is noted, loaded, and then they run once more over the larger window.
 */
import type { NodeId } from '../domain/ids.ts';
import type { PathName } from '../domain/path-name.ts';
import type { NodeState } from '../domain/node-state.ts';
import type { EntryRow, NodeNum, PlacedRow } from '../ports/catalog.ts';
import type { Catalog } from '../ports/catalog.ts';

const noContent = { depth: 0, chunks: [] } as const;

/** A folder's listing follows from its entries and is no state of its own. */
export function stateOf(row: EntryRow, parent: NodeId): NodeState {
  const { node, name, place, kind, mode, mtimeNs, version } = row;
  const held = kind === 'folder' ? { bytes: 0, content: noContent } : { bytes: row.bytes, content: row.content };
  return { node, parent, name, place, kind, mode, mtimeNs, ...held, version };
}

/** Runs of a question over a growing window; each goes at least one folder deeper. */
const runsMax = 10_000;

export class TreeWindow {
  readonly #catalog: Catalog;
  readonly #space: number;
  readonly #root: { readonly num: NodeNum; readonly node: NodeId };
  readonly #rows = new Map<NodeId, PlacedRow | undefined>();
  readonly #children = new Map<NodeId, ReadonlyMap<PathName, NodeId>>();
  readonly #missedNodes = new Set<NodeId>();
  readonly #missedFolders = new Set<NodeId>();

  constructor(catalog: Catalog, space: { readonly num: number; readonly root: NodeNum; readonly rootNode: NodeId }) {
    this.#catalog = catalog;
    this.#space = space.num;
    this.#root = { num: space.root, node: space.rootNode };
  }

  row(node: NodeId): PlacedRow | undefined {
    if (!this.#rows.has(node) && node !== this.#root.node) this.#missedNodes.add(node);
    return this.#rows.get(node);
  }

  num(folder: NodeId): NodeNum | undefined {
    return folder === this.#root.node ? this.#root.num : this.row(folder)?.num;
  }

  state(node: NodeId): NodeState | undefined {
    const row = this.row(node);
    return row && stateOf(row, row.parentNode);
  }

  children(folder: NodeId): ReadonlyMap<PathName, NodeId> {
    const known = this.#children.get(folder);
    if (known === undefined) this.#missedFolders.add(folder);
    return known ?? new Map();
  }

  /** What a walk has read already. */
  take(folder: NodeId, rows: readonly EntryRow[]): void {
    this.#children.set(folder, new Map(rows.map((row) => [row.name, row.node])));
    for (const row of rows) this.#rows.set(row.node, { ...row, parentNode: folder });
  }

  /** The answer of a pure question that looks at this window. */
  async ask<T>(question: () => T): Promise<T> {
    for (let run = 0; run < runsMax; run++) {
      this.#missedNodes.clear();
      this.#missedFolders.clear();
      const answer = question();
      if (this.#missedNodes.size + this.#missedFolders.size === 0) return answer;
      await this.#load([...this.#missedNodes], [...this.#missedFolders]);
    }
    throw new Error('a question looks at a bounded part of the tree');
  }

  async #load(nodes: readonly NodeId[], folders: readonly NodeId[]): Promise<void> {
    const wanted = [...new Set([...nodes, ...folders.filter((folder) => folder !== this.#root.node)])].filter(
      (node) => !this.#rows.has(node),
    );
    const rows = await this.#catalog.entriesOf(this.#space, wanted);
    for (const [i, node] of wanted.entries()) this.#rows.set(node, rows[i]);
    const known = folders.map((folder) => ({ folder, num: this.num(folder) }));
    const children = await this.#catalog.children(known.map(({ num }) => num ?? 0));
    for (const [i, { folder, num }] of known.entries()) this.take(folder, num === undefined ? [] : (children[i] ?? []));
  }
}
