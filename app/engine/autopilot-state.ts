/** What the autopilot remembers in the catalog: whether it is on, in which epochs it ran, and what could not be paid. Losing it costs nothing. */
import type { Catalog } from '../ports/catalog.ts';

export interface AutopilotState {
  readonly isOn: boolean;
  /** Epochs of its runs, ascending; the last ones only. */
  readonly seenEpochs: readonly number[];
  /** Chain time of its last run; 0 before the first. */
  readonly ranMs: number;
  /** What renewals lacked that must not wait for the next likely wake. */
  readonly urgentFrost: bigint;
}

const recordKey = 'autopilot';
/** Two years of mainnet epochs. */
const seenMax = 52;
const fresh: AutopilotState = { isOn: true, seenEpochs: [], ranMs: 0, urgentFrost: 0n };

export async function readAutopilot(catalog: Pick<Catalog, 'record'>): Promise<AutopilotState> {
  const text = await catalog.record(recordKey);
  if (text === undefined) return fresh;
  const kept = JSON.parse(text) as Omit<AutopilotState, 'urgentFrost'> & { readonly urgentFrost: string };
  return { ...kept, urgentFrost: BigInt(kept.urgentFrost) };
}

export async function writeAutopilot(catalog: Catalog, state: AutopilotState): Promise<void> {
  await catalog.setRecord(recordKey, JSON.stringify({ ...state, urgentFrost: state.urgentFrost.toString() }));
}

/** The epochs with this one. */
export function seenWith(seen: readonly number[], epoch: number): readonly number[] {
  return seen.at(-1) === epoch ? seen : [...seen, epoch].slice(-seenMax);
}
