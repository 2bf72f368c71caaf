/** `floe move`: the folder of a space is at another place now. */
import { displayName } from '../../domain/path-name.ts';
import { placeOf, type Run } from '../command.ts';
import { exitCodes } from '../output.ts';
import { lookInto, withHost } from '../session.ts';
import { refuseHome } from './space.ts';

export const moveCommand: Run = async (context, [space = '', path = ''], flags) => {
  const isDry = flags['dryRun'] === true;
  return (isDry ? lookInto : withHost)(context, async ({ engine }) => {
    const { output, signal } = context;
    const given = placeOf(context, path);
    await refuseHome(given, context.home);
    const moved = await engine.moveSpace({ space, folder: given, isDry }, signal);
    const { from, folder, isSame } = moved;
    const [name, place] = [displayName(moved.name), displayName(folder)];
    if (folder === from) output.say(`'${name}' is kept in ${place} already.`);
    else {
      output.say(
        `'${name}' ${isDry ? 'could be kept' : 'is kept'} in ${place} from now on. What is as it was is not sent again.`,
      );
      if (!isSame)
        output.say(
          '  It is not the very folder that was known, perhaps a copy of it: what is missing there waits for your word.',
        );
      if (!isDry && !context.running) output.say("  Run 'floe sync' to compare it now.");
    }
    output.done({ ...moved, ...(isDry ? { dryRun: true } : {}) });
    return exitCodes.done;
  });
};
