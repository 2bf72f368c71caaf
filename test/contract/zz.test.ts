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
  log("reg"); await kill(); log("killed");
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

it("x", async () => { const T=performance.now(); const log=(s)=>console.log(s,(performance.now()-T).toFixed(0));
  const ready = await run();
  log("ran"); const signer = await fundedSigner(ready); log("funded");
  const first = randomFillSync(new Uint8Array(400_000));
  const { blobId } = await clientsOf(ready).walrus.writeBlob({ blob: first, deletable: false, epochs: 3, signer });
  log("first written"); const second = randomFillSync(new Uint8Array(6_000_000));
  const registered = Promise.withResolvers<void>();
  const interrupted = clientsOf(ready).walrus.writeBlob({
    blob: second,
    deletable: false,
    epochs: 3,
    signer,
    onStep: ({ step }) => {
      if (step === 'registered') registered.resolve();
    },
  });
  interrupted.catch(registered.reject);
  await registered.promise;
  await new Promise((resolve) => setImmediate(resolve));
  log("reg"); await kill(); log("killed");
  await expect(interrupted).rejects.toThrow();
  log("rejected"); const again = await run(); log("again");
  expect(again).toEqual(ready);
  expect(Buffer.compare(await clientsOf(again).walrus.readBlob({ blobId }), first)).toBe(0);
  log("first read"); const written = await clientsOf(again).walrus.writeBlob({ blob: second, deletable: false, epochs: 3, signer });
  expect(Buffer.compare(await clientsOf(again).walrus.readBlob({ blobId: written.blobId }), second)).toBe(0);
}, 120_000);
