/** The head that an installation put on chain itself, and the fault when another one's stands in its place. */
import { Fault } from '../domain/fault.ts';
import type { DeviceId } from '../domain/ids.ts';
import type { BagRecord } from '../formats/head.ts';
import type { Catalog, RoundRow, SpaceRow } from '../ports/catalog.ts';

/** This installation's newest certified round of a space. */
export async function ownNewest(row: SpaceRow, device: DeviceId, catalog: Catalog): Promise<RoundRow | undefined> {
  const rounds = await catalog.snapshots(row.num);
  return rounds.findLast((round) => round.state === 'certified' && round.device === device);
}

export const deviceCopied = (): Fault =>
  new Fault(
    'device-copied',
    'later',
    'Another installation works under the identity of this one. It takes one of its own.',
  );

/**
 * The head on chain is the one that this installation put there, or this very round's. Another's means that two installations work under one identity,
 * and writing over it would take away what the other one certified.
 */
export async function demandOwnHead(
  { row, device }: { readonly row: SpaceRow; readonly device: { readonly id: DeviceId } },
  round: RoundRow,
  standing: BagRecord | undefined,
  catalog: Catalog,
): Promise<void> {
  if (standing?.kind !== 'head' || standing.record.snapshot === round.snapshot) return;
  if ((await ownNewest(row, device.id, catalog))?.snapshot !== standing.record.snapshot) throw deviceCopied();
}
