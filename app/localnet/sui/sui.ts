/**
 * The Sui stand-in of the embedded network: a ledger that executes programmable transactions with the Move calls of Walrus, and two doors to
 * it that speak the full node's gRPC-web: one on loopback, one as a `fetch` without any socket.
 */
export { openLedger } from './ledger/ledger.ts';
export { serveSui } from './rpc/loopback.ts';
export type { SuiDoor } from './rpc/loopback.ts';
export { suiFetch } from './rpc/memory.ts';
export type { GenesisOptions, Ledger, WalrusEvent } from './network.ts';
