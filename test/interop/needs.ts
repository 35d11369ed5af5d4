import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const command = (name: string) => () =>
  [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/sbin"].some((place) => isExecutable(join(place, name)));

/** Foreign programs that tests talk to, and how each is found; where the Debian package has another name, its name. */
const programs = {
  gcc: { isThere: command("gcc"), install: "gcc" },
  minicom: { isThere: command("minicom"), install: "minicom" },
  mosquitto: { isThere: command("mosquitto"), install: "mosquitto" },
  "mosquitto-clients": { isThere: command("mosquitto_pub"), install: "mosquitto-clients" },
  picocom: { isThere: command("picocom"), install: "picocom" },
  python3: { isThere: () => isExecutable("/usr/bin/python3"), install: "python3" },
  // The system's own: a python3 earlier in PATH may not have pyserial.
  "python3-serial": {
    isThere: () => spawnSync("/usr/bin/python3", ["-c", "import serial"]).status === 0,
    install: "python3-serial",
  },
  "qemu-system-x86": { isThere: command("qemu-system-i386"), install: "--no-install-recommends qemu-system-x86" },
  socat: { isThere: command("socat"), install: "socat" },
  tmux: { isThere: command("tmux"), install: "tmux" },
} as const;

/** A foreign program that a test cannot do without. */
type Program = keyof typeof programs;

const known = new Map<Program, boolean>();

/**
 * Whether a program is there, for `test.skipIf(!needs("mosquitto"))`; its absence is said once.
 * @throws Error under CI, where nothing may be skipped.
 */
export function needs(program: Program): boolean {
  const before = known.get(program);
  if (before !== undefined) return before;
  const { isThere, install } = programs[program];
  const found = isThere();
  known.set(program, found);
  if (!found) report(`${program} is missing: apt-get install ${install}`);
  return found;
}

function report(what: string): void {
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
