/** `floe check`: an audit of what the nodes hold, with the confidence that its sample gives, and the repair of what is wanting. */
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import type { CheckLine, CheckReport } from '../../engine/engine.ts';
import { textFlag, type Flags, type Run } from '../command.ts';
import { dateText, exitCodes, table, type ExitCode, type Output } from '../output.ts';
import { withHost } from '../session.ts';

/** Packs with findings shown to people; scripts get all. */
const findingsShownMax = 20;

export const checkCommand: Run = async (context, _args, flags) =>
  withHost(context, async ({ engine }) => {
    if (flags['history'] === true) return sayHistory(context.output, await engine.checks());
    const share = shareOf(flags);
    const repairs = flags['repair'] === true;
    const report = await engine.check({ share, repairs }, context.signal);
    sayCheck(context.output, report, repairs);
    const { findings, ...rest } = report;
    const problems = findings.map(({ problem, ...line }) => ({
      ...line,
      ...(problem ? { problem: { code: problem.code, message: problem.message } } : {}),
    }));
    context.output.done({ ...rest, confidence: 1 - report.doubtAll, findings: problems });
    const unmended = report.missing + report.corrupt - report.repaired;
    return unmended > 0 || findings.some(({ problem }) => problem) ? exitCodes.partly : exitCodes.done;
  });

/** Lines shown to people; scripts get all. */
const linesShownMax = 30;

function sayHistory(output: Output, lines: readonly CheckLine[]): ExitCode {
  const head = ['when', 'packs', 'slivers', 'missing', 'corrupt', 'no answer', 'mended', 'confidence'];
  const rows = lines
    .slice(-linesShownMax)
    .map((line) => [
      dateText(line.atMs),
      `${line.packs} of ${line.ofPacks}`,
      ...[line.slivers, line.missing, line.corrupt, line.unreachable, line.repaired].map(String),
      confidenceText(line.confidence),
    ]);
  output.say(lines.length === 0 ? 'No check was made yet.' : table([head, ...rows]));
  output.done({ checks: lines });
  return exitCodes.done;
}

/** Never rounded up to certainty. */
const confidenceText = (confidence: number): string => (Math.floor(confidence * 1e9) / 1e9).toString();

function shareOf(flags: Flags): number | undefined {
  const text = textFlag(flags, 'sample');
  if (text === undefined) return undefined;
  const share = Number(text);
  if (text.trim() === '' || !(share > 0 && share <= 1))
    throw new Fault('bad-input', 'after-user', '--sample is a share above 0 and at most 1, such as 0.1.');
  return share;
}

function sayCheck(output: Output, report: CheckReport, repairs: boolean): void {
  const { packs, slivers, missing, corrupt, unreachable, repaired, nodes, findings } = report;
  output.say(`Looked at ${slivers} slivers of ${packs} packs.`);
  const asked = nodes.filter(({ sampled }) => sampled > 0);
  if (asked.length > 0) {
    const head = ['node', 'slivers', 'missing', 'corrupt', 'no answer'];
    const rows = asked.map((node) =>
      [displayName(node.name), node.sampled, node.missing, node.corrupt, node.unreachable].map(String),
    );
    output.say(table([head, ...rows]));
  }
  if (missing + corrupt + unreachable === 0) output.say('All of them were there and genuine.');
  else output.say(`${missing} were missing, ${corrupt} wrong, ${unreachable} could not be asked for.`);
  if (repairs) output.say(`${repaired} of those missing or wrong are in place again.`);
  for (const { space, blobId, pairs, good, problem } of findings.slice(0, findingsShownMax))
    output.say(`  '${displayName(space)}' ${blobId}: ${problem ? problem.message : `${good} of ${pairs} pairs good`}`);
  if (packs === 0) return;
  output.say(
    `If a pack could not be rebuilt, a sample as good as the worst one seen would come up with probability ${probability(report.doubtWorst)} at most; for all packs together: ${probability(report.doubtAll)}.`,
  );
}

const probability = (value: number): string =>
  value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : value.toFixed(3);
