/** What the engine's parts share: the ports, what this run has learnt, and the way to a space's keys and to a device that can pay. */
import { Fault } from '../domain/fault.ts';
import type { SnapshotId, SuiId } from '../domain/ids.ts';
import { openNodeHealth } from '../domain/node-health.ts';
import { openAggregatorRows, type AggregatorRows } from '../restore/fetch/fetch.ts';
import { spaceKeys, unwrapSpaceKey, type SpaceKeys } from '../formats/space-keys.ts';
import type { SpaceRow } from '../ports/catalog.ts';
import { openBlobSource } from './blob-source.ts';
import { openPermit } from './budget.ts';
import { claimDevice, readDevice, type Device } from './device.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { EngineEvent } from './progress.ts';
import { applyRegistered } from './ship.ts';
import { createSpender, type Spender } from './spend.ts';
import { openSteering, type Steering } from './steering.ts';
import { accountVouchers } from './voucher.ts';

/** A space with its keys, ready for work. */
export interface OpenSpace {
  readonly row: SpaceRow;
  readonly spaceKey: Uint8Array;
  readonly keys: SpaceKeys;
}

export interface EngineCore extends EnginePorts {
  readonly health: ReturnType<typeof openNodeHealth>;
  readonly blobs: ReturnType<typeof openBlobSource>;
  readonly steering: Steering;
  /** What is read from aggregators; nothing that asks how the storage nodes do may use it. */
  readonly faster: AggregatorRows | undefined;
  readonly emit: (event: EngineEvent) => void;
  readonly point: (name: string) => void;
  /** What is known for as long as this process runs, and is looked up again when it is not. */
  readonly memory: {
    devicesAtMs: number;
    /** Heads that a pass has looked at; what it left of them waits for the next pass and is no news. */
    readonly headsSeen: Set<SnapshotId>;
    /** The devices' bags when none had news, by their digests: as long as they stand so, none has. */
    quietBags: ReadonlyMap<SuiId, string> | undefined;
    /** Spaces whose side snapshots were looked for since packs of another device came. */
    readonly sidesLearnt: Set<number>;
  };
  open(row: SpaceRow): OpenSpace;
  /** Finishes what an earlier run left open. Needs no bag and pays for nothing new, so a device without money can do it. */
  settle(signal: AbortSignal): Promise<void>;
  /** The device with its bag on chain and a spender for its address; settles what an earlier run left open. */
  ready(signal: AbortSignal): Promise<{
    readonly device: Device & { readonly bag: NonNullable<Device['bag']> };
    readonly spender: Spender;
  }>;
}

export function createCore(ports: EnginePorts, emit: (event: EngineEvent) => void): EngineCore {
  const health = openNodeHealth(ports.clock, ports.dice);
  const point = (name: string): void => ports.onPoint?.(name);
  const steering = openSteering(ports);
  ports.pace?.govern(() => steering.speeds());
  const clock = ports.pace?.clock ?? ports.clock;
  const { aggregators, dice } = ports;
  const allowed = (): ReturnType<Steering['aggregators']> => steering.aggregators();
  const faster = aggregators && openAggregatorRows({ aggregators, allowed, clock, dice });
  const settled = async (signal: AbortSignal): Promise<{ readonly device: Device; readonly spender: Spender }> => {
    const device = await readDevice(ports.catalog);
    if (!device)
      throw new Fault(
        'no-account',
        'after-user',
        "This home has no device yet. Run 'floe init' or 'floe recover' first.",
      );
    const signer = ports.account.signer(device.index);
    const spender = createSpender({
      chain: ports.chain,
      catalog: ports.catalog,
      signer,
      log: ports.log,
      permit: openPermit(ports.chain, ports.catalog),
      onPoint: point,
    });
    await spender.settleOpen(async (intent, outcome) => {
      if (intent.kind !== 'register' || intent.space === undefined || intent.pack === undefined) return;
      const row = (await ports.catalog.spaces()).find((space) => space.num === intent.space);
      await applyRegistered(intent.space, intent.pack, row?.pool, outcome, ports.catalog);
    }, signal);
    await accountVouchers(ports, signal);
    return { device, spender };
  };
  return {
    ...ports,
    health,
    steering,
    faster,
    blobs: openBlobSource({ ...ports, clock, health, faster }),
    emit,
    point,
    memory: {
      devicesAtMs: Number.NEGATIVE_INFINITY,
      headsSeen: new Set(),
      quietBags: undefined,
      sidesLearnt: new Set(),
    },
    open(row) {
      const spaceKey = unwrapSpaceKey(ports.crypto, ports.account.key, row.id, row.sealedKey);
      return { row, spaceKey, keys: spaceKeys(ports.crypto, spaceKey) };
    },
    async settle(signal) {
      await settled(signal);
    },
    async ready(signal) {
      const { device, spender } = await settled(signal);
      return { device: await claimDevice(device, spender, ports, signal), spender };
    },
  };
}
