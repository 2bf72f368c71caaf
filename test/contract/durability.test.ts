/** A network killed in the middle of a write keeps what was certified, and takes up work again under the same ids. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReadyLine } from '../../app/localnet/localnet.ts';
import { clientsOf, fundedSigner } from './contract-world.ts';

let dir: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'floe-durable-'));
});
afterEach(async () => {
  await kill();
  rmSync(dir, { recursive: true, force: true });
});

async function run(): Promise<ReadyLine> {
  const script = fileURLToPath(new URL('./network-process.ts', import.meta.url));
  const started = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) return JSON.parse(line) as ReadyLine;
  throw new Error('the network ended before it was ready');
}

async function kill(): Promise<void> {
  const dying = child;
  child = undefined;
  if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
  dying.kill('SIGKILL');
  await once(dying, 'exit');
}

/** Waits until a node holds the blob's metadata: slivers are on their way then. */
async function untilUploading({ nodes }: ReadyLine, blobId: string): Promise<void> {
  for (let isStored = false; !isStored;) {
    const response = await fetch(`http://${nodes[0]?.address}/v1/blobs/${blobId}/metadata/status`);
    isStored = (await response.text()).includes('"stored"');
  }
}

it('survives kill -9 during an upload', async () => {
  const ready = await run();
  const signer = await fundedSigner(ready);
  const first = randomFillSync(new Uint8Array(400_000));
  const { blobId } = await clientsOf(ready).walrus.writeBlob({ blob: first, deletable: false, epochs: 3, signer });
  const second = randomFillSync(new Uint8Array(6_000_000));
  const registered = Promise.withResolvers<string>();
  const interrupted = clientsOf(ready).walrus.writeBlob({
    blob: second,
    deletable: false,
    epochs: 3,
    signer,
    onStep: (step) => {
      if (step.step === 'registered') registered.resolve(step.blobId);
    },
  });
  interrupted.catch(registered.reject);
  await untilUploading(ready, await registered.promise);
  await kill();
  await expect(interrupted).rejects.toThrow();
  const again = await run();
  expect(again).toEqual(ready);
  expect(Buffer.compare(await clientsOf(again).walrus.readBlob({ blobId }), first)).toBe(0);
  const written = await clientsOf(again).walrus.writeBlob({ blob: second, deletable: false, epochs: 3, signer });
  expect(Buffer.compare(await clientsOf(again).walrus.readBlob({ blobId: written.blobId }), second)).toBe(0);
}, 120_000);
