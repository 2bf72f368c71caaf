/** Work of a call that changes the engine's state: between passes, so that nobody waits for a long one. */
import type { DeskState } from './desk.ts';

export async function betweenPasses<T>(desk: Pick<DeskState, 'keeper'>, work: () => Promise<T>): Promise<T> {
  return desk.keeper ? desk.keeper.between(work) : work();
}

/** The same, and shown when the call answers. */
export async function betweenAndShown<T>(
  desk: Pick<DeskState, 'keeper' | 'board'>,
  work: () => Promise<T>,
): Promise<T> {
  const value = await betweenPasses(desk, work);
  await desk.board.refresh();
  return value;
}
