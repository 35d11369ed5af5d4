import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const command = (name: string) => () =>
  [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/sbin"].some((place) => isExecutable(join(place, name)));

/** Programs that tests use, how each is found, and the Debian package to install. */
const programs = {
  chromium: { isInstalled: command("chromium"), install: "chromium" },
  curl: { isInstalled: command("curl"), install: "curl" },
  gcc: { isInstalled: command("gcc"), install: "gcc" },
  minicom: { isInstalled: command("minicom"), install: "minicom" },
  mosquitto: { isInstalled: command("mosquitto"), install: "mosquitto" },
  "mosquitto-clients": { isInstalled: command("mosquitto_pub"), install: "mosquitto-clients" },
  picocom: { isInstalled: command("picocom"), install: "picocom" },
  python3: { isInstalled: () => isExecutable("/usr/bin/python3"), install: "python3" },
  // The system's python3: another one in PATH may not have pyserial.
  "python3-serial": {
    isInstalled: () => spawnSync("/usr/bin/python3", ["-c", "import serial"]).status === 0,
    install: "python3-serial",
  },
  "python3-pytest": {
    isInstalled: () => spawnSync("/usr/bin/python3", ["-c", "import pytest"]).status === 0,
    install: "python3-pytest",
  },
  "qemu-system-x86": { isInstalled: command("qemu-system-i386"), install: "--no-install-recommends qemu-system-x86" },
  socat: { isInstalled: command("socat"), install: "socat" },
  tshark: { isInstalled: command("tshark"), install: "--no-install-recommends tshark" },
  tmux: { isInstalled: command("tmux"), install: "tmux" },
} as const;

/** A program that a test needs. */
type Program = keyof typeof programs;

const known = new Map<Program, boolean>();

/**
 * Whether a program is installed, for `test.skipIf(!needs("mosquitto"))`. Prints a line once if it is not.
 * @throws Error under CI, where no test may be skipped
 */
export function needs(program: Program): boolean {
  const before = known.get(program);
  if (before !== undefined) return before;
  const { isInstalled, install } = programs[program];
  const found = isInstalled();
  known.set(program, found);
  if (!found) report(`${program} is missing: apt-get install ${install}`);
  return found;
}

/** Prints why tests are skipped. Throws under CI, where no test may be. */
export function report(what: string): void {
  if (process.env.CI === "true") throw new Error(what);
  process.stderr.write(`skipped: ${what}\n`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
