/** Who holds a file, drills, checks of what nodes keep, and receipts. A drill's files are thrown away whatever comes of it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { diskFault } from '../../adapters/disk/disk.ts';
import { Fault } from '../../domain/fault.ts';
import { standingOf, type Engine } from '../../engine/engine.ts';
import { verifyReceipt } from '../../formats/verify-receipt.ts';
import type { Handlers } from '../../wire/contract.ts';
import { wireFault } from '../../wire/fault-form.ts';
import type { PackLine, ReceiptVerdict } from '../../wire/proof.ts';
import type { Host } from '../host.ts';
import type { DeskState } from './desk.ts';

/** What a drill restores: enough to mean something, little enough to wait for. */
const drillFiles = 20;
const drillRefuses = 1 / 3;
/** Findings told of one drill or check. */
const problemsMax = 50;

type Named = Pick<
  Handlers,
  'file.nodes' | 'drill.run' | 'check.run' | 'receipt.issue' | 'receipt.verify' | 'receipt.save'
>;

export function proofHandlers(desk: DeskState, host: () => Promise<Host>): Named {
  const engine = async (): Promise<Engine> => (await host()).engine;
  return {
    'file.nodes': async ({ space, path }, signal) => {
      const found = await (await engine()).whereabouts(space, path, signal);
      const packs = found.packs.map(({ blobId, bytes, state, confirmed }): PackLine => ({
        blobId,
        bytes,
        stage: state === 'certified' || state === 'live' ? 'certified' : state === 'spooled' ? 'packed' : 'uploading',
        confirmed,
      }));
      return { ...found, packs };
    },
    'drill.run': async ({ space }, signal) => {
      const asked = await engine();
      const name = (await asked.spaces()).find((each) => each.space === space)?.name ?? space;
      const to = await mkdtemp(join(tmpdir(), 'floe-drill-')).catch((error: unknown) => {
        throw diskFault(error, tmpdir(), 'written');
      });
      try {
        const report = await asked.drill({ space, to, refuse: drillRefuses, files: drillFiles }, signal);
        const { atMs, files, bytes, refusedShards, shards, seconds, failed, problems } = report;
        return {
          space,
          spaceName: name,
          timeMs: atMs,
          files,
          bytes,
          refusedShards,
          shards,
          seconds,
          failed,
          problems: problems.slice(0, problemsMax).map(({ path, fault }) => ({ path, fault: wireFault(fault) })),
        };
      } finally {
        await rm(to, { recursive: true, force: true });
        desk.workEnded();
      }
    },
    'check.run': async ({ repairs }, signal) => {
      const asked = await engine();
      const report = await asked.check({ share: undefined, repairs }, signal).finally(() => desk.workEnded());
      const { packs, slivers, missing, corrupt, unreachable, repaired, doubtWorst, doubtAll, nodes } = report;
      const problems = standingOf(report)
        .problems.slice(0, problemsMax)
        .map(({ space, blobId, fault }) => ({ spaceName: space, blobId, fault: wireFault(fault) }));
      const sums = { packs, slivers, missing, corrupt, unreachable, repaired, doubtWorst, doubtAll };
      return { ...sums, checkedMs: desk.clock.now(), problems, nodes };
    },
    'receipt.issue': async ({ space, path, at, withName }, signal) => {
      const { bytes } = await (await engine()).receipt({ space, path, at, withName }, signal);
      return { text: new TextDecoder().decode(bytes), verdict: verdictOf(bytes) };
    },
    'receipt.verify': ({ text }) => Promise.resolve(verdictOf(new TextEncoder().encode(text))),
    'receipt.save': async ({ folder, text }) => {
      if (!isAbsolute(folder)) throw new Fault('bad-input', 'after-user', 'A folder is named by its whole path.');
      const bytes = new TextEncoder().encode(text);
      const verdict = verdictOf(bytes);
      // Only what proves something is written: a window writes no files of its own making.
      if (!verdict.isValid) throw new Fault('bad-input', 'never', `This is no receipt. ${verdict.reason}`);
      const path = join(folder, `floe-receipt-${verdict.sha256.slice(0, 12)}-${verdict.epoch}.json`);
      await writeWhole(path, bytes);
      return { path };
    },
  };
}

function verdictOf(bytes: Uint8Array): ReceiptVerdict {
  const verdict = verifyReceipt(bytes);
  if (!verdict.valid) return { isValid: false, reason: verdict.reason };
  const { receipt, signedShards, endEpoch, committeeDigest } = verdict;
  const { committee, content, blobs, issuer, network, name } = receipt;
  return {
    isValid: true,
    network,
    epoch: committee.epoch,
    signedShards,
    ofShards: committee.shards,
    nodes: committee.members.length,
    bytes: content.bytes,
    sha256: Buffer.from(content.sha256).toString('hex'),
    issuer,
    endEpoch,
    blobIds: blobs.map(({ blobId }) => blobId),
    committeeDigest,
    name,
  };
}

/** Whole or not at all, and never over another file. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const taken = await open(path, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Fault('already-exists', 'after-user', `'${path}' exists already.`);
    throw diskFault(error, path, 'written');
  });
  await taken.close();
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await using file = await open(unfinished, 'wx');
    await file.writeFile(bytes);
    await file.sync();
    await rename(unfinished, path);
  } catch (error) {
    await Promise.all([rm(unfinished, { force: true }), rm(path, { force: true })]);
    throw diskFault(error, path, 'written');
  }
}
