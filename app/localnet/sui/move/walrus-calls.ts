/** Calls of the imitated Walrus contracts in a transaction, for tests: the arguments in order, the addresses from the ledger. */
import type { Transaction, TransactionArgument, TransactionResult } from '@mysten/sui/transactions';
import type { Ledger } from '../network.ts';

interface WalrusCalls {
  readonly system: () => TransactionArgument;
  readonly call: (path: string, ...given: readonly TransactionArgument[]) => TransactionResult;
  /** A new coin with this much WAL from the given one. */
  readonly pay: (coin: TransactionArgument | string, frost: bigint) => TransactionArgument;
  readonly destroyZero: (coin: TransactionArgument) => void;
  readonly register: (
    storage: TransactionArgument,
    blob: TrialBlob,
    deletable: boolean,
    payment: TransactionArgument,
  ) => TransactionResult;
  readonly registerPooled: (
    pool: TransactionArgument,
    blob: TrialBlob,
    deletable: boolean,
    payment: TransactionArgument,
  ) => void;
}

interface TrialBlob {
  readonly blobId: bigint;
  readonly rootHash: bigint;
  readonly size: number;
}

export function walrusCalls(tx: Transaction, ledger: Ledger): WalrusCalls {
  const { systemObjectId, walrusCallPackageId, walPackageId } = ledger.ids;
  const call = (path: string, ...given: readonly TransactionArgument[]): TransactionResult =>
    tx.moveCall({ target: `${walrusCallPackageId}::${path}`, arguments: [...given] });
  const described = ({ blobId, rootHash, size }: TrialBlob, deletable: boolean) => [
    tx.pure.u256(blobId),
    tx.pure.u256(rootHash),
    tx.pure.u64(size),
    tx.pure.u8(1),
    tx.pure.bool(deletable),
  ];
  return {
    system: () => tx.object(systemObjectId),
    call,
    pay: (coin, frost) => {
      const [made] = tx.splitCoins(typeof coin === 'string' ? tx.object(coin) : coin, [frost]);
      return made;
    },
    destroyZero: (coin) => {
      tx.moveCall({
        target: '0x2::coin::destroy_zero',
        typeArguments: [`${walPackageId}::wal::WAL`],
        arguments: [coin],
      });
    },
    register: (storage, blob, deletable, payment) =>
      call('system::register_blob', tx.object(systemObjectId), storage, ...described(blob, deletable), payment),
    registerPooled: (pool, blob, deletable, payment) => {
      call('system::register_pooled_blob', tx.object(systemObjectId), pool, ...described(blob, deletable), payment);
    },
  };
}
