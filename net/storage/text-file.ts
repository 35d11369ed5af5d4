import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** What reading a text file gives; `why` is worded to follow the file's name in a message. */
export type TextFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "problem"; readonly why: string };

/** Reads a file of UTF-8 of at most `maxBytes`; a byte-order mark is removed. */
export function readTextFile(path: string, maxBytes: number): TextFile {
  try {
    const bytes = readBytes(path, maxBytes);
    return typeof bytes === "string" ? { kind: "problem", why: bytes } : decode(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT"
      ? { kind: "absent" }
      : { kind: "problem", why: `it cannot be read: ${whyOf(code, message)}` };
  }
}

/** The file's bytes, or what is wrong. Opened with O_NONBLOCK: a pipe without a writer would block for ever. */
function readBytes(path: string, maxBytes: number): Buffer | string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(fd).isFile()) return "it is not a file";
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return length > maxBytes ? `it is longer than ${maxBytes} bytes` : bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function decode(bytes: Buffer): TextFile {
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "problem", why: "it is not UTF-8" };
  }
}

const reasons: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of its path is not a directory",
  ELOOP: "too many symlinks",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such directory",
};

/** A system error in words: `code` is its name, `message` is returned where there are no words for it. */
export const whyOf = (code: string | undefined, message: string): string => reasons[code ?? ""] ?? message;

/** What reading a file of JSON gives; `why` is worded to follow the file's name in a message. */
export type JsonFile =
  | { readonly kind: "json"; readonly json: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "problem"; readonly why: string };

/** Reads a file of JSON of at most `maxBytes`. */
export function readJsonFile(path: string, maxBytes: number): JsonFile {
  const file = readTextFile(path, maxBytes);
  return file.kind === "text" ? parse(file.text) : file;
}

function parse(text: string): JsonFile {
  if (text === "") return { kind: "problem", why: "it is empty" };
  try {
    return { kind: "json", json: JSON.parse(text) };
  } catch (error) {
    return { kind: "problem", why: jsonProblem(text, error instanceof Error ? error.message : "") };
  }
}

/** What is wrong with a JSON text, with line and column where V8's message has a position. */
function jsonProblem(text: string, message: string): string {
  const position = /end of JSON input/.test(message) ? text.length : /at position (\d+)/.exec(message)?.[1];
  const what = message.replace(/ in JSON at position .*$/s, "").replace(/\s+/g, " ");
  if (position === undefined) return `it is not JSON: ${what}`;
  const lines = text.slice(0, Number(position)).split("\n");
  return `it is not JSON: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${what}`;
}
