/**
 * Blanks out what is not code, so that a rule which searches text does not stumble over a comment or a sentence. Every blanked character becomes a
 * space and line ends stay, so offsets and line numbers hold. It reads tokens, not grammar; a file that does not parse is the compiler's business.
 */

/** After these, a slash begins a regular expression; after anything else it divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;

type Part = 'code' | 'comment' | 'text';

interface Span {
  readonly part: Part;
  readonly end: number;
}

const endOf = (source: string, closing: string, from: number): number => {
  const at = source.indexOf(closing, from);
  return at < 0 ? source.length : at + closing.length;
};

const lineEnd = (source: string, from: number): number => {
  const at = source.indexOf('\n', from);
  return at < 0 ? source.length : at;
};

/** End of a quoted text or regular expression that starts at `at`. */
function quotedEnd(source: string, at: number, closing: string): number {
  let inClass = false;
  for (let i = at + 1; i < source.length; i++) {
    const char = source[i];
    if (char === '\\') i++;
    else if (char === '\n' && closing !== '`') return i;
    else if (closing === '/' && char === '[') inClass = true;
    else if (closing === '/' && char === ']') inClass = false;
    else if (char === closing && !inClass) return i + 1;
  }
  return source.length;
}

/** The pieces of a source, in order. In a template, the expressions between `${` and `}` are code. */
function spans(source: string): readonly Span[] {
  const found: Span[] = [];
  /** Depth of braces inside each open template expression. */
  const templates: number[] = [];
  let codeFrom = 0;
  const close = (part: Part, start: number, end: number): number => {
    if (start > codeFrom) found.push({ part: 'code', end: start });
    found.push({ part, end });
    codeFrom = end;
    return end;
  };
  /** The text of a template from `at`, up to its end or its next expression. */
  const template = (at: number): number => {
    for (let i = at + 1; i < source.length; i++) {
      if (source[i] === '\\') i++;
      else if (source[i] === '`') return close('text', at, i + 1);
      else if (source.startsWith('${', i)) {
        templates.push(0);
        return close('text', at, i + 2);
      }
    }
    return close('text', at, source.length);
  };
  for (let i = 0; i < source.length;) {
    const char = source[i];
    const depth = templates.at(-1);
    if (source.startsWith('//', i)) i = close('comment', i, lineEnd(source, i));
    else if (source.startsWith('/*', i)) i = close('comment', i, endOf(source, '*/', i + 2));
    else if (char === "'" || char === '"') i = close('text', i, quotedEnd(source, i, char));
    else if (char === '`') i = template(i);
    else if (char === '/' && beforeRegex.test(source.slice(Math.max(0, i - 40), i)))
      i = close('text', i, quotedEnd(source, i, '/'));
    else if (char === '}' && depth === 0) {
      templates.pop();
      i = template(i);
    } else {
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
      i++;
    }
  }
  if (codeFrom < source.length) found.push({ part: 'code', end: source.length });
  return found;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function keep(source: string, wanted: (part: Part) => boolean): string {
  let out = '';
  for (const { part, end } of spans(source)) {
    const text = source.slice(out.length, end);
    out += wanted(part) ? text : blank(text);
  }
  return out;
}

/** Code alone: comments and the contents of texts and regular expressions are blank. */
export const codeOnly = (source: string): string => keep(source, (part) => part === 'code');

/** Code and texts: comments are blank. For reading import paths. */
export const withoutComments = (source: string): string => keep(source, (part) => part !== 'comment');

export const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;
