/** A node on disk survives the death of its process at any moment: what it said it stored is whole, and nothing half is left. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  openUploadNode,
  uploadBlobs,
  uploadChain,
  uploadedBlob,
  uploadShards,
} from '../network/testing/upload-child.ts';
import type { RunningNode } from './nodes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'floe-node-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Lets the child store so many slivers and kills it while it goes on. */
async function storeAndKill(slivers: number): Promise<string[]> {
  const script = fileURLToPath(new URL('../network/testing/upload-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === slivers) child.kill('SIGKILL');
  }
  return said;
}

function get(node: RunningNode, path: string) {
  const body = new Uint8Array(0);
  return node.handle({
    method: 'GET',
    path,
    body,
    contentType: undefined,
    signal: undefined,
    query: new URLSearchParams(),
  });
}

function filesIn(node: string): number {
  const slivers = join(node, 'slivers');
  return readdirSync(slivers).reduce((sum, name) => sum + readdirSync(join(slivers, name)).length, 0);
}

it('is killed again and again and holds exactly what it confirmed, whole', async () => {
  for (const moment of [1, 9, 50]) {
    const said = await storeAndKill(moment);
    expect(said.length).toBeGreaterThanOrEqual(moment);
    const node = await openUploadNode(folder);
    let held = 0;
    for (let number = 0; number < uploadBlobs; number++) {
      const blob = uploadedBlob(number);
      for (let pair = 0; pair < uploadShards; pair++) {
        for (const axis of ['primary', 'secondary'] as const) {
          const reply = await get(node, `/v1/blobs/${blob.id}/slivers/${pair}/${axis}`);
          if (said.includes(`stored ${number}/${pair}/${axis}`)) expect(reply.status).toBe(200);
          if (reply.status !== 200) continue;
          held++;
          expect(Buffer.compare(reply.body, blob.sliver(pair, axis))).toBe(0);
        }
      }
    }
    expect(node.counts().slivers).toBe(held);
    await node.close();
  }
}, 60_000);

it('removes the files of what ended, also when it ended while the node was away', async () => {
  await storeAndKill(40);
  const chain = uploadChain();
  const node = await openUploadNode(folder, chain);
  expect(filesIn(folder)).toBeGreaterThan(0);
  await node.close();
  chain.emit({ kind: 'epoch', epoch: 9 });
  const later = await openUploadNode(folder, chain);
  expect(later.counts()).toEqual({ objects: 0, blobs: 0, slivers: 0, bytes: 0 });
  await later.settled();
  expect(filesIn(folder)).toBe(0);
  await later.close();
}, 60_000);
