/**
 * Where a network is found. Only the shared System and Staking objects, the exchanges and the chain itself are pinned; package ids and the
 * type of WAL are always learnt from the chain (walrus-protocol section 5.1).
 */
import { MAINNET_WALRUS_PACKAGE_CONFIG, TESTNET_WALRUS_PACKAGE_CONFIG } from '@mysten/walrus';
import type { SuiId } from '../../domain/ids.ts';
import { parseSuiId } from '../../domain/ids.ts';

export type NetworkName = 'local' | 'testnet' | 'mainnet';

export interface ChainEndpoint {
  readonly network: NetworkName;
  /** Base URL of a Sui full node that speaks gRPC-web. */
  readonly grpcUrl: string;
  /** Base URL of a faucet; absent where there is none. */
  readonly faucetUrl?: string;
  readonly systemObjectId: SuiId;
  readonly stakingObjectId: SuiId;
  /** Exchanges of SUI for WAL; empty where there are none. */
  readonly exchangeIds: readonly SuiId[];
}

/** First four bytes of the genesis checkpoint's digest, as hex. A local network makes its own. */
export const pinnedChain: Readonly<Record<NetworkName, string | undefined>> = {
  local: undefined,
  testnet: '4c78adac',
  mainnet: '35834a8a',
};

/** The endpoint of a public network: full nodes of the Sui Foundation, ids as the Walrus SDK publishes them. */
export function networkProfile(network: 'testnet' | 'mainnet'): ChainEndpoint {
  const config = network === 'testnet' ? TESTNET_WALRUS_PACKAGE_CONFIG : MAINNET_WALRUS_PACKAGE_CONFIG;
  const exchangeIds: readonly string[] = network === 'testnet' ? TESTNET_WALRUS_PACKAGE_CONFIG.exchangeIds : [];
  return {
    network,
    grpcUrl: `https://fullnode.${network}.sui.io:443`,
    ...(network === 'testnet' ? { faucetUrl: 'https://faucet.testnet.sui.io' } : {}),
    systemObjectId: parseSuiId(config.systemObjectId),
    stakingObjectId: parseSuiId(config.stakingPoolId),
    exchangeIds: exchangeIds.map((id) => parseSuiId(id)),
  };
}
