/** Merges with a planted bug each. The histories must find every one of them, or they look at nothing. */
import type { NodeId } from '../../app/domain/ids.ts';
import type { NodeState } from '../../app/domain/node-state.ts';
import { merge, type Difference, type Merged, type MergeInput } from '../../app/stages/merge/merge.ts';
import type { MergeFunction } from './model-device.ts';
import { modelHash } from './model-tree.ts';

let copies = 0;

/** The true merge, told something else about some nodes. */
function tricked(input: MergeInput, trick: (difference: Difference) => Difference): Merged {
  const differences = new Map([...input.differences].map(([node, difference]) => [node, trick(difference)]));
  return { ...merge({ ...input, differences }), isMine: false, isTheirs: false };
}

function withNodes(merged: Merged, change: (nodes: Map<NodeId, NodeState | undefined>) => void): Merged {
  const nodes = new Map(merged.nodes);
  change(nodes);
  return { ...merged, nodes };
}

export const brokenMerges = {
  'take what is missing for deleted': (input) =>
    tricked(input, (one) => (one.theirs === undefined ? { mine: undefined, theirs: undefined } : one)),
  'never delete': (input) => {
    const nothing = { vector: new Map(), taken: new Map() };
    return merge({ ...input, mine: nothing, theirs: nothing });
  },
  'let the later time win and drop the other': (input) =>
    tricked(input, ({ mine, theirs }) => {
      if (mine === undefined || theirs === undefined || mine.kind !== 'file') return { mine, theirs };
      const later = mine.mtimeNs > theirs.mtimeNs ? mine : theirs;
      const { mtimeNs, content, bytes, version } = later;
      return {
        mine: { ...mine, mtimeNs, content, bytes, version },
        theirs: { ...theirs, mtimeNs, content, bytes, version },
      };
    }),
  'forget the loser of a content conflict': (input) => {
    const merged = merge(input);
    return withNodes(merged, (nodes) => {
      for (const { kind, beside } of merged.conflicts) if (kind === 'content') nodes.delete(beside);
    });
  },
  'give a conflict copy any identity': (input) =>
    merge({ ...input, deriveNode: (text) => modelHash(`${text} ${copies++}`) }),
  'let ours win': (input) => tricked(input, ({ mine, theirs }) => ({ mine, theirs: mine ?? theirs })),
  'ignore what was taken': (input) =>
    merge({
      ...input,
      mine: { vector: input.mine.vector, taken: new Map() },
      theirs: { vector: input.theirs.vector, taken: new Map() },
    }),
  'leave folders deleted that are needed': (input) => {
    const merged = merge(input);
    return withNodes(merged, (nodes) => {
      for (const [node, { mine, theirs }] of input.differences) {
        if ((mine ?? theirs)?.kind === 'folder' && theirs === undefined && input.mine.vector.size > 1)
          nodes.set(node, undefined);
      }
    });
  },
  'leave two nodes at one name': (input) => {
    const merged = merge(input);
    return withNodes(merged, (nodes) => {
      for (const { kind, beside } of merged.conflicts) {
        const { mine, theirs } = input.differences.get(beside) ?? {};
        if (kind === 'name' && (mine ?? theirs) !== undefined) nodes.set(beside, mine ?? theirs);
      }
    });
  },
} satisfies Record<string, MergeFunction>;
