import type { Log } from "../log.js";
import type { ModemLines, PortChange } from "../serial.js";

/** What the user should see without asking for it. */
const warnings: readonly PortChange["kind"][] = ["path", "unreachable", "exposed", "speedRefused", "looped"];

/** Logs what one front end tells about itself. */
export class PortLog {
  readonly #log: Log;
  readonly #alone: boolean;
  #attached = false;

  /** `alone`: hosts have no other way to attach. Where there are others, nobody misses what is said to an empty one. */
  constructor(log: Log, { alone }: { readonly alone: boolean }) {
    this.#log = log;
    this.#alone = alone;
  }

  /** Logs a change of the port at `path`. */
  tell(change: PortChange, path: string): void {
    if (change.kind === "attach" || change.kind === "detach") this.#attached = change.kind === "attach";
    if (change.kind === "dropped" && !this.#attached && !this.#alone) return;
    const line = change.kind === "dropped" ? `uart! ${words(change, path)}` : `port= ${words(change, path)}`;
    if (warnings.includes(change.kind) || "why" in change) this.#log.warn(line);
    else this.#log.info(line);
  }
}

function words(change: PortChange, path: string): string {
  switch (change.kind) {
    case "dropped":
      return `${change.bytes} bytes to the host were lost: nobody reads ${path}`;
    case "path":
      return `hosts attach at ${change.path} now`;
    case "refused":
      return `${path} is taken: ${change.who} was turned away`;
    case "unreachable":
      return `nobody to talk to at ${change.why}; it is called until somebody is`;
    case "exposed":
      return `${change.address} is not for this machine alone: anyone who reaches it can use the modem`;
    case "speed":
      return `${path}: ${change.speed} baud`;
    case "lines":
      return `${path}: ${lineWords(change.lines)}`;
    case "speedRefused":
      return `${path} cannot have the module's speed, ${change.speed} baud`;
    case "looped":
      return `${path}: all that the module says comes back; the other end echoes`;
    case "attach":
    case "detach":
      return `${path}: ${change.why ?? change.kind}`;
    case "break":
    case "ended":
      return `${path}: ${change.kind}`;
  }
}

const lineWords = (lines: ModemLines): string =>
  Object.entries(lines)
    .map(([line, on]) => `${line} ${on ? "on" : "off"}`)
    .join(", ");
