import { bytesOf, textOf } from "./escapes.js";

const hexadecimal = /^0x((?:[0-9a-f]{2})+)$/i;

/** The bytes of a text like `0x0d0a`, with or without blanks; undefined for any other text. */
export function hexBytes(text: string): Buffer | undefined {
  const digits = hexadecimal.exec(text.replaceAll(" ", ""))?.[1];
  return digits === undefined ? undefined : Buffer.from(digits, "hex");
}

/** A text whose line is not ended. */
const unfinished = /\\$/;
const terminated = /<(CR|LF|Ctrl\+Z|ESC)>$/;

/** The bytes of a `host>` line: the text and a CR, unless it says how it ends. */
export function hostInput(text: string): Buffer {
  const raw = hexBytes(text);
  if (raw !== undefined) return raw;
  if (unfinished.test(text)) return bytesOf(text.slice(0, -1));
  return bytesOf(terminated.test(text) ? text : `${text}<CR>`);
}

/** The bytes of a `host<` line: lines in their frame; `>` is the prompt; with `\` at the end the text as it is. */
export function expectedHostBytes(text: string): Buffer {
  const raw = hexBytes(text);
  if (raw !== undefined) return raw;
  if (text === ">") return Buffer.from("\r\n>");
  if (unfinished.test(text)) return bytesOf(text.slice(0, -1));
  return Buffer.concat([Buffer.from("\r\n"), ...text.split(" / ").map((line) => bytesOf(`${line}<CR><LF>`))]);
}

/** Lines in one frame: the information lines of a command share one. */
const framed = /^\r\n((?:[^\r\n]+\r\n)+)/;

/** The text of a line; a blank at its start or end is written as `<SP>`. */
const visible = (line: Buffer): string => textOf(line).replace(/^ | $/g, "<SP>");

/** Output to the host as `host<` lines. */
export function hostLines(output: Buffer): string[] {
  if (output.length === 0) return [];
  const text = output.toString("latin1");
  const rest = (from: number) => hostLines(output.subarray(from));
  if (text.startsWith("\r\n>")) return [">", ...rest(3)];
  const found = framed.exec(text);
  if (found !== null) {
    const lines = (found[1] ?? "").slice(0, -2).split("\r\n");
    return [lines.map((line) => visible(Buffer.from(line, "latin1"))).join(" / "), ...rest(found[0].length)];
  }
  const next = text.indexOf("\r\n", 1);
  const end = next < 0 ? output.length : next;
  return [`${visible(output.subarray(0, end))}\\`, ...rest(end)];
}
