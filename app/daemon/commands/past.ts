/** `floe diff` and `floe find`: what changed between two moments, and where a name ever was. */
import { displayName } from '../../domain/path-name.ts';
import type { Difference } from '../../engine/engine.ts';
import { textFlag, type Run } from '../command.ts';
import { bytesText, exitCodes, table } from '../output.ts';
import { lookInto } from '../session.ts';

const dateText = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const marks = { added: '+', removed: '-', changed: '~', moved: '>' } as const;
const ends = { file: '', folder: '/', symlink: '@' } as const;

function sizeText({ before, after }: Difference): string {
  if ((after ?? before)?.kind !== 'file') return '';
  if (before && after && before.bytes !== after.bytes) return `${bytesText(before.bytes)} to ${bytesText(after.bytes)}`;
  return bytesText((after ?? before)?.bytes ?? 0);
}

function lineOf(difference: Difference): readonly string[] {
  const { kind, path, from, before, after } = difference;
  const shown = `${displayName(path)}${ends[(after ?? before)?.kind ?? 'file']}`;
  return [marks[kind], sizeText(difference), kind === 'moved' ? `${shown}  (was ${displayName(from ?? '')})` : shown];
}

export const diffCommand: Run = async (context, [space = ''], flags) =>
  lookInto(context, async ({ engine }) => {
    const { from, to, differences } = await engine.diff(space, textFlag(flags, 'from'), textFlag(flags, 'to'));
    context.output.say(differences.length === 0 ? 'Nothing changed.' : table(differences.map(lineOf)));
    context.output.done({
      from,
      to,
      differences: differences.map(({ kind, path, from: was, before, after }) => ({
        kind,
        path: displayName(path),
        ...(was === undefined ? {} : { from: displayName(was) }),
        entry: (after ?? before)?.kind,
        bytesBefore: before?.bytes,
        bytesAfter: after?.bytes,
      })),
    });
    return exitCodes.done;
  });

export const findCommand: Run = async (context, [space = '', text = ''], flags) =>
  lookInto(context, async ({ engine }) => {
    const found = await engine.find(space, text, flags['deleted'] === true);
    const rows = found.map(({ version, isDeleted, sinceMs, untilMs }) => [
      dateText(sinceMs),
      untilMs === undefined ? 'now' : dateText(untilMs),
      isDeleted ? 'deleted' : '',
      version.kind === 'file' ? bytesText(version.bytes) : '',
      `${displayName(version.path)}${ends[version.kind]}`,
    ]);
    context.output.say(rows.length === 0 ? 'No such name, now or ever.' : table(rows));
    context.output.done({
      found: found.map(({ version, isDeleted, sinceMs, untilMs }) => ({
        path: displayName(version.path),
        kind: version.kind,
        size: version.bytes,
        isDeleted,
        since: dateText(sinceMs),
        ...(untilMs === undefined ? {} : { until: dateText(untilMs) }),
      })),
    });
    return exitCodes.done;
  });
