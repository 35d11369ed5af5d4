import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { type Program, run } from "./pty-hosts.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
const nobody = 65534;

/** The user that programs are tested as: not root, whom the kernel never refuses an exclusive terminal. */
export const ordinary = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

const echoing = `
import { openPty } from "./net/pty.js";
try {
  const say = (what) => process.stdout.write(JSON.stringify(what) + "\\n");
  const port = openPty({ link: process.argv[2] }, { onBytes: (bytes) => port.write(bytes), onChange: say });
  say({ path: port.path });
  process.on("SIGTERM", () => port.close());
} catch (error) {
  process.stderr.write(error.name + ": " + error.message);
  process.exitCode = 1;
}
`;

/** The PTY front end where anybody may read it, as a program that sends back what it hears and prints what it is told. */
export class EmulatorProcess {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-"));
  readonly link = join(this.folder, "open", "port");

  constructor(how: { readonly binding: boolean } = { binding: true }) {
    mkdirSync(dirname(this.link));
    mkdirSync(join(this.folder, "net"));
    writeFileSync(join(this.folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(this.folder, "echoing.js"), echoing);
    for (const name of readdirSync(join(project, "net"))) {
      if (name.endsWith(".ts")) this.#compile(name);
    }
    for (const name of how.binding ? ["node-pty", "@lydell"] : []) {
      cpSync(join(project, "node_modules", name), join(this.folder, "node_modules", name), { recursive: true });
    }
    chmodSync(this.folder, 0o755);
    chmodSync(dirname(this.link), 0o777);
  }

  start(): Program {
    return run(process.execPath, [join(this.folder, "echoing.js"), this.link], ordinary);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #compile(name: string): void {
    const { outputText } = ts.transpileModule(readFileSync(join(project, "net", name), "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
    });
    writeFileSync(join(this.folder, "net", name.replace(/\.ts$/, ".js")), outputText);
  }
}
