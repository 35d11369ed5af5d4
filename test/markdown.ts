import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** A file of Markdown in the repository. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** Folders that are not part of the repository. */
const foreign = new Set(["node_modules", "dist", ".git"]);

/** The paths of all files and folders of the repository; those of folders end with `/`. */
export const repositoryPaths: readonly string[] = pathsBelow("");

function pathsBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !foreign.has(name) && `${folder}${name}` !== "coverage")
    .flatMap((entry) => {
      const path = `${folder}${entry.name}`;
      return entry.isDirectory() ? [`${path}/`, ...pathsBelow(`${path}/`)] : [path];
    });
}

/** The text of a file of the repository. */
export const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every Markdown file of the repository. */
export const pages: readonly Page[] = repositoryPaths
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: read(path) }));

/** The page at a path. Throws an Error if there is none. */
export function pageAt(path: string): Page {
  const page = pages.find((each) => each.path === path);
  if (page === undefined) throw new Error(`there is no page ${path}`);
  return page;
}

/** The pages for users: the README, and those of `docs/` itself. */
export const userPages: readonly Page[] = pages.filter(({ path }) => /^(?:README|docs\/[^/]*)\.md$/.test(path));

/** The fenced blocks of a page, in their order. */
export const codeBlocks = ({ text }: Page): readonly CodeBlock[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({ language, text: code }));

const withoutBlocks = (text: string): string => text.replace(/^```\w*\n.*?^```$/gms, "");

/** The code within the sentences and tables of a page. */
export const inlineCode = ({ text }: Page): readonly string[] =>
  [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

/** The targets of a page's links. */
export const linksOf = ({ text }: Page): readonly string[] =>
  [
    ...withoutBlocks(text)
      .replace(/`[^`\n]+`/g, "")
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target = ""]) => target);

/** The anchors of a page's headings, as GitHub names them. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let anchor = name;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${name}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
