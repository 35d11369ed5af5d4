import type { Log } from "../log.js";
import type { ModemLines, PortChange } from "../serial.js";

/** Changes that are logged as warnings: the user sees them at the default log level. */
const warnings: readonly PortChange["kind"][] = ["path", "unreachable", "exposed", "speedRefused", "looped"];

/** Logs the changes of one front end. */
export class PortLog {
  readonly #log: Log;
  readonly #isOnly: boolean;
  #attached = false;

  /** `isOnly`: there is no other front end. With several, bytes lost at one without a host are not worth a line. */
  constructor(log: Log, { isOnly }: { readonly isOnly: boolean }) {
    this.#log = log;
    this.#isOnly = isOnly;
  }

  /** Logs a change of the port at `path`. */
  change(change: PortChange, path: string): void {
    if (change.kind === "attach" || change.kind === "detach") this.#attached = change.kind === "attach";
    if (change.kind === "dropped" && !this.#attached && !this.#isOnly) return;
    const line = change.kind === "dropped" ? `uart! ${textOf(change, path)}` : `port= ${textOf(change, path)}`;
    if (warnings.includes(change.kind) || "why" in change) this.#log.warn(line);
    else this.#log.info(line);
  }
}

function textOf(change: PortChange, path: string): string {
  switch (change.kind) {
    case "dropped":
      return `${change.bytes} bytes to the host were lost: no host reads ${path}`;
    case "path":
      return `hosts now attach at ${change.path}`;
    case "refused":
      return `${path} is taken: ${change.who} was turned away`;
    case "unreachable":
      return `cannot connect to ${change.why}; trying again until it succeeds`;
    case "exposed":
      return `${change.address} is not for this machine alone: anyone who reaches it can use the modem`;
    case "speed":
      return `${path}: ${change.speed} baud`;
    case "lines":
      return `${path}: ${linesText(change.lines)}`;
    case "speedRefused":
      return `${path} cannot run at the module's speed, ${change.speed} baud`;
    case "looped":
      return `${path}: the other end echoes; what the module sends comes back`;
    case "attach":
    case "detach":
      return `${path}: ${"why" in change ? change.why : change.kind}`;
    case "break":
    case "ended":
      return `${path}: ${change.kind}`;
  }
}

const linesText = (lines: ModemLines): string =>
  Object.entries(lines)
    .map(([line, on]) => `${line} ${on ? "on" : "off"}`)
    .join(", ");
