/**
 * The pseudo-locale: letters with marks, text two fifths longer, brackets around it. What stays plain on the screen was never in the catalogue;
 * what is cut off would be cut off in a longer language. ICU syntax is left as it is.
 */
const marked: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'ê',
  i: 'ï',
  o: 'ö',
  u: 'ü',
  A: 'Å',
  E: 'É',
  I: 'Î',
  O: 'Ø',
  U: 'Û',
  c: 'ç',
  n: 'ñ',
  s: 'š',
  y: 'ý',
};

/** Text of a message outside braces and tags. Inside braces only the texts of plural and select branches are text. */
export function pseudoMessage(message: string): string {
  let out = '';
  let letters = 0;
  let inTag = false;
  const open: ('argument' | 'branch')[] = [];
  for (let at = 0; at < message.length; at++) {
    const letter = message[at] ?? '';
    if (letter === '<') inTag = true;
    if (letter === '{') open.push(open.at(-1) === 'argument' ? 'branch' : 'argument');
    const isText = !inTag && open.at(-1) !== 'argument' && letter !== '{' && letter !== '}';
    if (isText && /\p{L}/u.test(letter)) letters++;
    out += isText ? (marked[letter] ?? letter) : letter;
    if (letter === '}') open.pop();
    if (letter === '>') inTag = false;
  }
  return `⟦${out}${'·'.repeat(Math.ceil(letters * 0.4))}⟧`;
}
