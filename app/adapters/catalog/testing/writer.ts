/** A process that seals and certifies rounds until it is killed. Says each step that is done. */
import { writeSync } from 'node:fs';
import { parseNodeId } from '../../../domain/ids.ts';
import { openStore } from '../store.ts';
import { newPack, newSpace, nodeId, place, put, remove, roundOf } from './samples.ts';

const [file = ''] = process.argv.slice(2);
const perRound = 400;
const { operations: catalog } = openStore(file);
const row = catalog.spaces()[0] ?? catalog.addSpace(newSpace());
const say = (step: string): void => void writeSync(1, `${step}\n`);

const pending = catalog.pendingRound(row.num);
if (pending) catalog.certifyRound(row.num, pending.sequence);
for (let sequence = (catalog.spaces()[0]?.sequence ?? 0) + 1; ; sequence++) {
  const base = sequence * 10_000;
  const ids = Array.from({ length: perRound }, (_, i) => parseNodeId(nodeId(base + i)));
  const nums = catalog.allotNodes(row.num, ids);
  const old = catalog.children([row.root])[0] ?? [];
  const changes = [
    ...old.map(({ name }) => remove(row.root, name)),
    ...nums.map((num, i) => put(row.root, `r${sequence}-${i}`, num)),
  ];
  catalog.addPack(
    newPack(
      row.num,
      sequence,
      ids.map((_, i) => place(base + i)),
    ),
  );
  say(`pack ${sequence}`);
  const round = roundOf(row.num, sequence);
  catalog.sealRound(round, newPack(row.num, sequence, [round.place]), changes, []);
  say(`sealed ${sequence}`);
  catalog.certifyRound(row.num, sequence);
  say(`certified ${sequence}`);
}
