/**
 * A process that changes a folder as fast as it can, for so many ms: `node restless-folder.ts FOLDER SEED MS`. Files called `mover…` and folders called
 * `box…` are only ever moved, always under their own name, and then rest for a while: what moves again and again while somebody looks for it may be met
 * nowhere. The others are saved anew, swapped, deleted and made again without any rest. With 0 ms it only makes what is moved.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededDice } from '../world/seeded-dice.ts';

const [folder = '', seed = '1', ms = '0'] = process.argv.slice(2);
const dice = seededDice(Number(seed));
const below = (count: number): number => Math.floor(dice.fraction() * count);
const [placeCount, boxCount, moverCount, otherCount] = [12, 6, 120, 40] as const;

/** Where each box is now, and each mover: in a place, or in a box wherever that is. */
const boxes = Array.from({ length: boxCount }, (_, box) => box);
const movers = Array.from({ length: moverCount }, (_, mover) => mover % (placeCount + boxCount));
const placeOf = (place: number): string => join(folder, `place${place}`);
const boxPath = (box: number): string => join(placeOf(boxes[box] ?? 0), `box${box}`);
const spotPath = (spot: number): string => (spot < placeCount ? placeOf(spot) : boxPath(spot - placeCount));
const moverPath = (mover: number): string => join(spotPath(movers[mover] ?? 0), `mover${mover}`);
const otherPath = (): string => join(spotPath(below(placeCount + boxCount)), `other${below(otherCount)}`);
/** Longer than two looks at such a folder take, also where much else is going on. */
const restMs = 3_000;
/** When each mover was last moved, by itself or in its box. */
const movedMs = movers.map(() => -restMs);
function isRested(some: readonly number[]): boolean {
  const nowMs = performance.now();
  const areRested = some.every((mover) => nowMs - (movedMs[mover] ?? 0) >= restMs);
  if (areRested) for (const mover of some) movedMs[mover] = nowMs;
  return areRested;
}
const words = (): string => `${dice.fraction()} `.repeat(1 + below(400));

function makeAll(): void {
  for (let place = 0; place < placeCount; place++) mkdirSync(placeOf(place), { recursive: true });
  for (const box of boxes) mkdirSync(boxPath(box));
  for (const mover of movers.keys()) writeFileSync(moverPath(mover), `mover ${mover} `.repeat(mover + 1));
}

const deeds: readonly (() => void)[] = [
  function moveFile() {
    const mover = below(moverCount);
    if (!isRested([mover])) return;
    const from = moverPath(mover);
    movers[mover] = below(placeCount + boxCount);
    renameSync(from, moverPath(mover));
  },
  function moveThereAndBack() {
    const mover = below(moverCount);
    if (!isRested([mover])) return;
    const path = moverPath(mover);
    const away = join(spotPath(below(placeCount + boxCount)), 'passing');
    renameSync(path, away);
    renameSync(away, path);
  },
  function moveFolder() {
    const box = below(boxCount);
    if (!isRested([...movers.keys()].filter((mover) => movers[mover] === placeCount + box))) return;
    const from = boxPath(box);
    boxes[box] = below(placeCount);
    renameSync(from, boxPath(box));
  },
  function save() {
    const path = otherPath();
    writeFileSync(`${path}.new`, words());
    renameSync(`${path}.new`, path);
  },
  function saveInPlace() {
    writeFileSync(otherPath(), words());
  },
  function swap() {
    const [one, two] = [otherPath(), otherPath()];
    if (one === two || !existsSync(one) || !existsSync(two)) return;
    renameSync(one, `${one}.swap`);
    renameSync(two, one);
    renameSync(`${one}.swap`, two);
  },
  function remove() {
    rmSync(otherPath(), { force: true });
  },
  function removeAndMake() {
    const path = otherPath();
    rmSync(path, { force: true });
    writeFileSync(path, words());
  },
];

if (ms === '0') makeAll();
else {
  const endMs = performance.now() + Number(ms);
  let count = 0;
  for (; performance.now() < endMs; count++) deeds[below(deeds.length)]?.();
  process.stdout.write(`${count}\n`);
}
