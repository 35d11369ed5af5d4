import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The package's own directory; this file runs from test/bench/dist/test/bench. */
export const root = fileURLToPath(new URL("../../../../../", import.meta.url));
/** The command as it is shipped. */
export const command = `${root}dist/bin/bc28-emu.js`;

const running = new Set<ChildProcess>();

/** Notes a program for `endAll`. */
export function keep<C extends ChildProcess>(child: C): C {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends whatever was started here and still runs. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts a program, and hands back its first line. */
export async function start(program: string, args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = keep(spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] }));
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), failure(child, program)]);
  child.stdout.resume();
  return { child, line };
}

async function failure(child: ChildProcess, program: string): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`${program} ended with ${code} before it had said anything`);
}

/** Ends a program, and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

/** Runs a program to its end: its output. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const child = keep(spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] }));
  const gone = once(child, "exit");
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) said += text;
  const [code] = await gone;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
  return said;
}

/** Another file of this directory, as a process that answers each message: with a number, or whatever it is made for. */
export class Worker<T = number> {
  readonly #child: ChildProcess;
  readonly #failed: Promise<never>;

  constructor(file: string, execArgv: readonly string[] = []) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#child = keep(fork(path, { execArgv: [...execArgv] }));
    this.#failed = failure(this.#child, file);
    this.#failed.catch(() => {});
  }

  /** One round of its work. */
  async ask(question: string): Promise<T> {
    const answered = new Promise<T>((resolve) => this.#child.once("message", resolve));
    this.#child.send(question);
    return Promise.race([answered, this.#failed]);
  }

  end(): Promise<void> {
    return end(this.#child);
  }
}

/** Answers each message of the process that forked this one. */
export function answer(work: (question: string) => Promise<unknown>): void {
  process.on("message", async (question: string) => {
    process.send?.(await work(question));
  });
}

/** Memory that a process really occupies, in MB. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** Processor time that a process has used, in ticks of 10 ms: utime and stime. */
export function processorTicks(pid: number): number {
  const behindName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return Number(behindName[11]) + Number(behindName[12]);
}
