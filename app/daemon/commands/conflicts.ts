/** `floe conflicts`, `floe resolve`, `floe held`: what waits for a person's word. */
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { ConflictLine, ConflictSide, Keep } from '../../engine/engine.ts';
import { textFlag, type Run } from '../command.ts';
import { bytesText, dateText, exitCodes, isoFromNs, table } from '../output.ts';
import { lookInto, withHost } from '../session.ts';

const who = ({ isMine, deviceName, device }: ConflictSide): string =>
  isMine ? 'this device' : displayName(deviceName ?? device.slice(0, 8));

const sideRow = (side: ConflictSide): readonly string[] => [
  displayName(side.path),
  who(side),
  bytesText(side.bytes),
  isoFromNs(side.mtimeNs),
];

const jsonSide = ({ path, bytes, mtimeNs, device, deviceName, isMine }: ConflictSide): object => ({
  path: displayName(path),
  size: bytes,
  mtime: isoFromNs(mtimeNs),
  device,
  deviceName,
  isMine,
});

const jsonLine = ({ kind, timeMs, kept, beside }: ConflictLine): object => ({
  kind,
  time: dateText(timeMs),
  kept: jsonSide(kept),
  beside: jsonSide(beside),
});

export const conflictsCommand: Run = async (context, [wanted]) =>
  lookInto(context, async ({ engine }) => {
    const { output } = context;
    const spaces = (await engine.spaces()).filter(
      ({ space, name }) => wanted === undefined || space === wanted || name === wanted,
    );
    const all: { space: string; conflicts: readonly object[] }[] = [];
    // A name that nobody knows is told as such.
    if (wanted !== undefined && spaces.length === 0) await engine.conflicts(wanted);
    for (const { space, name } of spaces) {
      const lines = await engine.conflicts(space);
      if (lines.length > 0) {
        output.say(`'${displayName(name)}':`);
        output.say(table(lines.flatMap(({ kept, beside }) => [sideRow(kept), sideRow(beside)])));
      }
      all.push({ space, conflicts: lines.map(jsonLine) });
    }
    if (all.every(({ conflicts }) => conflicts.length === 0)) output.say('No conflicts.');
    else output.say('Say which is meant: floe resolve SPACE PATH --keep mine|theirs|both');
    output.done({ spaces: all });
    return exitCodes.done;
  });

const keeps: readonly Keep[] = ['mine', 'theirs', 'both'];

export const resolveCommand: Run = async (context, [space = '', path = ''], flags) =>
  withHost(context, async ({ engine }) => {
    const keep = keeps.find((one) => one === textFlag(flags, 'keep'));
    if (keep === undefined)
      throw new Fault('bad-input', 'after-user', 'Say what to keep: --keep mine, theirs or both.');
    const line = await engine.resolve(space, path.replace(/\/+$/, ''), keep);
    context.output.say(
      `Settled. The next pass carries it to the other devices; the other version stays in the history.`,
    );
    context.output.done({ resolved: jsonLine(line), keep });
    return exitCodes.done;
  });

export const heldCommand: Run = async (context) =>
  lookInto(context, async ({ engine }) => {
    const held = (await engine.held()).filter(
      ({ here, elsewhere, rewritesHere, rewritesElsewhere }) => here + elsewhere + rewritesHere + rewritesElsewhere > 0,
    );
    if (held.length === 0) context.output.say('No deletions are held.');
    for (const { name, here, elsewhere, rewritesHere, rewritesElsewhere } of held) {
      if (rewritesHere > 0)
        context.output.say(
          `'${displayName(name)}': ${rewritesHere} files became unreadable here at once, as if somebody encrypted them. They are stored beside what was before; no deletion leaves this device and no older version is thinned out. If it was you: floe release '${displayName(name)}'`,
        );
      if (rewritesElsewhere > 0)
        context.output.say(
          `'${displayName(name)}': ${rewritesElsewhere} such files were made on other devices. They are not put into the folder here. If they are meant: floe release '${displayName(name)}'`,
        );
      if (here + elsewhere === 0) continue;
      context.output.say(
        `'${displayName(name)}': ${here} deletions made here and ${elsewhere} made on other devices wait. If they are meant: floe release '${displayName(name)}'`,
      );
    }
    context.output.done({ spaces: held });
    return exitCodes.done;
  });
