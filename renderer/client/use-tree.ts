/** The tree of a space now or at a time: fetches the folders that are open and the pages that come into view. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { WireFault } from '../../app/wire/fault-form.ts';
import { pageRows } from '../state/pages.ts';
import { emptyTree, nextTree, rowsOf, type Tree, type TreeRows } from '../state/tree.ts';
import { faultBehind } from './engine-client.ts';
import { useClient } from './use-engine.ts';

export interface ShownTree {
  readonly tree: Tree;
  readonly rows: TreeRows;
  readonly fault: WireFault | undefined;
  readonly turn: (folder: string, isOpen: boolean) => void;
  readonly onRange: (first: number, last: number) => void;
}

export function useTree(space: string | undefined, at: string | undefined, revision: unknown): ShownTree {
  const client = useClient();
  const [tree, move] = useReducer(nextTree, emptyTree);
  const [fault, setFault] = useState<WireFault>();
  const asked = useRef(new Map<string, AbortController>());
  const fetchPage = useCallback(
    (folder: string, page: number) => {
      const key = `${page}:${folder}`;
      if (space === undefined || asked.current.has(key)) return;
      const asking = new AbortController();
      asked.current.set(key, asking);
      client
        .call('space.tree', { space, path: folder, at, offset: page * pageRows, limit: pageRows }, asking.signal)
        .then(
          (fetched) => {
            setFault(undefined);
            move({ kind: 'fetched', folder, page: fetched });
          },
          (error: unknown) => {
            if (!asking.signal.aborted) setFault(faultBehind(error));
          },
        )
        .finally(() => {
          if (asked.current.get(key) === asking) asked.current.delete(key);
        });
    },
    [client, space, at],
  );
  useEffect(() => {
    const asking = asked.current;
    for (const each of asking.values()) each.abort();
    asking.clear();
    // The rows of before stay until the first answer is there; open folders below follow as they come into view.
    fetchPage('', 0);
    return () => asking.forEach((each) => each.abort());
  }, [fetchPage, revision]);
  const rows = useMemo(() => rowsOf(tree), [tree]);
  const onRange = useCallback(
    (first: number, last: number) => {
      const wanted = new Map<string, readonly [string, number]>();
      for (let index = first; index <= last; index++) {
        const row = rows.rowAt(index);
        if (row.kind === 'coming') wanted.set(`${row.page}:${row.folder}`, [row.folder, row.page]);
      }
      for (const [folder, page] of wanted.values()) fetchPage(folder, page);
    },
    [rows, fetchPage],
  );
  const turn = useCallback((folder: string, isOpen: boolean) => {
    move({ kind: 'turn', folder, isOpen });
  }, []);
  return { tree, rows, fault, turn, onRange };
}
