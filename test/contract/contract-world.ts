/**
 * The official, unmodified SDKs against an embedded network: over loopback sockets as a user's tools would meet it, or through the
 * memory door. A signer comes with SUI from the faucet and WAL from the exchange.
 */
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Transaction } from '@mysten/sui/transactions';
import { WalrusClient } from '@mysten/walrus';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openLocalnet,
  startLocalnet,
  type Ledger,
  type NodeFault,
  type ReadyLine,
} from '../../app/localnet/localnet.ts';
import { loadNative } from '../../native-workers/codec/codec.ts';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { systemClock, systemDice } from './system-time.ts';

export interface ContractWorld {
  readonly signer: Ed25519Keypair;
  /** Fresh clients: the SDK remembers committees and failed reads for ever. */
  clients(format?: 'text' | 'binary'): { readonly sui: SuiGrpcClient; readonly walrus: WalrusClient };
  /** Ends the epoch, and waits until all shards are where they belong in the next one. */
  nextEpoch(): Promise<void>;
  /** A node joins with so much stake. */
  joinNode(frost: bigint): Promise<void>;
  leaveNode(index: number): Promise<void>;
  stopNode(index: number): Promise<void>;
  startNode(index: number): Promise<void>;
  setFault(index: number, fault: NodeFault | undefined): Promise<void>;
  readonly ids: Ledger['ids'];
  close(): Promise<void>;
}

/** MIST and FROST for a whole test file. */
const suiMist = 40_000_000_000n;
const exchangedMist = 5_000_000_000n;

/** Turns some of the signer's SUI into WAL. */
async function fund(signer: Ed25519Keypair, sui: SuiGrpcClient, exchangePackageId: string, exchangeId: string) {
  const transaction = new Transaction();
  const [coin] = transaction.splitCoins(transaction.gas, [exchangedMist]);
  if (coin === undefined) throw new Error('a split gives a coin');
  const wal = transaction.moveCall({
    target: `${exchangePackageId}::wal_exchange::exchange_all_for_wal`,
    arguments: [transaction.object(exchangeId), coin],
  });
  transaction.transferObjects([wal], signer.toSuiAddress());
  const result = await sui.signAndExecuteTransaction({ signer, transaction });
  if (result.$kind !== 'Transaction') throw new Error(`the exchange failed: ${JSON.stringify(result)}`);
  await sui.waitForTransaction({ digest: result.Transaction.digest });
  return signer;
}

/** Clients of a network that runs on loopback, here or in another process. */
export function clientsOf(ready: ReadyLine, format: 'text' | 'binary' = 'binary') {
  const sui = new SuiGrpcClient({ network: 'localnet', baseUrl: ready.sui, format });
  return { sui, walrus: walrusOf(sui, ready.systemObjectId, ready.stakingObjectId) };
}

/** A new key with SUI from the faucet and WAL from the exchange. */
export async function fundedSigner(ready: ReadyLine): Promise<Ed25519Keypair> {
  const signer = new Ed25519Keypair();
  await faucet(ready.faucet, signer.toSuiAddress());
  const { sui } = clientsOf(ready);
  const exchangeId = ready.exchangeIds[0] ?? '';
  const { object } = await sui.core.getObject({ objectId: exchangeId });
  const [exchangePackageId = ''] = object.type.split('::');
  return fund(signer, sui, exchangePackageId, exchangeId);
}

export async function openLoopbackWorld(size: { nodes?: number; shards?: number } = {}): Promise<ContractWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'floe-contract-'));
  const net = await startLocalnet({ dir, ...size, clock: systemClock, dice: systemDice });
  const { ready } = net;
  const headers = { authorization: `Bearer ${ready.controlToken}` };
  const control = async (path: string, value?: unknown): Promise<void> => {
    const body = value === undefined ? {} : { body: JSON.stringify(value) };
    const response = await fetch(`${ready.control}${path}`, { method: 'POST', headers, ...body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const clients = (format: 'text' | 'binary' = 'binary') => clientsOf(ready, format);
  const signer = await fundedSigner(ready);
  return {
    signer,
    clients,
    ids: net.ledger.ids,
    nextEpoch: () => control('/epoch/next'),
    joinNode: (frost) => control('/nodes/join', { frost: String(frost) }),
    leaveNode: (index) => control(`/nodes/${index}/leave`),
    stopNode: (index) => control(`/nodes/${index}/stop`),
    startNode: (index) => control(`/nodes/${index}/start`),
    setFault: (index, fault) => control(`/nodes/${index}/fault`, fault ?? {}),
    async close() {
      await net.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function faucet(url: string, recipient: string): Promise<void> {
  const response = await fetch(`${url}/v2/gas`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ FixedAmountRequest: { recipient } }),
  });
  if (!response.ok) throw new Error(`the faucet answered ${response.status}: ${await response.text()}`);
}

type FetchOptions = { readonly fetch: typeof fetch };

function walrusOf(
  sui: SuiGrpcClient,
  systemObjectId: string,
  stakingPoolId: string,
  options?: FetchOptions,
): WalrusClient {
  return new WalrusClient({
    packageConfig: { systemObjectId, stakingPoolId },
    suiClient: sui,
    storageNodeUrlScheme: 'http',
    ...(options === undefined ? {} : { storageNodeClientOptions: options }),
  });
}

export async function openMemoryWorld(size: { nodes?: number; shards?: number } = {}): Promise<ContractWorld> {
  const rs2 = loadNative() ?? portableRs2;
  const net = await openLocalnet({ ...size, clock: systemClock, dice: systemDice, rs2 });
  const { ids } = net.ledger;
  const clients = (format: 'text' | 'binary' = 'binary') => {
    const sui = new SuiGrpcClient({ network: 'localnet', baseUrl: 'http://sui.local', format, fetch: net.suiFetch });
    return { sui, walrus: walrusOf(sui, ids.systemObjectId, ids.stakingObjectId, { fetch: net.nodeFetch }) };
  };
  const funded = new Ed25519Keypair();
  net.ledger.fund(funded.toSuiAddress(), suiMist);
  const signer = await fund(funded, clients().sui, ids.exchangePackageId, ids.exchangeIds[0] ?? '');
  return {
    signer,
    clients,
    ids,
    async nextEpoch() {
      net.ledger.advanceEpoch();
      await net.movesSettled();
    },
    async joinNode(frost) {
      const { nodeId } = await net.addNode();
      net.ledger.setStake(nodeId, frost);
    },
    leaveNode: async (index) => net.ledger.leaveNode(net.nodes[index]?.nodeId ?? ''),
    stopNode: async (index) => net.nodes[index]?.stop(),
    startNode: async (index) => net.nodes[index]?.start(),
    setFault: async (index, fault) => net.nodes[index]?.setFault(fault),
    close: () => net.close(),
  };
}
