/** Rows of the activity, fetched as they come into view. A new revision fetches the pages in view again and lets the others go. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActivityLine } from '../../app/wire/activity.ts';
import type { WireFault } from '../../app/wire/fault-form.ts';
import { noPages, pageRows, pagesWanted, withPage, type Pages } from '../state/pages.ts';
import { faultBehind } from './engine-client.ts';
import { useClient } from './use-engine.ts';

export type ActivityChoice = 'all' | 'waiting' | 'failed';

export interface ActivityRows {
  readonly pages: Pages<ActivityLine>;
  readonly fault: WireFault | undefined;
  readonly onRange: (first: number, last: number) => void;
}

export function useActivityRows(choice: ActivityChoice, text: string, revision: number): ActivityRows {
  const client = useClient();
  const [pages, setPages] = useState<Pages<ActivityLine>>(noPages);
  const [fault, setFault] = useState<WireFault>();
  const range = useRef<readonly [number, number]>([0, pageRows - 1]);
  const asked = useRef(new Set<number>());

  const fetchPage = useCallback(
    (page: number, isFresh: boolean) => {
      if (asked.current.has(page)) return;
      asked.current.add(page);
      client
        .call('activity.list', {
          offset: page * pageRows,
          limit: pageRows,
          ...(choice === 'all' ? {} : { only: choice }),
          ...(text === '' ? {} : { text }),
        })
        .then(
          ({ total, lines }) =>
            setPages((now) => withPage(isFresh ? { total, pages: new Map() } : now, total, page, lines)),
          (error: unknown) => setFault(faultBehind(error)),
        )
        .finally(() => asked.current.delete(page));
    },
    [client, choice, text],
  );
  useEffect(() => {
    fetchPage(Math.floor(range.current[0] / pageRows), true);
  }, [fetchPage, revision]);
  const latest = useRef(pages);
  latest.current = pages;
  const onRange = useCallback(
    (first: number, last: number) => {
      range.current = [first, last];
      for (const page of pagesWanted(latest.current, first, last)) fetchPage(page, false);
    },
    [fetchPage],
  );
  return { pages, fault, onRange };
}
