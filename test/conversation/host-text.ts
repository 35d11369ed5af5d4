import { bytesOf, textOf } from "./escapes.js";

const hexadecimal = /^0x((?:[0-9a-f]{2})+)$/i;

/** Bytes written as `0x0d0a`; blanks may stand between them. */
export function hexBytes(text: string): Buffer | undefined {
  const digits = hexadecimal.exec(text.replaceAll(" ", ""))?.[1];
  return digits === undefined ? undefined : Buffer.from(digits, "hex");
}

const unfinished = /\\$/;
const terminated = /<(CR|LF|Ctrl\+Z|ESC)>$/;

/** What `host>` sends: a line gets its CR, unless it says how it ends. */
export function hostSays(text: string): Buffer {
  const raw = hexBytes(text);
  if (raw !== undefined) return raw;
  if (unfinished.test(text)) return bytesOf(text.slice(0, -1));
  return bytesOf(terminated.test(text) ? text : `${text}<CR>`);
}

/** What `host<` hears: lines in their frame, `>` the prompt, and with `\` at the end just what is written. */
export function hostHears(text: string): Buffer {
  const raw = hexBytes(text);
  if (raw !== undefined) return raw;
  if (text === ">") return Buffer.from("\r\n>");
  if (unfinished.test(text)) return bytesOf(text.slice(0, -1));
  return Buffer.concat([Buffer.from("\r\n"), ...text.split(" / ").map((line) => bytesOf(`${line}<CR><LF>`))]);
}

/** One block: information lines of one command stand in one frame. */
const block = /^\r\n((?:[^\r\n]+\r\n)+)/;

/** A blank at an end would not be seen. */
const visible = (line: Buffer): string => textOf(line).replace(/^ | $/g, "<SP>");

/** What the host heard, as `host<` lines would say it. */
export function hostLines(heard: Buffer): string[] {
  if (heard.length === 0) return [];
  const text = heard.toString("latin1");
  const rest = (from: number) => hostLines(heard.subarray(from));
  if (text.startsWith("\r\n>")) return [">", ...rest(3)];
  const found = block.exec(text);
  if (found !== null) {
    const lines = (found[1] ?? "").slice(0, -2).split("\r\n");
    return [lines.map((line) => visible(Buffer.from(line, "latin1"))).join(" / "), ...rest(found[0].length)];
  }
  const next = text.indexOf("\r\n", 1);
  const end = next < 0 ? heard.length : next;
  return [`${visible(heard.subarray(0, end))}\\`, ...rest(end)];
}
