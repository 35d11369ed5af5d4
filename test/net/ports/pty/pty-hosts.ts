import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { withoutInherited } from "../../../../net/close-on-exec.js";
import { sleep } from "../../witness.js";
import type { Host } from "../front-ends.js";

/** How a host attaches. */
interface Attaching {
  /** Left out: it reads. */
  readonly reads?: boolean;
  /** Called with whatever comes. */
  onBytes?(bytes: Uint8Array): void;
}

/** A host in this process: it opens the terminal and sets nothing. */
export async function attach(path: string, { reads = true, onBytes }: Attaching = {}): Promise<Host> {
  const terminal = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const heard: Buffer[] = [];
  const input = reads ? new ReadStream(terminal) : undefined;
  input
    ?.on("error", () => {})
    .on("data", (bytes) => {
      heard.push(bytes);
      onBytes?.(bytes);
    });
  let left = false;
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(terminal, bytes, at, Math.min(2048, bytes.length - at));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        }
        await sleep(0);
      }
    },
    get heard() {
      return Buffer.concat(heard);
    },
    async leave() {
      if (left) return;
      left = true;
      input?.destroy(); // it has opened the terminal once more, for itself
      closeSync(terminal);
    },
  };
}

/** A foreign program, as this or another user. */
export interface Program {
  readonly child: ChildProcess;
  readonly said: string;
  readonly complained: string;
  readonly ended: Promise<number | null>;
}

/** Starts a foreign program; its output is kept. */
export function run(command: string, args: readonly string[], options: { uid?: number; gid?: number } = {}): Program {
  const child = withoutInherited(["ignore", "pipe", "pipe"], (stdio) => spawn(command, args, { ...options, stdio }));
  let said = "";
  let complained = "";
  child.stdout?.setEncoding("latin1").on("data", (text) => {
    said += text;
  });
  child.stderr?.on("data", (text) => {
    complained += text;
  });
  return {
    child,
    get said() {
      return said;
    },
    get complained() {
      return complained;
    },
    ended: new Promise((resolve, reject) => child.on("error", reject).on("close", resolve)),
  };
}

/** Runs a Python host to its end, and hands back what it printed; it gets `args` as sys.argv[1:]. */
export async function python(script: string, args: readonly string[], options = {}): Promise<string> {
  const program = run("/usr/bin/python3", ["-c", script, ...args], options);
  const code = await program.ended;
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${program.complained}`);
  return program.said;
}
