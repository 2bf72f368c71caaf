/** What of a check's findings still stands when it is over: neither mended nor made anew. */
import { Fault } from '../domain/fault.ts';
import type { CheckReport, PackFindings } from './audit.ts';
import type { RemadePack } from './remake.ts';

export interface Standing {
  /** Slivers still missing or wrong. */
  readonly slivers: number;
  /** Packs that are in trouble, with why; without names of files. */
  readonly problems: readonly { readonly space: string; readonly blobId: string; readonly fault: Fault }[];
}

export function standingOf(report: Pick<CheckReport, 'findings' | 'remade'>): Standing {
  const remade = new Map(report.remade.map((pack) => [String(pack.blobId), pack]));
  let slivers = 0;
  const problems: Standing['problems'][number][] = [];
  for (const finding of report.findings) {
    const { space, blobId } = finding;
    const anew = remade.get(blobId);
    const fault = anew ? remadeTrouble(anew) : (finding.problem ?? untouchedTrouble(finding));
    if (anew === undefined) slivers += finding.wanting - finding.repaired;
    if (fault) problems.push({ space, blobId, fault });
  }
  return { slivers, problems };
}

function remadeTrouble({ problem, lost, lostMore, lostHistory }: RemadePack): Fault | undefined {
  const versions = lost.length + lostMore;
  if (problem || versions + lostHistory === 0) return problem;
  const what = versions > 0 ? `${versions} versions of files` : `${lostHistory} parts of the history`;
  return new Fault(
    'blob-unavailable',
    'after-user',
    `Of this pack ${what} could not be made anew: they are neither on the network nor on this computer.`,
  );
}

/** A pack that was only found lost, and not worked on. */
function untouchedTrouble({ health }: PackFindings): Fault | undefined {
  if (health !== 'lost') return undefined;
  return new Fault(
    'blob-unavailable',
    'after-user',
    'Fewer slivers of this pack are left than it takes to rebuild it.',
  );
}
