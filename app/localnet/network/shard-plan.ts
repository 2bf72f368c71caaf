/** How large an embedded network may be, and how its shards spread over its nodes. */
import { Fault } from '../../domain/fault.ts';

export const defaultNodes = 12;
export const defaultShards = 100;
export const defaultEpochSeconds = 86_400;

const shardsMin = 4;
const shardsMax = 1000;
const nodesMin = 4;
export const nodesMax = 100;
/** A week of seconds is long enough for any demonstration, a year for a machine that runs on. */
const epochSecondsMax = 366 * 86_400;

export interface NetworkSize {
  readonly nodes: number;
  readonly shards: number;
  readonly epochSeconds: number;
}

/** Refuses sizes that the protocol or this machine cannot have. */
export function parseNetworkSize(size: Partial<NetworkSize>): NetworkSize {
  const { nodes = defaultNodes, shards = defaultShards, epochSeconds = defaultEpochSeconds } = size;
  const check = (name: string, value: number, min: number, max: number): void => {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    throw new Fault('bad-input', 'after-user', `An embedded network needs ${min} to ${max} ${name}, not ${value}.`);
  };
  check('shards', shards, shardsMin, shardsMax);
  check('nodes', nodes, nodesMin, nodesMax);
  check('seconds per epoch', epochSeconds, 1, epochSecondsMax);
  if (shards < nodes) {
    throw new Fault(
      'bad-input',
      'after-user',
      `${nodes} nodes cannot share ${shards} shards: each needs at least one.`,
    );
  }
  return { nodes, shards, epochSeconds };
}

/** Shards per node, as equal as whole numbers allow. */
export function spreadShards(nodes: number, shards: number): readonly number[] {
  return Array.from({ length: nodes }, (_, i) => Math.floor(shards / nodes) + (i < shards % nodes ? 1 : 0));
}
