/**
 * What only leaves this disk, and stays in the space, is noted as not here before it is removed: were it done after, a kill in between would look like a
 * deletion.
 */
import type { PathName } from '../domain/path-name.ts';
import type { Catalog, Look, NodeNum } from '../ports/catalog.ts';
import type { DiskOperation } from '../stages/plan/plan.ts';
import type { OnPoint } from './progress.ts';
import type { TreeWindow } from './tree-window.ts';

export interface Leaving {
  /** Position among the operations. */
  readonly at: number;
  readonly parent: NodeNum;
  readonly name: PathName;
  /** To be given back when it cannot leave. */
  readonly look: Look;
}

export async function forgetLeaving(
  operations: readonly { readonly operation: DiskOperation }[],
  window: TreeWindow,
  { catalog, onPoint }: { readonly catalog: Catalog; readonly onPoint: OnPoint },
): Promise<readonly Leaving[]> {
  const leaving = operations.flatMap(({ operation: { kind, node, after } }, at) => {
    if (after === undefined || (kind !== 'delete-file' && kind !== 'delete-folder')) return [];
    const row = window.row(node);
    return row?.look === undefined ? [] : [{ at, parent: row.parent, name: row.name, look: row.look }];
  });
  if (leaving.length > 0) {
    await catalog.forgetLooks(leaving);
    onPoint('apply:forgotten');
  }
  return leaving;
}
