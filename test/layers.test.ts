import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** Who may see whom: bin → net → emulator → at, mqtt. */
const sees: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["net", "emulator"],
  "testing.ts": ["net"],
  bin: ["bin", "net", "emulator", "at", "mqtt"],
  net: ["net", "emulator", "at", "mqtt"],
  emulator: ["emulator", "at", "mqtt"],
  at: ["at"],
  mqtt: ["mqtt"],
};

/** All that the folders without I/O may have from elsewhere. */
const foreign = /^emulator\/.* > node:crypto$/;
const pure = /^(?:at|mqtt|emulator)\//;
const impure = /setTimeout|setInterval|Date\.now|Math\.random|performance\.now|node:(?:net|fs|dns|tty|child_process)/;

const root = join(import.meta.dirname, "..");
const folderOf = (file: string): string => file.split("/")[0] ?? "";
const sourceOf = (file: string): string => readFileSync(join(root, file), "utf8");
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`);
const files = Object.keys(sees).flatMap((place) => (place.endsWith(".ts") ? [place] : filesIn(place)));

/** What a file names in its imports, re-exports and calls of import(), types included; its own as paths from the root. */
function importsOf(file: string): readonly string[] {
  const named = [...sourceOf(file).matchAll(/(?<!\.)\b(?:from|import)\s*\(?\s*"([^"\s]+)"(?! in)/g)].map(
    ([, name = ""]) => name,
  );
  const own = (name: string): string => normalize(join(dirname(file), name)).replace(/\.js$/, ".ts");
  return named.map((name) => (name.startsWith(".") ? asIs(own(name)) : name));
}

/** The file of an import: it may hold JSX. */
const asIs = (path: string): string => (files.includes(`${path}x`) ? `${path}x` : path);

const imports = new Map(files.map((file) => [file, importsOf(file)] as const));
const named = [...imports].flatMap(([file, names]) => names.map((name) => ({ file, name, line: `${file} > ${name}` })));
const isOwn = (name: string): boolean => /\.tsx?$/.test(name);
const linesOf = (found: readonly { readonly line: string }[]): readonly string[] => found.map(({ line }) => line);

test("imports are found, and lead to files that are there", () => {
  expect(linesOf(named)).toContain("emulator/uart-output.ts > at/format.ts");
  expect(linesOf(named.filter(({ name }) => isOwn(name) && !imports.has(name)))).toEqual([]);
});

test("a folder sees only what stands below it", () => {
  const upwards = named.filter(({ file, name }) => isOwn(name) && !sees[folderOf(file)]?.includes(folderOf(name)));
  expect(linesOf(upwards)).toEqual([]);
});

test("at, mqtt and emulator have nothing from elsewhere", () => {
  const others = named.filter(({ file, name, line }) => pure.test(file) && !isOwn(name) && !foreign.test(line));
  expect(linesOf(others)).toEqual([]);
});

test("at, mqtt and emulator read no clock, start no timer and open nothing", () => {
  expect(files.filter((file) => pure.test(file) && impure.test(sourceOf(file)))).toEqual([]);
});

/** What runs in the browser, and what the page and the tests share. */
const page = /^net\/window\/(?:page|model)\//;

test("the window has its own files, its view library, and nothing but types of the rest", () => {
  const values = named.filter(({ file, name }) => page.test(file) && !page.test(name) && !isTypeOnly(file, name));
  expect([...new Set(values.map(({ name }) => name))].sort()).toEqual(["@preact/signals", "preact", "preact/hooks"]);
  const upwards = named.filter(
    ({ file, name }) => file.startsWith("net/window/model/") && name.startsWith("net/window/page/"),
  );
  expect(linesOf(upwards)).toEqual([]);
  const fromOutside = named.filter(({ file, name }) => !page.test(file) && page.test(name));
  expect(linesOf(fromOutside)).toEqual([]);
});

/** Whether a file has only types of another one. */
function isTypeOnly(file: string, name: string): boolean {
  const end = (name.split("/").at(-1) ?? name).replace(/\.tsx?$/, ".js");
  const clauses = [...sourceOf(file).matchAll(/import\s+(type\s)?[^;]*?from\s+"([^"]+)"/g)];
  return clauses
    .filter(([, , from = ""]) => from === name || from.endsWith(`/${end}`))
    .every(([, type]) => type !== undefined);
}

/** Takes away, again and again, what imports nothing that is left, or what nothing left imports: a cycle stays. */
function inCycles(left: readonly string[]): readonly string[] {
  const imported = new Set(left.flatMap((file) => imports.get(file) ?? []));
  const stays = left.filter((file) => imported.has(file) && imports.get(file)?.some((name) => left.includes(name)));
  return stays.length === left.length ? left : inCycles(stays);
}

test("no file imports itself by way of others, not even its types", () => {
  expect(inCycles(files)).toEqual([]);
});
