import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type ChildDescriptor, withoutInherited } from "../close-on-exec.js";
import { UserError } from "../user-error.js";

/** The speed of a module as it comes from the factory, in bits per second. */
export const factorySpeed = 9600;

/** Every speed that stty can set on Linux, in bits per second. */
export const sttySpeeds: readonly number[] = [
  50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800,
  500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000,
];

/** The part of a terminal's settings that a host changes and that is used here. */
export interface Termios {
  /** Bits per second. */
  readonly speed: number;
  /** ECHO or ECHONL is on: what is written to the master comes back to it as input. */
  readonly echoes: boolean;
}

/** Raw mode. Node's own raw mode leaves ONLCR on. */
const raw = ["raw", "-echo", "-echoe", "-echok", "-echonl", "-echoctl", "-echoke", "-iexten", "-onlcr"];
/** Raw mode with VMIN and VTIME: hosts leave theirs behind, and pyserial's VMIN 0 is an end of file for the next `cat`. */
const rawWithTimes = [...raw, "min", "1", "time", "0"];
/** 8N1 on a serial port: no carrier is waited for, and no flow control holds the output back. */
const plainSerial = ["cs8", "-parenb", "-cstopb", "cread", "clocal", "-crtscts"];
/** The shell gives stty descriptor 3 as its stdin: libuv makes the descriptors 0 to 2 of a child blocking, and ours with them. */
const command = ["-c", 'exec stty "$@" <&3', "stty"];
const env = { ...process.env, LC_ALL: "C" };

/**
 * Sets raw mode and a speed on a pseudo-terminal. On Linux the descriptor of either end means the host's end. Blocks until
 * it is done. Throws a UserError if stty fails.
 */
export function makeRaw(terminal: number, speed: number): void {
  sttyNow(terminal, [String(speed), ...rawWithTimes], "the pseudo-terminal");
}

/**
 * Sets a serial port to raw mode, 8N1 without flow control, at this speed. Blocks until it is done. Returns its settings
 * before, for `restoreTermios`. Throws a UserError with the port's `name` if stty fails.
 */
export function setSerialLine(port: number, speed: number, name: string): string {
  const before = sttyNow(port, ["-g"], name).trim();
  sttyNow(port, [String(speed), ...rawWithTimes, ...plainSerial], name);
  return before;
}

/** Sets the speed once the driver's buffer is empty; resolves with whether that succeeded. */
export async function setSpeed(port: number, speed: number): Promise<boolean> {
  return (await stty(port, [String(speed)])) !== undefined;
}

/** Restores the settings that `setSerialLine` returned; waits up to `timeoutMs` for the driver's buffer to empty. */
export async function restoreTermios(port: number, before: string, timeoutMs: number): Promise<void> {
  await stty(port, [before], timeoutMs);
  await stty(port, ["-drain", before], timeoutMs); // does not wait: a line that is stuck gets its settings back, too
}

function sttyNow(terminal: number, args: readonly string[], name: string): string {
  const given = [...command, ...args];
  const done = withoutInherited(["ignore", "pipe", "pipe", terminal], (stdio) =>
    spawnSync("sh", given, { stdio, env }),
  );
  if (done.status === 0) return String(done.stdout);
  const why = done.error?.message ?? String(done.stderr).trim().split("\n", 1)[0];
  throw new UserError(`stty cannot make ${name} raw: ${why}`);
}

/** Sets raw mode again after a host has changed it; the speed stays. */
export async function restoreRaw(terminal: number): Promise<void> {
  await stty(terminal, rawWithTimes);
}

/** Reads the settings of a terminal; undefined if stty fails. */
export async function readTermios(terminal: number): Promise<Termios | undefined> {
  return termiosIn((await stty(terminal, ["-a"])) ?? "");
}

/** The settings in the output of `stty -a`; undefined: there are none. */
function termiosIn(text: string): Termios | undefined {
  const speed = /\bspeed (\d+) baud/.exec(text)?.[1];
  return speed === undefined ? undefined : { speed: Number(speed), echoes: /(^|\s)echo(nl)?(\s|$)/m.test(text) };
}

/** Runs `stty -a` for each line of its input, and ends its output with a line that has a full stop alone. */
const readerScript = "while read -r _; do stty -a <&3; echo .; done";
const readerEnd = /^\.\n/m;

/**
 * Reads the settings of a terminal by a shell that stays, which takes a fifth of the time of a new one: a host may change its
 * speed soon after it has sent something. The shell holds the terminal open until `close`.
 */
export class TermiosReader {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #closed: Promise<void>;
  #text = "";
  #onRead: ((termios: Termios | undefined) => void) | undefined;
  #isOver = false;

  /** Throws where no process or descriptor can be had. */
  constructor(terminal: number) {
    const start = (stdio: ChildDescriptor[]) => spawn("sh", ["-c", readerScript], { stdio, env });
    const child = withoutInherited(["pipe", "pipe", "ignore", terminal], start);
    if (child.stdin === null || child.stdout === null) throw new Error("the shell has no pipes");
    this.#child = child as ChildProcessByStdio<Writable, Readable, null>;
    this.#child.stdin.on("error", () => {}); // EPIPE: the shell was ended, which `close` reports
    this.#child.stdout.setEncoding("latin1").on("data", (text) => this.#take(text));
    this.#closed = new Promise((resolve) => child.on("error", () => resolve()).on("close", () => resolve()));
    void this.#closed.then(() => this.#end());
    for (const each of this.#handles) each.unref?.(); // it keeps no program running
  }

  /** Whether the shell has ended, for instance by a signal to the whole process group. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The settings now; undefined if stty fails. Call it again only when the call before is over. */
  read(): Promise<Termios | undefined> {
    return new Promise((resolve) => {
      if (this.#isOver) {
        resolve(undefined);
        return;
      }
      this.#onRead = resolve;
      this.#child.stdin.write("\n");
    });
  }

  /** Ends the shell; resolves when it holds the terminal no more. */
  close(): Promise<void> {
    for (const each of this.#handles) each.ref?.();
    this.#child.kill("SIGKILL");
    return this.#closed;
  }

  /** What keeps a program running: the process and its pipes, which are sockets. */
  get #handles(): readonly Partial<Pick<ChildProcess, "ref" | "unref">>[] {
    const { stdin, stdout } = this.#child;
    return [this.#child, stdin, stdout] as readonly Partial<Pick<ChildProcess, "ref" | "unref">>[];
  }

  #take(text: string): void {
    this.#text += text;
    const end = this.#text.search(readerEnd);
    if (end < 0) return;
    const termios = termiosIn(this.#text.slice(0, end));
    this.#text = "";
    this.#answer(termios);
  }

  #end(): void {
    this.#isOver = true;
    this.#answer(undefined);
  }

  #answer(termios: Termios | undefined): void {
    const onRead = this.#onRead;
    this.#onRead = undefined;
    onRead?.(termios);
  }
}

/** Runs stty in the background. Resolves with its output, or with undefined if it failed or ran longer than `timeout` ms. */
function stty(terminal: number, args: readonly string[], timeout?: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    try {
      const start = (stdio: ChildDescriptor[]) => spawn("sh", [...command, ...args], { stdio, env, timeout });
      const child = withoutInherited(["ignore", "pipe", "ignore", terminal], start);
      child.stdout?.on("data", (chunk) => {
        text += chunk;
      });
      child.on("error", () => resolve(undefined));
      child.on("close", (code) => resolve(code === 0 ? text : undefined));
    } catch {
      resolve(undefined); // no process or descriptor can be had: the settings stay as they are
    }
  });
}
