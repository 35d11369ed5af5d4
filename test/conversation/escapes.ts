/** Bytes that have a name in a conversation. */
const named: ReadonlyMap<string, number> = new Map([
  ["CR", 0x0d],
  ["LF", 0x0a],
  ["ESC", 0x1b],
  ["NUL", 0x00],
  ["BS", 0x08],
  ["SP", 0x20],
  ["Ctrl+Z", 0x1a],
]);

const nameOf = new Map([...named].filter(([name]) => name !== "SP").map(([name, byte]) => [byte, name]));

/** `<CR>` is a named byte, `<1F>` any byte, `<a*255>` a repeated character. Any other `<…>` is text. */
const escapes = /<(CR|LF|ESC|NUL|BS|SP|Ctrl\+Z|[0-9A-F]{2}|[^<>]\*\d+)>/g;

function unescaped(name: string): Buffer {
  const repeated = /^(.)\*(\d+)$/u.exec(name);
  if (repeated !== null) return Buffer.from((repeated[1] ?? "").repeat(Number(repeated[2])));
  return Buffer.of(named.get(name) ?? Number.parseInt(name, 16));
}

/** The bytes of a text in a conversation: UTF-8, with escapes. */
export function bytesOf(text: string): Buffer {
  // A split at an expression with one group gives text, name, text, name, …
  return Buffer.concat(
    text.split(escapes).map((part, index) => (index % 2 === 0 ? Buffer.from(part) : unescaped(part))),
  );
}

const hex = (byte: number): string => `<${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes);

/** The text of bytes in a conversation; `bytesOf` returns the same bytes for it. */
export function textOf(bytes: Buffer): string {
  const plain = isText(bytes)
    ? bytes.toString().replace(escapes, (found) => `${hex(0x3c)}${found.slice(1)}`)
    : bytes.toString("latin1").replace(/[\x80-\xff<]/g, (character) => hex(character.charCodeAt(0)));
  return plain
    .replace(/[\0-\x1f\x7f]/g, (character) => controlName(character.charCodeAt(0)))
    .replace(/([^<>])\1{39,}/g, (run, character: string) => `<${character}*${run.length}>`)
    .replace(/(^|\s)\/(?=\s|\/|$)/g, `$1${hex(0x2f)}`); // neither a comment nor a separator
}

const controlName = (byte: number): string => {
  const name = nameOf.get(byte);
  return name === undefined ? hex(byte) : `<${name}>`;
};
