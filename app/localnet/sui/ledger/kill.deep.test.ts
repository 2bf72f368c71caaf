import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bcs } from '@mysten/sui/bcs';
import { afterAll, expect, it } from 'vitest';
import { countMoney } from './audit.ts';
import { openTrial } from '../trial-network.ts';
import type { Trial } from '../trial-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'floe-ledger-kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the writer until it printed some lines, then kills it in the middle of whatever it does. */
function killAfter(file: string, lines: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./kill-writer.ts', import.meta.url)), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
    if (text.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === null)
        resolve(
          text
            .split('\n')
            .slice(0, -1)
            .filter((line) => line !== 'ready'),
        );
      else reject(new Error(`the writer ended by itself with ${code}`));
    });
  });
}

/** Every object is as the effects of its last transaction left it, and every transaction's effects are all there. */
function assertWhole({ ledger }: Trial): void {
  const { core } = ledger;
  const last = new Map<string, string | undefined>();
  for (let sequence = 1; sequence <= core.database.lastSequence(); sequence++) {
    const row = core.database.transactionAt(sequence);
    if (!row) throw new Error(`transaction ${sequence} is missing`);
    const { V2: effects } = bcs.TransactionEffects.parse(row.effects);
    for (const [id, { outputState }] of effects?.changedObjects ?? []) {
      last.set(id, outputState.$kind === 'ObjectWrite' ? outputState.ObjectWrite[0] : undefined);
    }
  }
  for (const [id, digest] of last) expect(core.object(id)?.digest).toBe(digest);
}

it('kill -9 leaves every transaction done or not begun', { timeout: 60_000 }, async () => {
  const file = join(folder, 'ledger.sqlite');
  const whole = countMoney(openTrial().ledger.core);
  for (const lines of [1, 4, 9, 17]) {
    const digests = await killAfter(file, lines);
    const trial = openTrial({ file });
    for (const digest of digests) expect(trial.ledger.core.executed(digest)?.row.digest).toBe(digest);
    assertWhole(trial);
    expect(countMoney(trial.ledger.core)).toEqual(whole);
    trial.ledger.close();
  }
});
