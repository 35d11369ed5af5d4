import { spawn, spawnSync } from "node:child_process";
import { ReadStream } from "node:tty";
import { onTestFinished } from "vitest";
import { closeOnExec, forgetDescriptor, withoutInherited } from "../../net/close-on-exec.js";
import { openpty } from "../../net/ports/pty/pty-native.js";
import { until } from "../net/port-recorder.js";

/** A program on a terminal of its own; the test is the keyboard and the screen. */
export interface Terminal {
  type(text: string): void;
  /** Resolves when new text on the screen matches. */
  shows(pattern: RegExp): Promise<void>;
  /** All text so far, with LF as line ends. */
  readonly screen: string;
  readonly ended: Promise<number | null>;
  /** The terminal's settings, as stty prints them. */
  modes(): string;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program on a terminal; it is ended at the end of the test. */
export function onTerminal(
  command: string,
  args: readonly string[],
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Terminal {
  const { master, slave, path } = openpty();
  closeOnExec(master);
  const child = withoutInherited([slave, slave, slave], (stdio) => spawn(command, args, { ...options, stdio }));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const keyboard = new ReadStream(master, { writable: true });
  let screen = "";
  let seen = 0;
  keyboard.setEncoding("latin1").on("error", () => {});
  keyboard.on("data", (text) => {
    screen = (screen + text).replace(/\r+\n/g, "\n"); // raw mode leaves ONLCR on
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    forgetDescriptor(master);
    keyboard.destroy();
  });
  return {
    type: (text) => void keyboard.write(text, "latin1"),
    async shows(pattern) {
      await until(`${pattern}`, () => pattern.test(screen.slice(seen))).catch((late) => {
        throw new Error(`${late.message}: ${JSON.stringify(screen.slice(seen))}`);
      });
      const found = pattern.exec(screen.slice(seen));
      if (found !== null) seen += found.index + found[0].length;
    },
    get screen() {
      return screen;
    },
    ended,
    modes: () => spawnSync("stty", ["-F", path, "-a"], { encoding: "utf8" }).stdout,
    kill: (signal) => void child.kill(signal),
  };
}
