import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutInherited } from "../../net/close-on-exec.js";
import { until } from "../net/port-recorder.js";

const project = fileURLToPath(new URL("../..", import.meta.url));
/** The folder of the built command; BC28_EMU_ROOT may name another one, for instance an installed package. */
export const root = process.env.BC28_EMU_ROOT ?? project;
/** The command's file, to be run with `node`. */
export const command = join(root, "dist/bin/bc28-emu.js");
assertBuilt();

/** How a program is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** The file of another copy of the command. */
  readonly command?: string;
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A running bc28-emu, with pipes as stdin, stdout and stderr. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = "";
  err = "";

  constructor(args: readonly string[], options: StartOptions = {}) {
    const { env, command: other, ...spawnOptions } = options;
    const given: SpawnOptions = { ...spawnOptions, env: { ...process.env, ...env } };
    this.child = withoutInherited(["pipe", "pipe", "pipe"], (stdio) =>
      spawn(process.execPath, [other ?? command, ...args], { ...given, stdio }),
    );
    this.child.stdout?.setEncoding("latin1").on("data", (text) => {
      this.out += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.err += text;
    });
    this.child.stdin?.on("error", () => {}); // the program may end before it has read everything
    this.ended = new Promise((resolve) =>
      this.child.on("close", (code, signal) => resolve({ code, signal, out: this.out, err: this.err })),
    );
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.child.stdin?.write(text, "latin1");
  }

  /** Resolves when its output matches, on stdout or on stderr. Rejects if it ends before. */
  async prints(pattern: RegExp, where: "out" | "err" = "out"): Promise<RegExpExecArray> {
    await until(`${pattern} in ${where}`, () => pattern.test(this[where]) || this.hasEnded).catch((late) => {
      throw new Error(`${late.message}; out: ${JSON.stringify(this.out)} err: ${JSON.stringify(this.err)}`);
    });
    const found = pattern.exec(this[where]);
    if (found === null) throw new Error(`it ended: ${JSON.stringify({ out: this.out, err: this.err })}`);
    return found;
  }

  /** Resolves with the fields of the ready line of --json. */
  async ready(where: "out" | "err" = "out"): Promise<{ pty?: string; link?: string; broker?: string; event: string }> {
    const [line] = await this.prints(/^\{"event":"ready".*\}\n/m, where);
    return JSON.parse(line);
  }

  /** Sends a signal; resolves with how the program ended, and how long that took. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended & { readonly millis: number }> {
    const start = performance.now();
    this.child.kill(signal);
    const ended = await this.ended;
    return { ...ended, millis: performance.now() - start };
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** Runs the command with this standard input; resolves with how it ended. */
export function runToEnd(args: readonly string[], input = "", options: StartOptions = {}): Promise<Ended> {
  const program = new Program(args, options);
  program.child.stdin?.end(input, "latin1");
  return program.ended;
}

/** Throws if dist/ is older than the sources: only `npm test` builds first. */
function assertBuilt(): void {
  if (root !== project) return;
  const built = statSync(command, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(
    ...["at", "bin", "emulator", "mqtt", "net"].flatMap((folder) =>
      readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => statSync(join(project, folder, name)).mtimeMs),
    ),
  );
  if (built < newest) throw new Error("dist/ is older than the sources: npm run build");
}
