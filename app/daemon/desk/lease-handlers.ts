/** Leases, the autopilot and the cap, as a window sees and changes them. What costs something is quoted first and then done between passes. */
import type { Engine, RenewReport } from '../../engine/engine.ts';
import { epochStartMs, type NetworkState } from '../../domain/committee.ts';
import type { Handlers } from '../../wire/contract.ts';
import type { LeaseWarning, Renewal } from '../../wire/storage.ts';
import type { Host } from '../host.ts';
import { betweenPasses } from './between-passes.ts';
import type { DeskState } from './desk.ts';

const nothing = {};

type Named = Pick<
  Handlers,
  'lease.list' | 'lease.renew' | 'lease.autopilot' | 'lease.ahead' | 'budget.state' | 'budget.set'
>;

export function leaseHandlers(desk: DeskState, host: () => Promise<Host>): Named {
  const engine = async (): Promise<Engine> => (await host()).engine;
  /** The running pass stops where it is, so that nobody waits for a long one. */
  const change = async <T>(work: (engine: Engine) => Promise<T>): Promise<T> => {
    const asked = await engine();
    const value = await betweenPasses(desk, () => work(asked));
    desk.board.chainChanged();
    return value;
  };
  return {
    'lease.list': async (_, signal) => {
      const asked = await engine();
      const [report, network] = [await asked.leases(signal), await asked.network(signal)];
      const nameOf = new Map<string, Pick<LeaseWarning, 'space' | 'name'>>(
        report.leases.map(({ pool, space, name }) => [pool, { space, name }]),
      );
      return {
        epoch: report.epoch,
        epochDurationMs: network.epochDurationMs,
        epochsAheadMax: network.epochsAheadMax,
        isAutopilotOn: report.isOn,
        leases: report.leases.map(
          ({ space, name, pool, isOwn, device, capacity, used, endEpoch, aheadEpochs, renewsAt, frostPerEpoch }) => ({
            space,
            name,
            pool,
            isOwn,
            device,
            endEpoch,
            aheadEpochs,
            capacityBytes: capacity,
            usedBytes: used,
            endsAtMs: epochStartMs(endEpoch, network),
            aheadMs: aheadEpochs * network.epochDurationMs,
            renewsAtMs:
              renewsAt === undefined ? undefined : Math.max(epochStartMs(renewsAt, network), desk.clock.now()),
            frostPerEpoch: String(frostPerEpoch),
          }),
        ),
        warnings: report.plan.warnings.flatMap(({ id, daysLeft, because }): readonly LeaseWarning[] => {
          const about = nameOf.get(id);
          return about ? [{ ...about, daysLeft, because }] : [];
        }),
      };
    },
    'lease.renew': async ({ space, epochs, isDry }, signal) => {
      const asked = await engine();
      const network = await asked.network(signal);
      const request = { space, epochs, isDry };
      const report = isDry ? await asked.renew(request, signal) : await change((open) => open.renew(request, signal));
      return renewalForm(report, network);
    },
    'lease.autopilot': async ({ isOn }) => {
      await change((asked) => asked.setAutopilot(isOn));
      return nothing;
    },
    'lease.ahead': async ({ space, epochs }, signal) => {
      await change((asked) => asked.setAhead(space, epochs, signal));
      return nothing;
    },
    'budget.state': async (_, signal) => {
      const { monthFrost, monthStartMs, spentFrost, leftFrost, gasMist, unexplained } = await (
        await engine()
      ).budget(signal);
      return {
        monthStartMs,
        capFrost: monthFrost?.toString(),
        spentFrost: String(spentFrost),
        leftFrost: leftFrost?.toString(),
        gasMist: String(gasMist),
        unexplained: unexplained.length,
      };
    },
    'budget.set': async ({ monthFrost }) => {
      await change((asked) => asked.setBudget(monthFrost === undefined ? undefined : BigInt(monthFrost)));
      // What the cap stopped is tried again now.
      desk.keeper?.wake();
      return nothing;
    },
  };
}

const renewalForm = ({ renewed, unpaid }: RenewReport, network: NetworkState): Renewal => ({
  renewed: renewed.map(({ space, epochs, endEpoch, frost }) => ({
    space,
    epochs,
    endsAtMs: epochStartMs(endEpoch, network),
    frost: String(frost),
  })),
  frost: String(renewed.reduce((sum, { frost }) => sum + frost, 0n)),
  unpaid: unpaid.map(({ frost, because }) => ({ frost: String(frost), because })),
});
