import { spawn, spawnSync } from "node:child_process";
import { type Given, withoutMasters } from "../close-on-exec.js";
import { UserError } from "../user-error.js";

/** What a module speaks at first, in bits per second. */
export const firstSpeed = 9600;

/** Every speed that stty can set on Linux, in bits per second. */
export const sttySpeeds: readonly number[] = [
  50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800,
  500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000,
];

/** What a host has set on its end of the line. */
interface Termios {
  /** Bits per second. */
  readonly speed: number;
  /** Whether the terminal sends back what we write: then our own output is our next input. */
  readonly echoes: boolean;
}

// Node's own raw mode leaves ONLCR on. VMIN and VTIME are set because hosts leave theirs behind: pyserial's VMIN 0 would
// be an end of file for the next `cat`.
const raw = ["raw", "-echo", "-echoe", "-echok", "-echonl", "-echoctl", "-echoke", "-iexten", "-onlcr"];
const asFound = [...raw, "min", "1", "time", "0"];
/** For a line that has a wire: no carrier is waited for, and nobody but us holds the output back. */
const asWire = ["cs8", "-parenb", "-cstopb", "cread", "clocal", "-crtscts"];
// A child's descriptors 0 to 2 are made blocking by libuv, and ours with them: hence the way round by 3.
const command = ["-c", 'exec stty "$@" <&3', "stty"];
const env = { ...process.env, LC_ALL: "C" };

/** Makes a terminal raw and sets its speed, at once. Either end's descriptor will do: on Linux both mean the host's end. */
export function makeRaw(terminal: number, speed: number): void {
  sttyNow(terminal, [String(speed), ...asFound], "the pseudo-terminal");
}

/** Makes a line of 8N1 without flow control of a serial port, `name` for people; gives back how it was set before. */
export function takeOver(port: number, speed: number, name: string): string {
  const before = sttyNow(port, ["-g"], name).trim();
  sttyNow(port, [String(speed), ...asFound, ...asWire], name);
  return before;
}

/** Sets the speed when all that was written has left; tells whether the port has it now. */
export async function setSpeed(port: number, speed: number): Promise<boolean> {
  return (await stty(port, [String(speed)])) !== undefined;
}

/** Sets a port as it was before; waits so long, in milliseconds, for what was written to leave. */
export async function giveBack(port: number, before: string, patience: number): Promise<void> {
  await stty(port, [before], patience);
  await stty(port, ["-drain", before], patience); // no harm if it is so already; without it a stuck line keeps our setting
}

function sttyNow(terminal: number, args: readonly string[], name: string): string {
  const given = [...command, ...args];
  const done = withoutMasters(["ignore", "pipe", "pipe", terminal], (stdio) => spawnSync("sh", given, { stdio, env }));
  if (done.status === 0) return String(done.stdout);
  const why = done.error?.message ?? String(done.stderr).trim().split("\n", 1)[0];
  throw new UserError(`stty cannot make ${name} raw: ${why}`);
}

/** Makes a terminal raw again, whatever the last host left behind; its speed stays. */
export async function remakeRaw(terminal: number): Promise<void> {
  await stty(terminal, asFound);
}

/** Reads back what the host has set; nothing if that cannot be told. */
export async function readTermios(terminal: number): Promise<Termios | undefined> {
  const text = (await stty(terminal, ["-a"])) ?? "";
  const speed = /\bspeed (\d+) baud/.exec(text)?.[1];
  return speed === undefined ? undefined : { speed: Number(speed), echoes: /(^|\s)echo(nl)?(\s|$)/m.test(text) };
}

/** Runs stty beside the event loop; settles when it is gone, with what it printed, or undefined where it failed. */
function stty(terminal: number, args: readonly string[], timeout?: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    try {
      const start = (stdio: Given[]) => spawn("sh", [...command, ...args], { stdio, env, timeout });
      const child = withoutMasters(["ignore", "pipe", "ignore", terminal], start);
      child.stdout?.on("data", (chunk) => {
        text += chunk;
      });
      child.on("error", () => resolve(undefined));
      child.on("close", (code) => resolve(code === 0 ? text : undefined));
    } catch {
      resolve(undefined); // no descriptors left: the line stays as it is
    }
  });
}
