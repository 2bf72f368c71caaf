/** Proven symbols and proofs of inconsistency: genuine ones pass, and every other byte is refused. */
import { describe, expect, it } from 'vitest';
import { portableRs2 } from '../../native-workers/portable/portable.ts';
import { sliverLayout } from '../../native-workers/sliver-layout.ts';
import { seededDice } from '../formats/testing/seeded-dice.ts';
import { faultOf } from './fault.ts';
import {
  inconsistencyProofBody,
  isComplete,
  parseInconsistencyProof,
  symbolsNeeded,
  type InconsistencyProof,
} from './recovery-symbols.ts';
import { redStuff } from './redstuff.ts';
import { sliverDataBytes, sliverForm } from './sliver-form.ts';

const shards = 7;
const code = redStuff(shards);
const dice = seededDice(5);
const blob = dice.bytes(200);
const form = sliverForm(shards, blob.length);
const layout = sliverLayout(code, blob.length, false);
const out = new Uint8Array(layout.bytes);
const metadata = portableRs2.encode(shards, blob, out, layout);
const rowBytes = sliverDataBytes(form, 'primary');

/** Of secondary sliver `target`, from the rows of the blob. */
function proofOf(target: number): InconsistencyProof {
  const symbols = Array.from({ length: symbolsNeeded('secondary', shards) }, (_, index) => {
    const row = new Uint8Array(rowBytes);
    row.set(blob.subarray(index * rowBytes, (index + 1) * rowBytes));
    const at = target * form.symbolBytes;
    const data = portableRs2.expand(code, 'primary', row).slice(at, at + form.symbolBytes);
    return { index, data, path: portableRs2.symbolProof(code, 'primary', row, target) };
  });
  return { axis: 'secondary', target, symbols };
}

const read = (body: Uint8Array): InconsistencyProof =>
  parseInconsistencyProof(body, 'secondary', form.symbolBytes, shards);

describe('a proof of inconsistency', () => {
  it('comes back from its bytes, and its symbols stand in the metadata', () => {
    for (let target = 0; target < shards; target++) {
      const proof = read(inconsistencyProofBody(proofOf(target)));
      expect(proof).toEqual(proofOf(target));
      expect(isComplete(proof, metadata)).toBe(true);
    }
  });

  it('is incomplete with a symbol fewer, one twice, or one of another place', () => {
    const proof = proofOf(3);
    const [first, ...others] = proof.symbols;
    if (!first) throw new Error('it has symbols');
    expect(isComplete({ ...proof, symbols: others }, metadata)).toBe(false);
    expect(isComplete({ ...proof, symbols: [...others, ...others.slice(0, 1)] }, metadata)).toBe(false);
    expect(isComplete({ ...proof, target: 4 }, metadata)).toBe(false);
    expect(isComplete({ ...proof, symbols: [{ ...first, index: 6 }, ...others] }, metadata)).toBe(false);
  });

  it('is refused or proves nothing with any byte changed, cut short or longer', () => {
    const body = inconsistencyProofBody(proofOf(2));
    const proves = (bytes: Uint8Array): boolean => {
      try {
        return isComplete(read(bytes), metadata);
      } catch (error) {
        if (faultOf(error)?.code !== 'codec-refused') throw error;
        return false;
      }
    };
    expect(proves(body)).toBe(true);
    for (let at = 0; at < body.length; at++) {
      const other = body.slice();
      other[at] = (other[at] ?? 0) ^ (1 << (at % 8));
      expect(proves(other), `byte ${at}`).toBe(false);
      expect(proves(body.subarray(0, at))).toBe(false);
    }
    expect(proves(new Uint8Array([...body, 0]))).toBe(false);
  });
});
