/**
 * A transaction as it arrives: strict BCS, within Sui's size limits, not expired, signed by whoever must sign. Everything wrong with it is
 * refused here, before any object is read.
 */
import { bcs } from '@mysten/sui/bcs';
import { TransactionDataBuilder } from '@mysten/sui/transactions';
import { fromBase58, fromBase64, toBase64 } from '@mysten/sui/utils';
import { verifyTransactionSignature } from '@mysten/sui/verify';
import { invalid } from './refusal.ts';
import { sameBytes } from '../../../domain/bytes.ts';

type Whole = (typeof bcs.TransactionData)['$inferType'];
type TransactionDataV1 = Extract<Whole, { $kind: 'V1' }>['V1'];
type Programmable = Extract<TransactionDataV1['kind'], { $kind: 'ProgrammableTransaction' }>['ProgrammableTransaction'];
export type CallArgument = Programmable['inputs'][number];

export interface Envelope {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly digestBytes: Uint8Array;
  readonly sender: string;
  readonly gas: TransactionDataV1['gasData'];
  readonly expiration: TransactionDataV1['expiration'];
  readonly inputs: Programmable['inputs'];
  readonly commands: Programmable['commands'];
}

/** Limits of Sui's protocol configuration. */
const transactionBytesMax = 131_072;
const commandsMax = 1_024;
const inputsMax = 2_048;
const argumentsMax = 512;
const pureBytesMax = 16_384;
export const gasObjectsMax = 256;

export function readEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > transactionBytesMax) {
    throw invalid(`Transaction size ${bytes.length} exceeds the limit of ${transactionBytesMax} bytes`);
  }
  let data: Whole;
  try {
    data = bcs.TransactionData.parse(bytes);
    // The library ignores what follows the value and accepts long forms; only the one encoding may be signed and hashed.
    if (!sameBytes(bcs.TransactionData.serialize(data).toBytes(), bytes)) throw new Error('not canonical');
  } catch (cause) {
    throw invalid('invalid transaction: unable to deserialize TransactionData', cause);
  }
  const { sender, kind, gasData, expiration } = data.V1;
  if (kind.$kind !== 'ProgrammableTransaction') throw invalid('Only programmable transactions may be submitted');
  const digest = TransactionDataBuilder.getDigestFromBytes(bytes);
  const { inputs, commands } = kind.ProgrammableTransaction;
  checkSizes(inputs, commands);
  return { bytes, digest, digestBytes: fromBase58(digest), sender, gas: gasData, expiration, inputs, commands };
}

function checkSizes(inputs: Programmable['inputs'], commands: Programmable['commands']): void {
  if (commands.length === 0) throw invalid('Transaction has no commands');
  if (commands.length > commandsMax)
    throw invalid(`Size limit exceeded: maximum commands in a programmable transaction is ${commandsMax}`);
  if (inputs.length > inputsMax)
    throw invalid(`Size limit exceeded: maximum input objects in a transaction is ${inputsMax}`);
  for (const input of inputs) {
    if (input.$kind === 'Pure' && fromBase64(input.Pure.bytes).length > pureBytesMax) {
      throw invalid(`Size limit exceeded: maximum pure argument size is ${pureBytesMax}`);
    }
    if (input.$kind === 'FundsWithdrawal') throw invalid('Withdrawals from address balances are not imitated here');
    if (input.$kind === 'Object' && input.Object.$kind === 'Receiving')
      throw invalid('Receiving objects are not imitated here');
  }
  for (const command of commands) {
    if (command.$kind === 'MoveCall' && command.MoveCall.arguments.length > argumentsMax) {
      throw invalid(`Size limit exceeded: maximum arguments in a move call is ${argumentsMax}`);
    }
  }
}

export function checkExpiration(
  { expiration }: Pick<Envelope, 'expiration'>,
  now: { readonly epoch: number; readonly nowMs: number; readonly chainId: string },
): void {
  if (expiration.$kind === 'None') return;
  if (expiration.$kind === 'Epoch') {
    if (Number(expiration.Epoch) < now.epoch) throw invalid('Transaction Expired');
    return;
  }
  const window = expiration.$kind === 'ValidDuring' ? expiration.ValidDuring : expiration.Validity;
  if (window.chain !== now.chainId) throw invalid(`Invalid chain id: ${window.chain}`);
  const { minEpoch, maxEpoch, minTimestamp, maxTimestamp } = window;
  const early = minEpoch !== null && now.epoch < Number(minEpoch);
  const late = maxEpoch !== null && now.epoch > Number(maxEpoch);
  const tooSoon = minTimestamp !== null && now.nowMs < Number(minTimestamp);
  const tooLate = maxTimestamp !== null && now.nowMs > Number(maxTimestamp);
  if (early || late || tooSoon || tooLate) throw invalid('Transaction Expired');
}

const signatureBytesMax = 16_384;

/** Every signer the transaction needs has signed exactly once: the sender, and whoever else pays the gas. */
export async function checkSignatures(envelope: Envelope, signatures: readonly Uint8Array[]): Promise<void> {
  const signers = new Set([envelope.sender, envelope.gas.owner]);
  if (signatures.length !== signers.size) {
    throw invalid(`Expect ${signers.size} signer signatures but got ${signatures.length}`);
  }
  const missing = new Set(signers);
  for (const signature of signatures) {
    const signer = await signerOf(envelope.bytes, signature);
    if (!missing.delete(signer)) throw invalid(`Value was not signed by the correct sender: ${signer} is no signer`);
  }
}

async function signerOf(bytes: Uint8Array, signature: Uint8Array): Promise<string> {
  if (signature.length === 0 || signature.length > signatureBytesMax) throw invalid('invalid signature: wrong length');
  if (signature[0] === zkLoginFlag) throw invalid('zkLogin signatures are not imitated here');
  try {
    return (await verifyTransactionSignature(bytes, toBase64(signature))).toSuiAddress();
  } catch (cause) {
    throw invalid('Signature is not valid: Fail to verify user sig', cause);
  }
}

const zkLoginFlag = 5;
