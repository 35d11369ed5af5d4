import { isIP, type LookupFunction } from "node:net";
import type { Call, CallOutcome } from "../emulator/border.js";
import { systemLookup } from "./lookup.js";
import { type Movement, waitedFor } from "./movement.js";

/** Carries out what else than a link the module asks of the network. */
export interface Calls {
  /** `done` is called once, never before this has returned, and not after `close`. */
  start(call: Call, done: (outcome: CallOutcome) => void): void;
  /** Gives up what is under way, and tells nothing more. */
  close(): void;
}

/** How names are found. */
export interface CallsOptions {
  /** Where a name leads instead; left out: nowhere else. An address is never asked for. */
  readonly resolve?: (host: string) => string;
  /** Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Given: names that are being looked up are waited for there. */
  readonly movement?: Movement | undefined;
}

/** How long a name may take, in ms of real time; then it counts as one that is not there. */
const patience = 10_000;

/** Carries out calls on this machine. */
export function createCalls({ resolve = (host) => host, lookup, movement }: CallsOptions = {}): Calls {
  const system = systemLookup();
  const lookUp = waitedFor(lookup ?? system.lookup, movement);
  const pending = new Set<() => void>();
  const start: Calls["start"] = (call, done) => {
    const finish = (address: string | undefined): void => {
      if (pending.delete(giveUp)) done({ kind: "resolved", address });
      clearTimeout(timer);
    };
    const timer = setTimeout(() => finish(undefined), patience);
    const giveUp = (): void => clearTimeout(timer);
    pending.add(giveUp);
    addressOf(call.host, resolve, lookUp).then(finish, () => finish(undefined));
  };
  const close = (): void => {
    for (const giveUp of pending) giveUp();
    pending.clear();
    system.close();
  };
  return { start, close };
}

/** An address is its own answer, and so is one to which a name leads; else IPv4 comes first. */
async function addressOf(
  host: string,
  resolve: (host: string) => string,
  lookup: LookupFunction,
): Promise<string | undefined> {
  if (isIP(host) !== 0) return host;
  const name = resolve(host);
  if (isIP(name) !== 0) return name;
  const found = await addressesOf(name, lookup);
  return found.find((address) => isIP(address) === 4) ?? found[0];
}

function addressesOf(name: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve([found].flat().map((each) => (typeof each === "string" ? each : each.address)));
    });
  });
}
