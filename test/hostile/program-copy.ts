import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const project = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["at", "mqtt", "emulator", "net", "bin"];

/** The whole command, built and with all it needs, in a place where every user may read it. */
export class ProgramCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-"));
  readonly command = join(this.folder, "dist", "bin", "bc28-emu.js");

  constructor() {
    chmodSync(this.folder, 0o755);
    copyFileSync(join(project, "package.json"), join(this.folder, "package.json"));
    for (const source of sources) this.#compile(join(project, source));
    for (const name of packages()) {
      cpSync(join(project, name), join(this.folder, name), { recursive: true, filter: isNeeded });
    }
  }

  /** A folder of its own in which a user of any name may write. */
  open(name: string): string {
    const place = join(this.folder, name);
    mkdirSync(place);
    chmodSync(place, 0o777);
    return place;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #compile(folder: string): void {
    const to = join(this.folder, "dist", relative(project, folder));
    mkdirSync(to, { recursive: true });
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#compile(path);
      else if (entry.name.endsWith(".ts")) writeFileSync(join(to, entry.name.replace(/ts$/, "js")), compiled(path));
    }
  }
}

const compiled = (path: string): string =>
  ts.transpileModule(readFileSync(path, "utf8"), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  }).outputText;

/** What the lock file says is no matter of development, as far as it is there. */
function packages(): string[] {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    readFileSync(join(project, "package-lock.json"), "utf8"),
  );
  const there = new Set(readdirSync(join(project, "node_modules"), { recursive: false }).map(String));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.lastIndexOf("node_modules/") === 0 && !dev && !path.includes("@types"))
    .map(([path]) => path)
    .filter((path) => there.has(path.split("/")[1] ?? "") && isThere(path));
}

function isThere(path: string): boolean {
  try {
    return readdirSync(join(project, path)).length > 0;
  } catch {
    return false; // another platform's binary
  }
}

const isNeeded = (path: string): boolean => !/\.(map|d\.ts|md)$/.test(path) && dirname(path) !== "";
