import { readTextFile } from "./text-file.js";

/** What a file of JSON holds, or why that cannot be told, in words that follow the file's name. */
export type JsonFile =
  | { readonly kind: "json"; readonly json: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "problem"; readonly why: string };

/** Reads a file of JSON of at most so many bytes. */
export function readJsonFile(path: string, longest: number): JsonFile {
  const file = readTextFile(path, longest);
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

/** V8 tells the place as a position, if at all. */
function jsonProblem(text: string, message: string): string {
  const position = /end of JSON input/.test(message) ? text.length : /at position (\d+)/.exec(message)?.[1];
  const what = message.replace(/ in JSON at position .*$/s, "").replace(/\s+/g, " ");
  if (position === undefined) return `it is not JSON: ${what}`;
  const lines = text.slice(0, Number(position)).split("\n");
  return `it is not JSON: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${what}`;
}
