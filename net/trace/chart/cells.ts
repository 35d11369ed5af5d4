/** The longest text that is looked at, in UTF-16 units; what a chart shows of it is shorter. */
const maxText = 2000;

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;
const notAscii = /[^\x20-\x7e]/gu;
const isPlain = /^[\x20-\x7e]*$/;
/** Selects how the character before it looks, and with that its width. */
const selectors = /[\ufe00-\ufe0f]/g;
const combining = /^[\p{Mn}\p{Me}]$/u;
/** Characters of two columns: the wide and full-width ones of UAX #11, in whole blocks, and emoji. */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u11ff\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3ffff}])$/u;

/** A text as it may be printed: without control characters, marks that turn its direction, and, if asked, without what is not ASCII. */
export function printed(text: string, ascii: boolean): string {
  const some = text.length > maxText ? text.slice(0, maxText) : text;
  if (isPlain.test(some)) return some;
  return some.replace(selectors, "").replace(ascii ? notAscii : unprintable, codeOf);
}

/** `<1B>`, as the trace has octets that cannot be printed. */
const codeOf = (character: string): string =>
  `<${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}>`;

/** How many columns a printed text takes in a terminal. */
export function columnsOf(text: string): number {
  if (isPlain.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

function widthOf(character: string): 0 | 1 | 2 {
  if (character < "\u0300") return 1;
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Parts a printed text: what fits into so many columns, and the rest. */
export function parted(text: string, columns: number): readonly [head: string, rest: string] {
  if (isPlain.test(text)) return [text.slice(0, columns), text.slice(columns)];
  let [at, used] = [0, 0];
  for (const character of text) {
    used += widthOf(character);
    if (used > columns) break;
    at += character.length;
  }
  return [text.slice(0, at), text.slice(at)];
}

/** A printed text that takes so many columns: with blanks behind it, or cut. */
export function fitted(text: string, columns: number): string {
  const [head] = parted(text, columns);
  return head + " ".repeat(columns - columnsOf(head));
}

/** A printed text, cut to a number of columns; `more` is the end of a text that was cut. */
export function shortened(text: string, columns: number, more: string): string {
  return columnsOf(text) <= columns ? text : parted(text, Math.max(0, columns - columnsOf(more)))[0] + more;
}

/** A printed text in at most `lines` lines of so many columns, broken at a blank of a line's second half, or anywhere. */
export function wrappedIn(text: string, columns: number, lines: number, more: string): readonly string[] {
  const wrapped: string[] = [];
  let rest = text;
  while (wrapped.length + 1 < lines && columnsOf(rest) > columns) {
    const [head] = parted(rest, columns);
    if (head === "") break; // a wide character in a single column
    const blank = head.lastIndexOf(" ");
    const line = blank > head.length / 2 ? head.slice(0, blank + 1) : head;
    wrapped.push(line);
    rest = rest.slice(line.length);
  }
  return [...wrapped, shortened(rest, columns, more)];
}
