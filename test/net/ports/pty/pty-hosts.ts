import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { withoutInherited } from "../../../../net/close-on-exec.js";
import { sleep } from "../../port-recorder.js";
import type { Host } from "../serial-port-contract.js";

/** How a host attaches. */
interface AttachOptions {
  /** Left out: it reads. */
  readonly reads?: boolean;
  /** Called with all input. */
  onBytes?(bytes: Uint8Array): void;
}

/** Attaches a host in this process: it opens the terminal and changes no setting. */
export async function attach(path: string, { reads = true, onBytes }: AttachOptions = {}): Promise<Host> {
  const terminal = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const received: Buffer[] = [];
  const input = reads ? new ReadStream(terminal) : undefined;
  input
    ?.on("error", () => {})
    .on("data", (bytes) => {
      received.push(bytes);
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
    get received() {
      return Buffer.concat(received);
    },
    async leave() {
      if (left) return;
      left = true;
      input?.destroy(); // it has opened the terminal once more, with a descriptor of its own
      closeSync(terminal);
    },
  };
}

/** A running program with its output. */
export interface Program {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<number | null>;
}

/** Starts a program and keeps its output. */
export function run(
  command: string,
  args: readonly string[],
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Program {
  const child = withoutInherited(["ignore", "pipe", "pipe"], (stdio) => spawn(command, args, { ...options, stdio }));
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("latin1").on("data", (text) => {
    stdout += text;
  });
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  return {
    child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended: new Promise((resolve, reject) => child.on("error", reject).on("close", resolve)),
  };
}

/** Runs a Python program to its end; returns its output. `args` are its sys.argv[1:]. Rejects if it fails. */
export async function python(script: string, args: readonly string[], options = {}): Promise<string> {
  const program = run("/usr/bin/python3", ["-c", script, ...args], options);
  const code = await program.ended;
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${program.stderr}`);
  return program.stdout;
}
