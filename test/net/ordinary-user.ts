import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const project = fileURLToPath(new URL("../..", import.meta.url));
const platform = `@lydell/node-pty-${process.platform}-${process.arch}`;
const nobody = 65534;

/** Options to start a program as an ordinary user: the kernel never refuses root an exclusive terminal. */
export const ordinary = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** A program made of the folder net/ and a script, in a folder that every user may read. */
export class ReadableCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-"));
  readonly program = join(this.folder, "program.js");
  /** A path for a link, in a folder where every user may write. */
  readonly link = join(this.folder, "open", "port");

  constructor(script: string, { binding }: { readonly binding: "good" | "broken" }) {
    for (const name of ["open", "net", "node_modules"]) mkdirSync(join(this.folder, name));
    chmodSync(this.folder, 0o755);
    chmodSync(join(this.folder, "open"), 0o777);
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }');
    writeFileSync(this.program, script);
    for (const name of readdirSync(join(project, "net"), { encoding: "utf8", recursive: true })) this.#compile(name);
    for (const name of ["node-pty", platform]) {
      cpSync(join(project, "node_modules", name), join(this.folder, "node_modules", name), { recursive: true });
    }
    if (binding === "broken") writeFileSync(join(this.folder, "node_modules", platform, "pty.node"), "");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #compile(name: string): void {
    if (!name.endsWith(".ts")) return;
    const { outputText } = ts.transpileModule(readFileSync(join(project, "net", name), "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
    });
    const path = join(this.folder, "net", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, outputText);
  }
}

/** Does something as an ordinary user: root may read and write everything. */
export async function asOrdinaryUser<T>(act: () => T | Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
