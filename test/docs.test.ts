import { readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { readCommandLine } from "../bin/command-line.js";
import { allFlagRows } from "../bin/flags.js";
import { commands } from "../emulator/commands/index.js";
import { readSentence } from "../emulator/faults/language/read-sentence.js";
import { defaultQuirks, setQuirk } from "../emulator/profile/quirks.js";
import { traceEvent, traceHeader } from "../net/trace/trace-schema.js";
import { commandGroups, generatedTables, withTables } from "./docs-tables.js";
import {
  anchorsOf,
  codeBlocks,
  inlineCode,
  linksOf,
  type Page,
  pageAt,
  pages,
  read,
  repositoryPaths,
  userPages,
} from "./markdown.js";

const root = join(import.meta.dirname, "..");

test("the README has at most 200 lines", () => {
  expect(pageAt("README.md").text.split("\n").length).toBeLessThanOrEqual(200);
});

test("docs/README.md has one line for each page", () => {
  const listed = [...pageAt("docs/README.md").text.matchAll(/^- \[(\S+\.md)\]/gm)].map(([, name]) => `docs/${name}`);
  const written = userPages.map(({ path }) => path).filter((path) => /^docs\/(?!README)[^/]*$/.test(path));
  expect(listed.toSorted()).toEqual(written.toSorted());
});

describe("generated tables", () => {
  test("every command stands in one group", () => {
    expect(commands.map((command) => commandGroups.filter(({ has }) => has(command)).length)).toEqual(
      commands.map(() => 1),
    );
  });

  test.each(generatedTables)("$page has a place for $name", ({ page, name }) => {
    expect(pageAt(page).text).toContain(`<!-- ${name}: `);
    expect(pageAt(page).text).toContain(`<!-- /${name} -->`);
  });

  test.each([...new Set(generatedTables.map(({ page }) => page))])(
    "those of %s are what the sources say (DOCS_UPDATE=1 writes them)",
    (path) => {
      const { text } = pageAt(path);
      if (process.env.DOCS_UPDATE === "1") writeFileSync(join(root, path), withTables(path, text));
      else expect(text).toBe(withTables(path, text));
    },
  );
});

test("docs/trace.schema.json is what the sources say (DOCS_UPDATE=1 writes it)", () => {
  const path = join(root, "docs/trace.schema.json");
  const { $schema, ...shape } = toJsonSchema(v.union([traceHeader, traceEvent]));
  const schema = { $schema, title: "A line of a trace of bc28-emu", ...shape };
  if (process.env.DOCS_UPDATE === "1") writeFileSync(path, `${JSON.stringify(schema, undefined, 2)}\n`);
  else expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
});

describe("links", () => {
  /** What a link of a page leads to: a path from the root of the repository, and an anchor. */
  const targetOf = (page: Page, link: string): { readonly path: string; readonly anchor: string | undefined } => {
    const [path = "", anchor] = link.split("#");
    return { path: path === "" ? page.path : posix.join(posix.dirname(page.path), path), anchor };
  };
  const isDead = (page: Page, link: string): boolean => {
    const { path, anchor } = targetOf(page, link);
    if (!repositoryPaths.includes(path) && !repositoryPaths.includes(`${path}/`)) return true;
    return anchor !== undefined && !anchorsOf(pageAt(path)).has(anchor);
  };
  const own = (page: Page): readonly string[] => linksOf(page).filter((link) => !/^(?:https?|mailto):/.test(link));

  test("are found", () => {
    expect(own(pageAt("README.md"))).toContain("docs/attach.md#python");
  });

  test.each(pages)("of $path lead to files and headings that are there", (page) => {
    expect(own(page).filter((link) => isDead(page, link))).toEqual([]);
  });

  test("of the package lead to files of the package", () => {
    const { files } = JSON.parse(read("package.json")) as { readonly files: readonly string[] };
    const listed = [...files, "README.md", "LICENSE", "package.json"].map(globOf);
    const isPacked = (path: string): boolean => listed.some((glob) => glob.test(path));
    const packed = pages.filter(({ path }) => isPacked(path));
    expect(packed).toContain(pageAt("docs/attach.md"));
    const lost = packed.flatMap((page) => own(page).filter((link) => !isPacked(targetOf(page, link).path)));
    expect(lost).toEqual([]);
  });
});

/** A path with `*` for any characters but `/`, as a regular expression. */
function globOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]*")}$`);
}

describe("names", () => {
  const written = pages.filter(({ path }) => !path.startsWith("test/"));

  test.each(written)("the paths in $path exist", ({ text }) => {
    const named = [...text.matchAll(/(?<![\w./~$-])(?:at|bin|docs|emulator|mqtt|net|test)\/[\w./*-]*[\w/*]/g)];
    const missing = named
      .map(([path]) => globOf(path))
      .filter((glob) => !repositoryPaths.some((path) => glob.test(path) || glob.test(path.replace(/\/$/, ""))));
    expect(missing).toEqual([]);
  });

  test.each(written)("the flags in the text of $path exist", (page) => {
    const known = new Set(allFlagRows.map(({ name }) => name));
    const named = inlineCode(page).flatMap((code) => /^--([a-z][a-z\d-]*)/.exec(code)?.[1] ?? []);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test("the command lines in the docs are accepted", () => {
    const lines = userPages.flatMap(commandLinesOf);
    expect(lines).toContainEqual(["--stdio"]);
    for (const words of lines) expect(() => accept(words), words.join(" ")).not.toThrow();
  });

  test("the quirks in the docs exist, and take the values that are written", () => {
    const named = userPages.flatMap(({ text }) => [...text.matchAll(/[Qq]uirks? `(\w+)`/g)].map(([, name]) => name));
    expect(named).toContain("aliSignMethod");
    expect(named.filter((name) => name === undefined || !Object.hasOwn(defaultQuirks, name))).toEqual([]);
  });

  test("the functions in the docs are exported", () => {
    const exports = `${read("index.ts")}${read("testing.ts")}`;
    const called = userPages.flatMap((page) =>
      inlineCode(page).flatMap((code) => /^([a-z]\w*)\(/.exec(code)?.[1] ?? []),
    );
    const opened = userPages.flatMap(({ text }) => text.match(/\b(?:open|load|parse)[A-Z]\w*\b/g) ?? []);
    expect(opened).toContain("openPty");
    const foreign = ["onTestFailed"];
    const lost = [...called, ...opened].filter((name) => !new RegExp(`\\b${name}\\b`).test(exports));
    expect(lost.filter((name) => !foreign.includes(name))).toEqual([]);
  });
});

describe("the tree in ARCHITECTURE.md", () => {
  const [tree = ""] = codeBlocks(pageAt("ARCHITECTURE.md")).map(({ text }) => text);
  const shown = pathsOf(tree);

  test("has only what is there", () => {
    expect(shown).toContain("net/ports/pty/");
    expect(shown.filter((path) => !repositoryPaths.includes(path))).toEqual([]);
  });

  test("has every folder of the sources", () => {
    const folders = repositoryPaths.filter((path) => /^(?:at|bin|emulator|mqtt|net)\/(?:.*\/)?$/.test(path));
    expect(folders.filter((folder) => !shown.includes(folder))).toEqual([]);
  });
});

/** The paths of a tree in which each line is a name, indented by two more blanks than its folder, and a text. */
function pathsOf(tree: string): readonly string[] {
  const folders: string[] = [];
  return [...tree.matchAll(/^( *)(\S+)/gm)].map(([, indent = "", name = ""]) => {
    const depth = indent.length / 2;
    const path = `${folders.slice(0, depth).join("")}${name}`;
    folders.splice(depth, folders.length, name);
    return path;
  });
}

/** The words of every command line of ours in a page, in blocks of shell and in sentences. */
function commandLinesOf(page: Page): readonly (readonly string[])[] {
  const shell = codeBlocks(page).filter(({ language }) => language === "sh");
  const lines = [...shell.flatMap(({ text }) => text.split("\n")), ...inlineCode(page)];
  return lines.flatMap((line) => {
    const [, ours] = /(?:^|[\s|])(?:npx )?(?:bc28-emu|npm start --)(?: ([^&|>#]*))?(?:[&|>#]|$)/.exec(line) ?? [];
    return ours === undefined ? [] : [wordsOf(ours)];
  });
}

/** The words of a line of shell; quotes are removed. */
const wordsOf = (line: string): readonly string[] =>
  (line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) => word.replace(/['"]/g, ""));

/** Reads a command line, without running it. Throws what the command would print. */
function accept(words: readonly string[]): void {
  if (words[0] === "completion") return; // yargs prints at once
  const [first = ""] = words;
  const own = first === "exec" ? words.slice(1, words.indexOf("--")) : words;
  const { flags } = readCommandLine(own);
  for (const fault of flags.fault ?? []) expect(readSentence(fault), fault).toHaveProperty("sentence");
  for (const setting of flags.quirk ?? []) {
    const set = setQuirk(defaultQuirks, ...(setting.split("=", 2) as [string, string]));
    if ("problem" in set) throw new Error(set.problem);
  }
}
