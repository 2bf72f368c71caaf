/** `floe cat`: one file of any moment to stdout, as bytes and nothing else. Ends early without noise when the reader of the pipe has gone. */
import { Fault } from '../../domain/fault.ts';
import { textFlag, type Run } from '../command.ts';
import { exitCodes } from '../output.ts';
import { lookInto } from '../session.ts';
import { trimSlashes } from './restore.ts';

const hasGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

export const catCommand: Run = async (context, [space = '', path = ''], flags) => {
  if (context.output.isJson)
    throw new Fault('bad-input', 'after-user', 'floe cat gives the bytes of a file; it has no --json.');
  return lookInto(context, async ({ engine }) => {
    try {
      const file = await engine.openFile({ space, path: trimSlashes(path), at: textFlag(flags, 'at') });
      for await (const piece of file.read(0, file.version.bytes, context.signal)) await context.bytes(piece);
    } catch (error) {
      if (!hasGone(error)) throw error;
    }
    return exitCodes.done;
  });
};
