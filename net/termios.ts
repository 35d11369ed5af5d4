import { spawn, spawnSync } from "node:child_process";
import { type Given, withoutMasters } from "./inherited.js";
import { UserError } from "./user-error.js";

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
// A child's descriptors 0 to 2 are made blocking by libuv, and ours with them: hence the way round by 3.
const command = ["-c", 'exec stty "$@" <&3', "stty"];
const env = { ...process.env, LC_ALL: "C" };

/** Makes a terminal raw and sets its speed, at once. Either end's descriptor will do: on Linux both mean the host's end. */
export function makeRaw(terminal: number, speed: number): void {
  const args = [...command, String(speed), ...asFound];
  const done = withoutMasters(["ignore", "ignore", "pipe", terminal], (stdio) => spawnSync("sh", args, { stdio, env }));
  if (done.status === 0) return;
  const why = done.error?.message ?? String(done.stderr).trim().split("\n", 1)[0];
  throw new UserError(`stty cannot make the pseudo-terminal raw: ${why}`);
}

/** Makes a terminal raw again, whatever the last host left behind; its speed stays. */
export async function remakeRaw(terminal: number): Promise<void> {
  await stty(terminal, asFound);
}

/** Reads back what the host has set; nothing if that cannot be told. */
export async function readTermios(terminal: number): Promise<Termios | undefined> {
  const text = await stty(terminal, ["-a"]);
  const speed = /\bspeed (\d+) baud/.exec(text)?.[1];
  return speed === undefined ? undefined : { speed: Number(speed), echoes: /(^|\s)echo(nl)?(\s|$)/m.test(text) };
}

/** Runs stty beside the event loop; settles when it is gone, with what it printed. */
function stty(terminal: number, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    try {
      const start = (stdio: Given[]) => spawn("sh", [...command, ...args], { stdio, env });
      const child = withoutMasters(["ignore", "pipe", "ignore", terminal], start);
      child.stdout?.on("data", (chunk) => {
        text += chunk;
      });
      child.on("error", () => resolve(""));
      child.on("close", () => resolve(text));
    } catch {
      resolve(""); // no descriptors left: the line stays as it is
    }
  });
}
