/**
 * Makes one tree of decided nodes: folders that are still needed come back, rings are opened, and what hangs on nothing goes to the root. Ends for any
 * input, in time linear in what differs and the folders above it.
 */
import { compareDots } from '../../domain/dot.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { PathName } from '../../domain/path-name.ts';
import { put, stateIn, type Draft } from './draft.ts';

/** Going back to where the other side has it may close another ring, hardly ever a third; then the root, which closes none. */
const kindRoundsMax = 3;

/** Brings back the folders above a node; each is brought back once, by whoever needs it first. */
function bringBackFolders(draft: Draft, node: NodeId): void {
  const { root, differences } = draft.input;
  for (let state = draft.nodes.get(node); state !== undefined && state.parent !== root;) {
    if (stateIn(draft, state.parent)?.kind === 'folder') return;
    const difference = draft.nodes.has(state.parent) ? differences.get(state.parent) : undefined;
    const was = difference?.mine ?? difference?.theirs;
    // Something that is there but is no folder cannot come back as one.
    if (was?.kind !== 'folder') put(draft, state, root, state.name);
    state = was?.kind === 'folder' ? put(draft, was, was.parent, was.name) : undefined;
  }
}

/** Every ring of folders that differences take part in. Each node has one parent, so rings share no node. */
function findRings(draft: Draft): readonly (readonly NodeId[])[] {
  const rings: NodeId[][] = [];
  const done = new Set<NodeId>([draft.input.root]);
  for (const [node, state] of draft.nodes) {
    if (state?.kind !== 'folder' || done.has(node)) continue;
    const path: NodeId[] = [];
    const positions = new Map<NodeId, number>();
    let at: NodeId | undefined = node;
    while (at !== undefined && !done.has(at) && !positions.has(at)) {
      positions.set(at, path.push(at) - 1);
      at = stateIn(draft, at)?.parent;
    }
    const start = at === undefined ? undefined : positions.get(at);
    if (start !== undefined) rings.push(path.slice(start));
    for (const one of path) done.add(one);
  }
  return rings;
}

/** Where the side has the node whose place did not win, if that folder is there. */
function otherPlaceOf(draft: Draft, node: NodeId): { readonly parent: NodeId; readonly name: PathName } | undefined {
  const { root, differences } = draft.input;
  const { mine, theirs } = differences.get(node) ?? {};
  if (mine === undefined || theirs === undefined || mine.parent === theirs.parent) return undefined;
  const { parent, name } = compareDots(mine.place, theirs.place) > 0 ? theirs : mine;
  return parent === root || stateIn(draft, parent)?.kind === 'folder' ? { parent, name } : undefined;
}

function openRing(draft: Draft, ring: readonly NodeId[], isKind: boolean): boolean {
  const members = ring.flatMap((node) => draft.nodes.get(node) ?? []);
  const moved = members.filter(({ node }) => otherPlaceOf(draft, node) !== undefined);
  const [victim] = (moved.length > 0 ? moved : members).toSorted(
    (a, b) => compareDots(b.place, a.place) || (a.node < b.node ? 1 : -1),
  );
  if (victim === undefined) return false;
  const other = isKind ? otherPlaceOf(draft, victim.node) : undefined;
  const isBack = other === undefined || other.parent === victim.parent;
  put(draft, victim, isBack ? draft.input.root : other.parent, isBack ? victim.name : other.name);
  return true;
}

export function settleParents(draft: Draft): void {
  for (const node of draft.nodes.keys()) bringBackFolders(draft, node);
  for (let round = 1; round <= kindRoundsMax + 1; round++) {
    const rings = findRings(draft);
    const opened = rings.map((ring) => openRing(draft, ring, round <= kindRoundsMax));
    if (!opened.includes(true)) return;
  }
}
