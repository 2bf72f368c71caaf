/**
 * Engines with a planted bug each: one text of one source file is replaced when it is loaded. The simulation must find every one of them, or it looks at
 * nothing. A text that is not there any more is an error: then the mutant needs a new place.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

export interface Mutant {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A history that finds it. */
  readonly seed: number;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'take what is missing for deleted',
    file: 'app/stages/scan/missing.ts',
    from: 'if (placedNums.has(one.num) || (one.look !== undefined && !holders.has(one.num))) continue;',
    to: 'continue;',
    seed: 2000027,
  },
  {
    name: 'drop the fsync',
    file: 'app/engine/write-content.ts',
    from: "'never',\n    true,",
    to: "'never',\n    false,",
    seed: 2122806,
  },
  {
    name: 'let the later time win and drop the other',
    file: 'app/stages/merge/decide-node.ts',
    from: 'let wins = winnerOf(mine, theirs, (state) => state.version);',
    to: "const wins = mine.mtimeNs >= theirs.mtimeNs ? 'mine' : 'theirs';\n  if (mine !== theirs) return { state: { ...sides[wins], parent: place.parent, name: place.name, place: place.place }, loser: undefined };",
    seed: 2122806,
  },
  {
    name: 'forget the move',
    file: 'app/engine/apply-plan.ts',
    from: "return { kind: 'move', from: path, to: to ?? '', look };",
    to: "return operation.kind === 'move' ? undefined : { kind: 'move', from: path, to: to ?? '', look };",
    seed: 3122806,
  },
  {
    name: 'adopt a head without applying it',
    file: 'app/engine/down-pass.ts',
    from: 'const applied = await applyPlan(\n    planned,',
    to: 'const applied = await applyPlan(\n    isForward ? { ...planned, operations: [] } : planned,',
    seed: 2122805,
  },
  {
    name: 'ignore the mark',
    file: 'app/engine/root-folder.ts',
    from: 'if (found !== row.id && !isConfirmed && (found !== undefined || known !== undefined)) {',
    to: 'if (found !== row.id && !isConfirmed && (found !== undefined || known !== undefined)) return;\n  if (core === undefined) {',
    seed: 4000008,
  },
  {
    name: 'pay again after a time-out',
    file: 'app/engine/spend.ts',
    from: "if (fault === undefined || (fault.code !== 'chain-stale' && fault.code !== 'chain-refused')) throw error;",
    to: "if (fault === undefined) throw error;\n    if (fault.code === 'network-unreachable') return undefined;",
    seed: 3122814,
  },
  {
    name: 'overwrite without looking',
    file: 'app/engine/apply-plan.ts',
    from: "over: operation.over ?? 'never'",
    to: "over: 'replace'",
    seed: 2122806,
  },
  {
    name: 'delete without having seen',
    file: 'app/stages/merge/decide-node.ts',
    from: 'const isGone = state === undefined || isDeletedBy(mine === undefined ? input.mine : input.theirs, node, state);',
    to: 'const isGone = state === undefined || (isDeletedBy(mine === undefined ? input.mine : input.theirs, node, state), theirs === undefined);',
    seed: 3122805,
  },
  {
    name: 'forget the loser of a conflict',
    file: 'app/stages/merge/merge.ts',
    from: 'if (loser !== undefined) losers.push(loser);',
    to: '',
    seed: 3122807,
  },
  {
    name: 'take the nonce from the content',
    file: 'app/engine/intake.ts',
    from: 'const nonces = ports.dice.bytes(12 * unknown.length);',
    to: 'const nonces = new Uint8Array(buffer.slice(0, 12 * unknown.length));',
    seed: 3122805,
  },
  {
    name: 'give what moved twice during a scan two places',
    file: 'app/stages/scan/scan.ts',
    from: '  leaveOldPlaces(found, below);',
    to: '',
    seed: 2122805,
  },
];

/** The source with the bug in it. */
export function planted({ file, from, to }: Mutant): string {
  const parts = readFileSync(urlOf(file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file} has the text of a planted bug ${parts.length - 1} times, not once`);
  return parts.join(to);
}

const urlOf = (file: string): URL => new URL(`../../../${file}`, import.meta.url);

/** Replaces the text from now on. Nothing of the engine may have been loaded yet. */
export function plant(mutant: Mutant): void {
  const { href } = urlOf(mutant.file);
  const source = planted(mutant);
  registerHooks({
    load: (url, context, next) =>
      url === href ? { format: 'module-typescript', source, shortCircuit: true } : next(url, context),
  });
}
