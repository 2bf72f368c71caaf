/** `floe check`: an audit of what the nodes hold, with the confidence that its sample gives, and the repair of what is wanting. */
import { Fault } from '../../domain/fault.ts';
import { displayName } from '../../domain/path-name.ts';
import { standingOf, type CheckLine, type CheckReport, type KeptProof } from '../../engine/engine.ts';
import { textFlag, type Flags, type Run } from '../command.ts';
import { countText, dateText, exitCodes, table, type ExitCode, type Output } from '../output.ts';
import { lookInto, withHost } from '../session.ts';

/** Packs with findings shown to people; scripts get all. */
const findingsShownMax = 20;

export const checkCommand: Run = async (context, _args, flags) =>
  (flags['repair'] === true ? withHost : lookInto)(context, async ({ engine }) => {
    if (flags['history'] === true) return sayHistory(context.output, await engine.checks());
    const blob = textFlag(flags, 'proof');
    if (blob !== undefined) return sayProof(context.output, await engine.inconsistencyProof(blob));
    const share = shareOf(flags);
    const repairs = flags['repair'] === true;
    const report = await engine.check({ share, repairs }, context.signal);
    sayCheck(context.output, report, repairs);
    const { findings, remade, ...rest } = report;
    const said = <T extends { readonly problem: Fault | undefined }>({ problem, ...line }: T) => ({
      ...line,
      ...(problem ? { problem: { code: problem.code, message: problem.message } } : {}),
    });
    const confidence = 1 - report.doubtAll;
    const anew = remade.map(({ proof, ...pack }) => ({ ...said(pack), ...(proof ? { proof: proofLine(proof) } : {}) }));
    context.output.done({ ...rest, confidence, findings: findings.map(said), remade: anew });
    const standing = standingOf(report);
    return standing.slivers > 0 || standing.problems.length > 0 ? exitCodes.partly : exitCodes.done;
  });

/** Without its bytes, which `--proof` gives. */
const proofLine = ({ axis, target, shards, signed }: KeptProof): object => {
  return { axis, target, shards, signedShards: signedShards(signed) };
};

const signedShards = (signed: KeptProof['signed']): number => signed.reduce((sum, node) => sum + node.shards, 0);

function sayProof(output: Output, proof: KeptProof | undefined): ExitCode {
  if (proof === undefined)
    throw new Fault('not-found', 'never', 'No proof is kept here that this blob was encoded wrongly.');
  output.say(JSON.stringify(proof));
  output.done({ proof });
  return exitCodes.done;
}

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
  if (slivers > 0 && missing + corrupt + unreachable === 0) output.say('All of them were there and genuine.');
  else if (slivers > 0) output.say(`${missing} were missing, ${corrupt} wrong, ${unreachable} could not be asked for.`);
  if (repairs && slivers > 0) output.say(`${repaired} of those missing or wrong are in place again.`);
  for (const finding of findings.slice(0, findingsShownMax))
    output.say(`  '${displayName(finding.space)}' ${finding.blobId}: ${findingText(finding)}`);
  sayWeak(output, report, repairs);
  for (const pack of report.remade) sayRemade(output, pack);
  if (packs === 0) return;
  output.say(
    `If a pack could not be rebuilt, a sample as good as the worst one seen would come up with probability ${probability(report.doubtWorst)} at most; for all packs together: ${probability(report.doubtAll)}.`,
  );
}

const healthWords = {
  sound: 'another third of the shards may fail',
  weak: 'below the threshold: it can be rebuilt, but not after another third of the shards has failed',
  lost: 'lost: fewer slivers are left than it takes to rebuild it',
  inconsistent: 'its slivers contradict one another: it was encoded wrongly',
  unknown: 'it could not be looked at',
};

function findingText({ pairs, good, health, problem, wanting, repaired }: CheckReport['findings'][number]): string {
  const words =
    health === 'unknown' && problem ? problem.message : `${healthWords[health]} (${good} of ${pairs} pairs good)`;
  if (wanting > 0 && repaired === wanting) return `${words}; mended`;
  return problem && health !== 'unknown' ? `${words}. ${problem.message}` : words;
}

/** What is at risk, and what to do about it. */
function sayWeak(output: Output, { weak, findings }: CheckReport, repairs: boolean): void {
  if (weak === 0) return;
  const broken = findings.filter(({ health }) => health === 'lost' || health === 'inconsistent').length;
  output.say(`${countText(weak, 'pack was', 'packs were')} found below the threshold of health.`);
  if (repairs) return;
  if (weak > broken) output.say('Nothing is lost of those that can be rebuilt. Mend them: floe check --repair');
  if (broken > 0)
    output.say(
      `What lies only in ${countText(broken, 'pack')} cannot be restored now. Connect the disks with your folders; then 'floe check --repair' stores it anew, which is paid from the pool.`,
    );
}

function sayRemade(output: Output, pack: CheckReport['remade'][number]): void {
  const { space, blobId, chunks, remade, lost, lostMore, lostHistory, problem, proof } = pack;
  const name = `'${displayName(space)}' ${blobId}`;
  if (problem) return output.say(`Not made anew: ${name}: ${problem.message}`);
  output.say(`Made anew: ${name}: ${remade} of ${countText(chunks, 'chunk')} that lay nowhere else are stored again.`);
  if (proof) {
    output.say(
      `  It is proved that the blob was encoded wrongly (${proof.axis} sliver ${proof.target}); nodes with ${signedShards(proof.signed)} of ${proof.shards} shards have checked that and signed it. The proof is kept: floe check --proof ${blobId}`,
    );
  }
  for (const { path, isNewest } of lost.slice(0, findingsShownMax))
    output.say(`  Lost: ${displayName(path)}${isNewest ? '' : ' (a former version)'}`);
  const more = lost.length + lostMore - Math.min(lost.length, findingsShownMax);
  if (more > 0) output.say(`  and ${countText(more, 'version')} more`);
  if (lostHistory > 0)
    output.say(
      `  ${countText(lostHistory, 'part')} of the history could not be written anew: it is whole on this computer, but one that begins with the phrase will not find all of it.`,
    );
  if (lost.length > 0)
    output.say(
      '  Nothing else of this pack is lost. If another disk or backup has these files, put them back and sync; then run this again.',
    );
}

const probability = (value: number): string =>
  value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : value.toFixed(3);
