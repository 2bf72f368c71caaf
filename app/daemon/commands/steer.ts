/** `floe limit`, `schedule`, `pause`, `resume`, `power`, `aggregators`, `select`, `brake`: what a person lets Floe do, and when. Said to a running Floe, or for the next. */
import { systemClock } from '../../adapters/time/time.ts';
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import { weekRuleFrom, weekRuleText } from '../../domain/week.ts';
import type { AggregatorLine, Pauses, PowerRule } from '../../wire/steering.ts';
import { numberFlag, textFlag, type Context, type Flags, type Run } from '../command.ts';
import { bytesText, countText, dateText, exitCodes, table } from '../output.ts';
import { withSteering } from '../with-steering.ts';
import { pausedText, rateFrom, rateText, spanMsFrom } from './pace-words.ts';
import { trimSlashes } from './restore.ts';

export const limitCommand: Run = async (context, _args, flags) => {
  const [up, down] = [rateFrom(textFlag(flags, 'up')), rateFrom(textFlag(flags, 'down'))];
  return withSteering(context, async (ask) => {
    const isChange = (up ?? down) !== undefined;
    const { limits, speed } = await ask('steering.set', isChange ? { limits: { up, down } } : {});
    context.output.say(`Up ${rateText(limits.up)}, down ${rateText(limits.down)}. Speed now: ${speed}.`);
    context.output.done({ up: limits.up ?? null, down: limits.down ?? null, speed });
    return exitCodes.done;
  });
};

export const scheduleCommand: Run = async (context, rules, flags) => {
  const plan = rules.map((text) => {
    const rule = weekRuleFrom(text);
    if (rule === undefined)
      throw new Fault(
        'bad-input',
        'after-user',
        `'${text}' is no rule. Write 'mon-fri 08:00-18:00 limited', with full, limited or nothing.`,
      );
    return rule;
  });
  return withSteering(context, async (ask) => {
    const { output } = context;
    const isChange = plan.length > 0 || flags['off'] === true;
    const { plan: now, speed, nextChangeMs } = await ask('steering.set', isChange ? { plan } : {});
    for (const rule of now) output.say(weekRuleText(rule));
    if (now.length === 0) output.say('No schedule.');
    output.say(`Speed now: ${speed}${nextChangeMs === undefined ? '' : `, until ${dateText(nextChangeMs)}`}.`);
    output.done({ rules: now.map(weekRuleText), speed, nextChange: nextChangeMs && dateText(nextChangeMs) });
    return exitCodes.done;
  });
};

/** Where things stand after a pause began or ended. */
function sayPauses({ pause, spaces }: Pauses, { output }: Context): void {
  if (pause) output.say(`Everything: ${pausedText(pause)}`);
  for (const { name, pause: own, isAll } of spaces)
    if (!isAll) output.say(`'${displayName(name)}': ${pausedText(own)}`);
  if (spaces.length === 0 && !pause) output.say('Nothing is paused.');
  output.done({ paused: pause, spaces });
}

export const pauseCommand: Run = async (context, [space], flags) => {
  const span = textFlag(flags, 'for');
  const forMs = span === undefined ? undefined : spanMsFrom(span);
  return withSteering(context, async (ask) => {
    const untilMs = forMs === undefined ? undefined : systemClock().now() + forMs;
    sayPauses(await ask('sync.pause', { space, untilMs }), context);
    return exitCodes.done;
  });
};

export const resumeCommand: Run = async (context, [space]) =>
  withSteering(context, async (ask) => {
    sayPauses(await ask('sync.resume', { space }), context);
    return exitCodes.done;
  });

const ruleOf = (flags: Flags, name: string): PowerRule | undefined =>
  (['never', 'bulk', 'all'] as const).find((rule) => rule === textFlag(flags, name));

export const powerCommand: Run = async (context, _args, flags) =>
  withSteering(context, async (ask) => {
    const [battery, metered] = [ruleOf(flags, 'battery'), ruleOf(flags, 'metered')];
    const isChange = (battery ?? metered) !== undefined;
    const { policy, power } = await ask('steering.set', isChange ? { policy: { battery, metered } } : {});
    const word = (value: boolean | undefined): string => (value === undefined ? 'not known' : value ? 'yes' : 'no');
    context.output.say(`Pauses on battery: ${policy.battery}; on a metered line: ${policy.metered}.`);
    context.output.say(`Now: on battery ${word(power.isOnBattery)}, metered ${word(power.isMetered)}.`);
    context.output.done({ policy, power });
    return exitCodes.done;
  });

const aggregatorText = ({ url, bytes, lies, trouble, pingMs }: AggregatorLine): readonly string[] => [
  url,
  pingMs === undefined ? 'does not answer' : `answers in ${Math.round(pingMs)} ms`,
  bytes === 0 ? '' : `${bytesText(bytes)} read`,
  lies > 0 ? 'sent wrong bytes: not asked any more' : (trouble ?? ''),
];

export const aggregatorsCommand: Run = async (context, urls, flags) => {
  const isOff = flags['off'] === true;
  if (isOff && urls.length > 0) throw new Fault('bad-input', 'after-user', '--off goes with no URL.');
  const isChange = isOff || urls.length > 0;
  return withSteering(context, async (ask) => {
    if (isChange) await ask('steering.set', { aggregators: urls });
    const { aggregators } = await ask('aggregator.list', {});
    const { output } = context;
    output.say(
      aggregators.length === 0
        ? 'No aggregators: everything is read from storage nodes.'
        : table(aggregators.map(aggregatorText)),
    );
    if (urls.length > 0) output.say('Whoever runs them sees which packs are read, when, and from where.');
    output.done({ aggregators });
    return exitCodes.done;
  });
};

const paths = (flags: Flags, name: string): readonly string[] | undefined => {
  const value = flags[name];
  return Array.isArray(value) ? value.map((path) => trimSlashes(String(path))) : undefined;
};

export const selectCommand: Run = async (context, [space = '', path = ''], flags) => {
  const [only, without] = [paths(flags, 'only'), paths(flags, 'without')];
  const isChange = only !== undefined || without !== undefined || flags['all'] === true;
  if (flags['all'] === true && (only ?? without) !== undefined)
    throw new Fault('bad-input', 'after-user', '--all goes with neither --only nor --without.');
  return withSteering(context, async (ask) => {
    if (isChange) await ask('choice.set', { space, only, without: without ?? [] });
    const { folders } = await ask('choice.list', { space, path: trimSlashes(path) });
    const rows = folders.map(({ path: folder, files, bytes, isChosen, filesHere }) => [
      isChosen ? 'here' : 'not here',
      countText(files, 'file'),
      bytesText(bytes),
      filesHere === files ? '' : `${filesHere} on this disk`,
      displayName(folder),
    ]);
    context.output.say(rows.length === 0 ? 'No folders.' : table(rows));
    if (isChange)
      context.output.say('The next pass fetches what is chosen and takes away what is not, once it is certified.');
    context.output.done({ folders: folders.map((one) => ({ ...one, path: displayName(one.path) })) });
    return exitCodes.done;
  });
};

export const brakeCommand: Run = async (context, [space = ''], flags) =>
  withSteering(context, async (ask) => {
    const [deletions, share, rewrites] = ['deletions', 'share', 'rewrites'].map((name) => numberFlag(flags, name));
    const now = await ask('brake.set', { space, deletions, share, rewrites });
    context.output.say(
      `Waits for your word: more than ${now.deletions} deletions in one pass or ${Math.round(100 * now.share)} % of all, and more than ${now.rewrites} files that become incompressible at once.`,
    );
    context.output.done(now);
    return exitCodes.done;
  });
