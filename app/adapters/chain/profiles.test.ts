import { expect, it } from 'vitest';
import { networkProfile, pinnedChain } from './profiles.ts';

it('knows the public networks by the ids that Walrus publishes', () => {
  expect(networkProfile('mainnet')).toEqual({
    network: 'mainnet',
    grpcUrl: 'https://fullnode.mainnet.sui.io:443',
    systemObjectId: '0x2134d52768ea07e8c43570ef975eb3e4c27a39fa6396bef985b5abc58d03ddd2',
    stakingObjectId: '0x10b9d30c28448939ce6c4d6c6e0ffce4a7f8a4ada8248bdad09ef8b70e4a3904',
    exchangeIds: [],
  });
  const testnet = networkProfile('testnet');
  expect(testnet.systemObjectId).toBe('0x6c2547cbbc38025cf3adac45f63cb0a8d12ecf777cdc75a4971612bf97fdf6af');
  expect(testnet.exchangeIds).toHaveLength(4);
  expect(testnet.faucetUrl).toBeDefined();
});

it('pins the chain of each public network and of no other', () => {
  expect(pinnedChain).toEqual({ local: undefined, testnet: '4c78adac', mainnet: '35834a8a' });
});
