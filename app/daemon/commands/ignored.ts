/** `floe ignored`: what rules leave out of a space's folder here. */
import { displayName } from '../../domain/path-name.ts';
import type { Run } from '../command.ts';
import { countText, exitCodes } from '../output.ts';
import { lookInto } from '../session.ts';

const pathsShownMax = 50;

export const ignoredCommand: Run = async (context, [space = '']) =>
  lookInto(context, async ({ engine }) => {
    const { output, signal } = context;
    const { count, paths } = await engine.leftOut(space, signal);
    output.say(
      count === 0
        ? 'Nothing is left out.'
        : `Left out by rules: ${countText(count, 'file or folder', 'files and folders')}.`,
    );
    for (const path of paths.slice(0, pathsShownMax)) output.say(`  ${displayName(path)}`);
    if (count > pathsShownMax) output.say(`  … and ${count - pathsShownMax} more.`);
    output.done({ count, paths: paths.map(displayName) });
    return exitCodes.done;
  });
