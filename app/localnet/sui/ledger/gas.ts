/**
 * What a transaction costs, in MIST: computation in steps, storage by bytes with almost all of it given back when the bytes go. The rules
 * are Sui's; the computation units are only plausible, because no bytecode runs here.
 */

export const referenceGasPrice = 1_000n;
/** Storage units per byte times MIST per storage unit. */
const storageMistPerByte = 100n * 76n;
/** Of the storage fee, this many of 10,000 come back. */
const rebateBasisPoints = 9_900n;
export const gasBudgetMaxMist = 50_000_000_000n;
const computationSteps = [1_000n, 5_000n, 10_000n, 20_000n, 50_000n, 200_000n, 1_000_000n, 5_000_000n];
/** Commands that fit into the cheapest step: a register or certify transaction has fewer. */
const commandsPerThousandUnits = 24n;

export interface GasUsed {
  readonly computation: bigint;
  readonly storage: bigint;
  readonly rebate: bigint;
  readonly nonRefundable: bigint;
}

export const gasBudgetMinMist = (price: bigint): bigint => price * 1_000n;

export function computationMist(commands: number, price: bigint): bigint {
  const units = ((BigInt(commands) + commandsPerThousandUnits - 1n) / commandsPerThousandUnits) * 1_000n;
  const step = computationSteps.find((one) => one >= units) ?? units;
  return step * price;
}

export const storageMist = (bytes: number): bigint => BigInt(bytes) * storageMistPerByte;

/** Splits what was paid for objects that changed or went into the part given back and the part kept. */
export function rebateOf(paid: bigint): { rebate: bigint; nonRefundable: bigint } {
  const rebate = (paid * rebateBasisPoints) / 10_000n;
  return { rebate, nonRefundable: paid - rebate };
}

/** What the payer loses; negative when more storage is freed than taken. */
export const netMist = (gas: GasUsed): bigint => gas.computation + gas.storage - gas.rebate;
