/**
 * `floe receipt SPACE PATH --out F` and `floe receipt verify F`. Verifying needs no home, no network and no engine: only the file and the code that
 * judges it are loaded.
 */
import { open } from 'node:fs/promises';
import { Fault, faultOf } from '../../domain/fault.ts';
import { receiptBytesMax } from '../../formats/receipt.ts';
import { verifyReceipt } from '../../formats/verify-receipt.ts';
import { textFlag, type Context, type Run } from '../command.ts';
import { exitCodes, type ExitCode } from '../output.ts';

export const receiptCommand: Run = async (context, [first = '', second = ''], flags) => {
  if (first === 'verify' && textFlag(flags, 'out') === undefined) return verify(context, second);
  const { issueCommand } = await import('./receipt-issue.ts');
  return issueCommand(context, [first, second], flags);
};

async function verify({ output }: Context, path: string): Promise<ExitCode> {
  const verdict = verifyReceipt(await readFile(path));
  if (!verdict.valid) {
    const fault = new Fault('bad-input', 'never', `This receipt proves nothing. ${verdict.reason}`);
    output.say(fault.message);
    output.event('failed', { valid: false, reason: verdict.reason, fault: faultFields(fault) });
    return exitCodes.failed;
  }
  const { receipt, signedShards, endEpoch, committeeDigest } = verdict;
  const { committee, content, blobs, issuer, network } = receipt;
  const blobIds = blobs.map(({ blobId }) => blobId);
  output.say(
    `Valid. Storage nodes with at least ${signedShards} of ${committee.shards} shards signed in epoch ${committee.epoch} of '${network}' that they hold:`,
  );
  for (const { blobId, certifiedEpoch, endEpoch: end, event } of blobs) {
    const words = event ? `, transaction ${event.transaction}` : '';
    output.say(`  ${blobId}: certified in epoch ${certifiedEpoch}, paid until epoch ${end}${words}`);
  }
  const hash = Buffer.from(content.sha256).toString('hex');
  output.say(`Content: ${content.bytes} bytes, SHA-256 ${hash}, by the word of ${issuer}.`);
  if (receipt.name) output.say(`Named by the issuer: '${receipt.name.path}' in '${receipt.name.space}'.`);
  output.say(`Committee as listed: ${committeeDigest}. Compare it with the chain to know that it is the real one.`);
  output.done({
    valid: true,
    blobIds,
    epoch: committee.epoch,
    endEpoch,
    signedShards,
    ofShards: committee.shards,
    network,
    issuer,
    contentSha256: hash,
    contentBytes: content.bytes,
    committeeDigest,
    transactions: blobs.flatMap(({ event }) => event?.transaction ?? []),
    ...(receipt.name ? { name: receipt.name } : {}),
  });
  return exitCodes.done;
}

const faultFields = ({ code, retry, message }: Fault) => ({ code, retry, message });

/** At most one byte more than any receipt has. */
async function readFile(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r');
    const bytes = new Uint8Array(receiptBytesMax + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } catch (error) {
    if (faultOf(error)) throw error;
    throw new Fault('bad-input', 'after-user', `The file '${path}' cannot be read.`, error);
  }
}
