import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** The folders from which each folder may import: bin → net → emulator → at, mqtt. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["net", "emulator"],
  "testing.ts": ["net"],
  bin: ["bin", "net", "emulator", "at", "mqtt"],
  net: ["net", "emulator", "at", "mqtt"],
  emulator: ["emulator", "at", "mqtt"],
  at: ["at"],
  mqtt: ["mqtt"],
};

/** The imports from packages and Node that the folders without I/O may have. */
const allowedForeign = /^emulator\/.* > node:crypto$/;
const pure = /^(?:at|mqtt|emulator)\//;
const impure = /setTimeout|setInterval|Date\.now|Math\.random|performance\.now|node:(?:net|fs|dns|tty|child_process)/;

const root = join(import.meta.dirname, "..");
const folderOf = (file: string): string => file.split("/")[0] ?? "";
const sourceOf = (file: string): string => readFileSync(join(root, file), "utf8");
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
const files = Object.keys(mayImport).flatMap((place) => (place.endsWith(".ts") ? [place] : filesIn(place)));

/** The modules that a file imports or re-exports, also by import() and as types; files of this project as paths from its root. */
function importsOf(file: string): readonly string[] {
  const named = [...sourceOf(file).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, name = ""]) => name);
  const own = (name: string): string => normalize(join(dirname(file), name)).replace(/\.js$/, ".ts");
  return named.map((name) => (name.startsWith(".") ? own(name) : name));
}

const imports = new Map(files.map((file) => [file, importsOf(file)] as const));
const named = [...imports].flatMap(([file, names]) => names.map((name) => ({ file, name, line: `${file} > ${name}` })));
const isOwn = (name: string): boolean => name.endsWith(".ts");
const linesOf = (found: readonly { readonly line: string }[]): readonly string[] => found.map(({ line }) => line);

test("imports are found, and lead to existing files", () => {
  expect(linesOf(named)).toContain("emulator/uart-output.ts > at/format.ts");
  expect(linesOf(named.filter(({ name }) => isOwn(name) && !imports.has(name)))).toEqual([]);
});

test("a folder imports only from the folders below it", () => {
  const upwards = named.filter(({ file, name }) => isOwn(name) && !mayImport[folderOf(file)]?.includes(folderOf(name)));
  expect(linesOf(upwards)).toEqual([]);
});

test("at, mqtt and emulator import nothing from packages or Node", () => {
  const others = named.filter(({ file, name, line }) => pure.test(file) && !isOwn(name) && !allowedForeign.test(line));
  expect(linesOf(others)).toEqual([]);
});

test("at, mqtt and emulator read no clock, start no timer and open nothing", () => {
  expect(files.filter((file) => pure.test(file) && impure.test(sourceOf(file)))).toEqual([]);
});

/** Removes files without imports among the rest, or that no other one imports, until none can be removed: cycles remain. */
function inCycles(left: readonly string[]): readonly string[] {
  const imported = new Set(left.flatMap((file) => imports.get(file) ?? []));
  const stays = left.filter((file) => imported.has(file) && imports.get(file)?.some((name) => left.includes(name)));
  return stays.length === left.length ? left : inCycles(stays);
}

test("there is no import cycle, not even of types", () => {
  expect(inCycles(files)).toEqual([]);
});
