/**
 * A folder that arrives: it carries the mark of its space, but it is not the very folder that the space was kept in until now: a copy on another disk, or one
 * that was restored. A copy may have been cut short, so what it lacks is no deletion before a person has said so, however little it is
 * (docs/decisions/a-root-that-moved.md). It has arrived when a pass has found everything in it, or the word was given.
 */
import type { Catalog } from '../ports/catalog.ts';

const arrivingKey = (space: number): string => `arriving:${space}`;

export async function isArriving({ record }: Pick<Catalog, 'record'>, space: number): Promise<boolean> {
  return (await record(arrivingKey(space))) === 'yes';
}

export async function noteArriving(catalog: Pick<Catalog, 'setRecord'>, space: number, is: boolean): Promise<void> {
  await catalog.setRecord(arrivingKey(space), is ? 'yes' : '');
}
