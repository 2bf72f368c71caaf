/** The half of `floe receipt` that needs an engine: issuing one. The file is written whole or not at all, and never over another. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault } from '../../domain/fault.ts';
import { placeOf, textFlag, type Run } from '../command.ts';
import { exitCodes } from '../output.ts';
import { lookInto } from '../session.ts';
import { trimSlashes } from './restore.ts';

export const issueCommand: Run = async (context, [space = '', path = ''], flags) => {
  const out = textFlag(flags, 'out');
  if (out === undefined || out === '') throw new Fault('bad-input', 'after-user', '--out needs a file to write to.');
  const file = placeOf(context, out);
  if (existsSync(file)) throw new Fault('already-exists', 'after-user', `'${out}' exists already.`);
  return lookInto(context, async ({ engine }) => {
    const request = { space, path: trimSlashes(path), at: textFlag(flags, 'at'), withName: flags['withName'] === true };
    const { bytes, receipt } = await engine.receipt(request, context.signal);
    await writeWhole(file, bytes);
    const { committee, blobs } = receipt;
    context.output.say(`Wrote ${out}: ${blobs.length} blobs, signed by the nodes of epoch ${committee.epoch}.`);
    context.output.say(`Anyone can check it: floe receipt verify ${out}`);
    context.output.done({
      out,
      bytes: bytes.length,
      epoch: committee.epoch,
      blobIds: blobs.map(({ blobId }) => blobId),
      endEpoch: Math.min(...blobs.map(({ endEpoch }) => endEpoch)),
    });
    return exitCodes.done;
  });
};

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, bytes, { flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw diskFault(error, path, 'written');
  }
}
