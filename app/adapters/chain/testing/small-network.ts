/** For tests: what a ledger of four nodes and thirteen shards is born with, and how a chain finds it. */
import type { Dice } from '../../../domain/clock.ts';
import { parseSuiId } from '../../../domain/ids.ts';
import type { ChainEndpoint } from '../profiles.ts';
import { signingNodes } from './committee-keys.ts';

export const nodes = signingNodes(4);
export const shards = 13;
export const storagePrice = 11_000n;
export const writePrice = 20_000n;

/** Unequal on purpose: weight is counted in shards, not in nodes. */
const shardCounts = [4, 3, 3, 3];

export const genesis = {
  nodes: nodes.map(({ publicKey }, i) => ({
    name: `node-${i}`,
    networkAddress: `127.0.0.1:${9000 + i}`,
    publicKey,
    networkPublicKey: new Uint8Array(33).fill(2),
    shards: shardCounts[i] ?? 0,
  })),
  epochDurationMs: 3_600_000,
  storagePrice,
  writePrice,
  seed: new Uint8Array(32).fill(7),
};

export function countingDice(): Dice {
  let drawn = 0;
  return { bytes: (length) => new Uint8Array(length).fill(++drawn), fraction: () => 0.5 };
}

export function endpointOf(ids: {
  readonly systemObjectId: string;
  readonly stakingObjectId: string;
  readonly exchangeIds: readonly string[];
}): ChainEndpoint {
  return {
    network: 'local',
    grpcUrl: 'http://sui.local',
    systemObjectId: parseSuiId(ids.systemObjectId),
    stakingObjectId: parseSuiId(ids.stakingObjectId),
    exchangeIds: ids.exchangeIds.map((id) => parseSuiId(id)),
  };
}
