/** The commands that steer: limits, schedule, pauses, battery, aggregators, folders of choice, brakes. */
import { Option } from 'commander';
import { collect, lazily, type AddCommand, type Run } from './command.ts';

const powerRules = ['never', 'bulk', 'all'];

export function addSteeringCommands(command: AddCommand): void {
  const steer = (name: keyof typeof import('./commands/steer.ts')): Run =>
    lazily(async () => (await import('./commands/steer.ts'))[name]);
  command(
    'limit',
    'Limits how fast Floe sends and fetches, all storage nodes and aggregators together; without a flag, says what holds.',
    'limit --up 2MB/s --down off',
    steer('limitCommand'),
  )
    .option('--up <RATE>', 'bytes a second, such as 500kB/s or 2MB/s, or off')
    .option('--down <RATE>', 'bytes a second, or off');
  command(
    'schedule [RULES...]',
    "A week's plan in local time: full speed, limited (see limit) or nothing. Later rules come first; hours without a rule are free.",
    "schedule 'mon-fri 08:00-18:00 limited' 'daily 23:00-06:00 full'",
    steer('scheduleCommand'),
  ).option('--off', 'no schedule');
  command(
    'pause [SPACE]',
    'Pauses a space, or everything, until it is resumed. Leases are still looked after.',
    'pause --for 2h',
    steer('pauseCommand'),
  ).option('--for <TIME>', 'such as 30m, 2h or 1d');
  command('resume [SPACE]', 'Ends a pause.', 'resume', steer('resumeCommand'));
  command(
    'power',
    'What battery and metered lines mean: never pause, let large files wait (bulk), or pause all.',
    'power --battery bulk --metered all',
    steer('powerCommand'),
  )
    .addOption(new Option('--battery <RULE>', 'on battery').choices(powerRules))
    .addOption(new Option('--metered <RULE>', 'on a line that is paid by the byte').choices(powerRules));
  command(
    'aggregators [URL...]',
    'Aggregators that may be asked for packs before storage nodes are. Whoever runs one sees what is read, and when. Without a URL, says how they do.',
    'aggregators https://aggregator.example.org',
    steer('aggregatorsCommand'),
  ).option('--off', 'none');
  command(
    'select <SPACE> [PATH]',
    'Which folders of a space are on this device. Without a flag, lists them with their sizes.',
    'select Photos --without 2019 --without raw',
    steer('selectCommand'),
  )
    .option('--only <PATH>', 'only this folder; may be given again', collect)
    .option('--without <PATH>', 'not this folder; may be given again', collect)
    .option('--all', 'all folders');
  command(
    'brake <SPACE>',
    'What counts as more than usual in a space and waits for your word; without a flag, says what holds.',
    'brake Photos --deletions 2000 --share 0.5',
    steer('brakeCommand'),
  )
    .option('--deletions <N>', 'deletions in one pass', Number)
    .option('--share <P>', 'share of all files and folders, above 0 and up to 1', Number)
    .option('--rewrites <N>', 'files that become incompressible in ten minutes', Number);
}
