/** Rewrites that other devices made and that look like somebody's encryption: what a merge would put over, or in place of, files of this disk. */
import type { NodeId } from '../domain/ids.ts';
import type { Merged } from '../stages/merge/merge.ts';
import type { EngineCore } from './engine-core.ts';
import { formerOf, suspiciousRewrites, type Rewrite } from './rewrites.ts';
import type { TreeWindow } from './tree-window.ts';

export async function rewritesElsewhere(
  core: EngineCore,
  { nodes }: Merged,
  window: TreeWindow,
): Promise<readonly (Rewrite & { readonly node: NodeId })[]> {
  const rewrites = await window.ask(() => {
    const found: (Rewrite & { node: NodeId })[] = [];
    const gone = [...nodes].flatMap(([node, wanted]) => {
      const row = wanted === undefined ? window.row(node) : undefined;
      return row?.kind === 'file' && row.look !== undefined ? [{ folder: row.parentNode, name: row.name, row }] : [];
    });
    const former = formerOf(gone);
    for (const [node, wanted] of nodes) {
      if (wanted?.kind !== 'file') continue;
      const here = window.row(node);
      const before = here ?? former(wanted.parent, wanted.name)?.row;
      if (before?.kind !== 'file' || before.look === undefined) continue;
      const { name, bytes, content } = wanted;
      found.push({ node, name, formerName: here ? name : before.name, bytes, former: before.content, content });
    }
    return found;
  });
  return suspiciousRewrites(rewrites, core.catalog);
}
