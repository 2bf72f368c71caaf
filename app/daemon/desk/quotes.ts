/** What a folder would cost: asked of the open account, or, before there is one, of the chosen network through ports opened for the question. */
import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { openChain } from '../../adapters/chain/chain.ts';
import { networkProfile } from '../../adapters/chain/profiles.ts';
import { nodeCrypto } from '../../adapters/crypto/crypto.ts';
import { openDisk } from '../../adapters/disk/disk.ts';
import { openPool } from '../../adapters/pool/pool.ts';
import { epochStartMs, type NetworkState } from '../../domain/committee.ts';
import { Fault } from '../../domain/fault.ts';
import { quoteFolder, type Quote } from '../../engine/engine.ts';
import type { CallIn } from '../../wire/contract.ts';
import type { FolderQuote } from '../../wire/space.ts';
import { readDoor } from '../embedded-network.ts';
import type { DeskState } from './desk.ts';
import { leaseFrost, monthMs, yearMs } from '../prices.ts';

export async function quoteOf(
  desk: DeskState,
  { path, network, leaseEpochs }: CallIn<'folder.quote'>,
  signal: AbortSignal,
): Promise<FolderQuote> {
  if (!isAbsolute(path))
    throw new Fault('bad-input', 'after-user', `A folder is named by its whole path, such as ${homedir()}.`);
  const { phase } = desk.holder;
  if (phase !== 'none') {
    const { engine, config } = await desk.holder.host();
    const quote = await engine.quote(path, leaseEpochs, signal);
    return form(path, quote, await engine.network(signal), config.network === 'local');
  }
  if (network === undefined)
    throw new Fault('bad-input', 'never', 'Before there is an account, a quote names its network.');
  const [disk, pool] = [openDisk({ threads: 1 }), openPool()];
  try {
    const chain = openChain({ endpoint: await endpointOf(desk, network), clock: desk.clock });
    const quote = await quoteFolder({ disk, chain, pool, crypto: nodeCrypto }, path, leaseEpochs, signal);
    return form(path, quote, await chain.network(signal), network === 'local');
  } finally {
    await Promise.all([disk.close(), pool.close()]);
  }
}

async function endpointOf(
  { holder, options }: DeskState,
  network: 'local' | 'testnet' | 'mainnet',
): Promise<ReturnType<typeof networkProfile>> {
  if (network !== 'local') return networkProfile(network);
  const door = (await holder.door()) ?? readDoor(options.localnet ?? '');
  return door.endpoint;
}

function form(path: string, quote: Quote, network: NetworkState, isPlayMoney: boolean): FolderQuote {
  const { files, bytes, packs, encodedBytes, epochs, frost, mist } = quote;
  return {
    path,
    files,
    bytes,
    packs,
    encodedBytes,
    epochs,
    paidUntilMs: epochStartMs(network.epoch + epochs, network),
    frost: String(frost),
    mist: String(mist),
    monthFrost: String(leaseFrost(encodedBytes, network, monthMs)),
    yearFrost: String(leaseFrost(encodedBytes, network, yearMs)),
    isPlayMoney,
  };
}
