/** What belongs on this disk, and forgetting that something was on it. */
import type { Database } from 'better-sqlite3';
import { idToBytes, parseNodeId } from '../../domain/ids.ts';

import type { CatalogOperations } from '../../ports/catalog.ts';
import { nameToBytes } from './entry-record.ts';

type Operations = Pick<CatalogOperations, 'choices' | 'setChoices' | 'forgetLooks'>;

export function choiceOperations(db: Database): Operations {
  const all = db.prepare<[number], { node: Uint8Array; is_in: number }>(
    'SELECT node, is_in FROM choice WHERE space = ? ORDER BY node',
  );
  const put = db.prepare('INSERT OR REPLACE INTO choice (space, node, is_in) VALUES (?, ?, ?)');
  const clear = db.prepare('DELETE FROM choice WHERE space = ?');
  const forget = db.prepare('UPDATE entry SET look = NULL WHERE parent = ? AND name = ?');
  return {
    choices: (space) => all.all(space).map(({ node, is_in: isIn }) => ({ node: parseNodeId(node), isIn: isIn === 1 })),
    setChoices: db.transaction((space, choices, keepsOthers) => {
      if (!keepsOthers) clear.run(space);
      for (const { node, isIn } of choices) put.run(space, idToBytes(node), isIn ? 1 : 0);
    }),
    forgetLooks: db.transaction((places) => {
      for (const { parent, name } of places) forget.run(parent, nameToBytes(name));
    }),
  };
}
