/** The folders in the pictures: made up, the same in every run. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Write = (path: string, text: string | Uint8Array, daysAgo?: number) => void;

/** Writes below a user's home folder. */
export const writerIn =
  (userHome: string): Write =>
  (path, text, daysAgo = 0) => {
    const file = join(userHome, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const time = Date.now() / 1000 - daysAgo * 86_400;
    utimesSync(file, time, time);
  };

/** A chapter in three states. */
export function writeResults(write: Write, state: number): void {
  const [fall, share, last] = [
    ['2.31 m to 2.06 m', '10 %', 'See Figure 7 for drift by season.'],
    ['2.33 m to 2.04 m', '12 %', 'See Figure 7 for drift by season.'],
    ['2.34 m to 2.02 m', '14 %', 'Two moorings were recalibrated in 2024.'],
  ][state] ?? ['', '', ''];
  const text = `## 4.2 Winter maximum

Mean winter thickness fell from
${fall}, about ${share}.

The trend is strongest in the west,
where multi-year ice has nearly gone.

${last}
`;
  write('Documents/Thesis/04 Results, sea-ice thickness 1998–2025 (revised after comments).md', text);
}

/** Bytes that do not compress, as photographs do not. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export function makeFolders(write: Write): void {
  writeResults(write, 0);
  const letters = [
    'To the council about drainage',
    'To Aunt Maud',
    'Notice to the landlord',
    'Harbour office, berth 12',
  ];
  letters.forEach((name, index) =>
    write(`Documents/Letters/${name}.md`, `Dear reader,\n\n${name}.\n`.repeat(40), 20 + index * 9),
  );
  write(
    'Documents/Harbour Street 14/Inventory and condition, room by room, with photographs (landlord’s copy).pdf',
    noise(184_000, 1),
    60,
  );
  write('Documents/Harbour Street 14/Lease agreement, countersigned 2026-03-02.pdf', noise(92_000, 2), 120);
  write('Documents/Harbour Street 14/Meter readings.csv', 'day,meter\n'.repeat(300), 12);
  for (const [name, size] of [
    ['03 Method.md', 6400],
    ['05 Discussion.md', 4900],
    ['References.bib', 21_200],
  ] as const)
    write(`Documents/Thesis/${name}`, `${name}\n`.repeat(size / 16), 31);
  for (let year = 2022; year <= 2025; year++)
    write(`Documents/Tax/${year}/${year} return, final (signed).pdf`, noise(27_000, year), (2026 - year) * 300);
  for (let index = 0; index < 60; index++)
    write(
      `Documents/Walking notes/${String(index + 1).padStart(2, '0')} walk.md`,
      `A walk, number ${index}.\n`.repeat(20),
      index,
    );
  for (let index = 0; index < 24; index++)
    write(`Photos/11 Svalbard crossing/DSC_${4460 + index}.NEF`, noise(160_000, 100 + index), 3);
  for (let index = 0; index < 520; index++)
    write(`Client work/renders/north elevation/frame ${String(index).padStart(4, '0')}.txt`, `frame ${index}\n`, 8);
  write('Client work/Quayside/Budget and programme.xlsx', noise(31_800, 7), 1);
  write('Client work/Drawings/Alder Street model.skp', noise(64_000, 8), 2);
}
