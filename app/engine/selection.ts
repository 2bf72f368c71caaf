/**
 * Which folders of a space are on this disk. What is not chosen any more leaves this disk once it is certified and if it looks unchanged; it stays in the
 * space. What is chosen again is fetched by the next pass. Something new that is made where nothing was chosen is kept here and stored, and told.
 */
import { Fault } from '../domain/fault.ts';
import type { NodeId } from '../domain/ids.ts';
import type { NodeState } from '../domain/node-state.ts';
import type { SpacePath } from '../domain/path-name.ts';
import type { Choice, EntryRow, SpaceRow } from '../ports/catalog.ts';
import { openChunkReader } from '../restore/content/content.ts';
import { plan } from '../stages/plan/plan.ts';
import { applyPlan } from './apply-plan.ts';
import { changedChoices, openChoice, openWhole, type Placing } from './choice.ts';
import type { EngineCore, OpenSpace } from './engine-core.ts';
import { findSpace } from './look.ts';
import { stateOf, TreeWindow } from './tree-window.ts';

/** Folders that may be named in one call: a person's list. */
const pathsMax = 1_000;

const leavingKey = (space: number): string => `leaving:${space}`;

export interface SelectRequest {
  readonly space: string;
  /** Only these and what is in them. Undefined: all but `without`. */
  readonly only: readonly SpacePath[] | undefined;
  readonly without: readonly SpacePath[];
}

export interface SelectedFolder {
  readonly path: SpacePath;
  readonly files: number;
  readonly bytes: number;
  /** Here, or on the way to something that is. */
  readonly isChosen: boolean;
  /** Here with all that is in it. */
  readonly isWhole: boolean;
  /** Files in it that are on this disk now. */
  readonly filesHere: number;
}

export interface Selection {
  /** What lies beside the folders, and what is new, is here too. */
  readonly isRootChosen: boolean;
  readonly isEverything: boolean;
  readonly folders: readonly SelectedFolder[];
}

export interface SelectionChange {
  readonly path: SpacePath;
  readonly isChosen: boolean;
}

/** A question about the tree as the catalog has it; to be asked within the window. */
export function choiceIn(
  choices: readonly Choice[],
  row: SpaceRow,
  window: TreeWindow,
  wanted?: ReadonlyMap<NodeId, NodeState | undefined>,
): (placing: Placing) => boolean {
  return openChoice(choices, row.rootNode, parentsIn(row, window, wanted));
}

const parentsIn =
  (row: SpaceRow, window: TreeWindow, wanted?: ReadonlyMap<NodeId, NodeState | undefined>) =>
  (folder: NodeId): NodeId | undefined =>
    folder === row.rootNode ? undefined : (wanted?.get(folder) ?? window.state(folder))?.parent;

async function entryOf(core: EngineCore, row: SpaceRow, path: SpacePath): Promise<EntryRow> {
  const entry = await core.catalog.entryAt(row.num, path);
  if (entry?.kind === 'folder') return entry;
  throw new Fault(
    entry ? 'bad-input' : 'not-found',
    'after-user',
    entry
      ? `'${path}' in '${row.name}' is no folder. Folders are chosen, with all that is in them.`
      : `There is no folder '${path}' in '${row.name}'.`,
  );
}

export async function select(core: EngineCore, { space, only, without }: SelectRequest): Promise<void> {
  const row = await findSpace(core.catalog, space);
  if ((only?.length ?? 0) + without.length > pathsMax)
    throw new Fault('bad-input', 'after-user', `At most ${pathsMax} folders can be named.`);
  const choices: Choice[] = [];
  if (only !== undefined) choices.push({ node: row.rootNode, isIn: false });
  for (const path of only ?? []) choices.push({ node: (await entryOf(core, row, path)).node, isIn: true });
  for (const path of without) choices.push({ node: (await entryOf(core, row, path)).node, isIn: false });
  await writeChoices(core, row, choices);
}

/** Folders that are to be here, or not, with all that is in them; what else was chosen stays. */
export async function changeSelection(
  core: EngineCore,
  space: string,
  changes: readonly SelectionChange[],
): Promise<void> {
  const row = await findSpace(core.catalog, space);
  if (changes.length > pathsMax)
    throw new Fault('bad-input', 'after-user', `At most ${pathsMax} folders can be named.`);
  const wanted = new Map<NodeId, boolean>();
  for (const { path, isChosen } of changes) wanted.set((await entryOf(core, row, path)).node, isChosen);
  const before = await core.catalog.choices(row.num);
  const window = new TreeWindow(core.catalog, row);
  await writeChoices(core, row, await window.ask(() => changedChoices(before, wanted, parentsIn(row, window))));
}

async function writeChoices(core: EngineCore, row: SpaceRow, choices: readonly Choice[]): Promise<void> {
  // First what is to leave: were the choices known alone after a kill, nothing would ever leave.
  await core.catalog.setRecord(leavingKey(row.num), 'yes');
  await core.catalog.setChoices(row.num, choices, false);
}

/** Lets what vanished from an archive's folder be: known, not on this disk, and not fetched again. */
export async function letGo(
  catalog: EngineCore['catalog'],
  row: SpaceRow,
  gone: readonly { readonly row: EntryRow; readonly below: readonly EntryRow[] }[],
): Promise<void> {
  if (gone.length === 0) return;
  await catalog.setChoices(
    row.num,
    gone.map(({ row: { node } }) => ({ node, isIn: false })),
    true,
  );
  await catalog.forgetLooks(gone.flatMap((one) => [...one.below, one.row]));
}

/** The highest things that are on this disk and do not belong here. Only folders that hold, or are, something chosen are gone into. */
async function unchosenHere(
  row: SpaceRow,
  choices: readonly Choice[],
  window: TreeWindow,
): Promise<ReadonlyMap<NodeId, NodeState>> {
  return window.ask(() => {
    const isChosen = choiceIn(choices, row, window);
    const holders = new Set<NodeId>();
    for (const { node } of choices)
      for (let at = window.state(node)?.parent; at !== undefined && !holders.has(at); at = window.state(at)?.parent)
        holders.add(at);
    holders.add(row.rootNode);
    const found = new Map<NodeId, NodeState>();
    const open = [row.rootNode];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for (const node of window.children(folder).values()) {
        const entry = window.row(node);
        if (entry?.look === undefined) continue;
        const state = stateOf(entry, folder);
        if (!isChosen(state)) found.set(node, state);
        else if (entry.kind === 'folder' && holders.has(node)) open.push(node);
      }
    }
    return found;
  });
}

export interface Left {
  readonly left: number;
  readonly problems: readonly { readonly path: SpacePath; readonly fault: Fault }[];
}

const nothingLeft: Left = { left: 0, problems: [] };

/** Once after each `select`, when everything here is certified: what is not chosen leaves this disk. */
export async function leaveUnchosen(
  core: EngineCore,
  space: OpenSpace,
  folder: string,
  signal: AbortSignal,
): Promise<Left> {
  const { num } = space.row;
  if ((await core.catalog.record(leavingKey(num))) !== 'yes') return nothingLeft;
  const row = (await core.catalog.spaces()).find((one) => one.num === num) ?? space.row;
  const choices = await core.catalog.choices(num);
  const window = new TreeWindow(core.catalog, row);
  const target = await unchosenHere(row, choices, window);
  const planned = await window.ask(() =>
    plan({
      root: row.rootNode,
      synced: {
        get: (node) => window.state(node),
        children: (parent) => window.children(parent).values(),
        isHere: (node) => window.row(node)?.look !== undefined,
        lookOf(node) {
          const entry = window.row(node);
          return entry?.kind === 'folder' ? undefined : entry?.look;
        },
        isBusy: () => false,
      },
      target,
      conflicts: [],
      traits: { keyOf: (name) => name, isRefused: () => false },
      isChosen: choiceIn(choices, row, window),
      areDeletionsHeld: false,
    }),
  );
  const reader = openChunkReader(space.keys, core, 'bulk');
  const applied = await applyPlan(
    planned,
    { row, folder, sequence: row.clock, window, leavesFoldersOpen: false, onApplied: () => undefined },
    { ...core, reader, onPoint: core.point },
    signal,
  );
  // What could not go is told once and stays: changed meanwhile, or a folder with something in it that is not the space's.
  await core.catalog.setRecord(leavingKey(num), 'no');
  return { left: applied.done, problems: applied.problems };
}

/** The folders of a space directly below a path, with what they hold. */
export async function selection(core: EngineCore, name: string, path: SpacePath): Promise<Selection> {
  const row = await findSpace(core.catalog, name);
  const choices = await core.catalog.choices(row.num);
  const window = new TreeWindow(core.catalog, row);
  const at = path === '' ? row.root : (await entryOf(core, row, path)).num;
  const [children = []] = await core.catalog.children([at]);
  const folders = children.filter(({ kind }) => kind === 'folder');
  const placed = await core.catalog.entriesOf(
    row.num,
    folders.map(({ node }) => node),
  );
  const found: SelectedFolder[] = [];
  for (const entry of placed) {
    if (entry === undefined) continue;
    const placing = await window.ask(() => ({
      isChosen: choiceIn(choices, row, window)({ node: entry.node, parent: entry.parentNode }),
      isWhole: openWhole(choices, row.rootNode, parentsIn(row, window))(entry.node),
    }));
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    found.push({ path: below, ...placing, ...(await sizeOf(core, entry.num)) });
  }
  return {
    isRootChosen: choices.find(({ node }) => node === row.rootNode)?.isIn ?? true,
    isEverything: choices.every(({ isIn }) => isIn),
    folders: found,
  };
}

async function sizeOf(
  core: EngineCore,
  folder: number,
): Promise<Pick<SelectedFolder, 'files' | 'bytes' | 'filesHere'>> {
  let [files, bytes, filesHere] = [0, 0, 0];
  for (let level: readonly number[] = [folder]; level.length > 0;) {
    const rows = (await core.catalog.children(level)).flat();
    for (const row of rows) {
      if (row.kind === 'folder') continue;
      files++;
      bytes += row.bytes;
      if (row.look !== undefined) filesHere++;
    }
    level = rows.filter(({ kind }) => kind === 'folder').map(({ num }) => num);
  }
  return { files, bytes, filesHere };
}
