/** `floe doctor`: looks at everything that can be wrong and says how to mend it. Changes nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '../../domain/fault.ts';
import type { Context, Run } from '../command.ts';
import { readConfig } from '../config.ts';
import { findProblems as lookOver, mends, type Problem } from '../checkup.ts';
import { exitCodes } from '../output.ts';
import { lookInto } from '../session.ts';

export const doctorCommand: Run = async (context) => {
  const problems = await findProblems(context);
  const { output } = context;
  for (const { code, message, mend } of problems) output.say(`${message}\n  ${mend} (${code})`);
  if (problems.length === 0) output.say('Nothing is wrong.');
  output.done({ problems });
  return problems.length > 0 ? exitCodes.failed : exitCodes.done;
};

async function findProblems(context: Context): Promise<readonly Problem[]> {
  if (readConfig(context.home) === undefined) {
    const message = existsSync(join(context.home, 'catalog.sqlite'))
      ? 'This home has a catalog and no account.'
      : `There is no Floe account in ${context.home}.`;
    return [{ code: 'no-account', message, mend: mends['no-account'] ?? '' }];
  }
  try {
    return await lookInto(context, ({ engine }) => lookOver(engine, context.signal));
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    return [{ code: fault.code, message: fault.message, mend: mends[fault.code] ?? 'Try again later.' }];
  }
}
