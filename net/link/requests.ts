import { isIP, type LookupFunction } from "node:net";
import type { Call, CallOutcome } from "../../emulator/request.js";
import { type Movement, waitedFor } from "../time/quiescence.js";
import { type Connect, httpPost } from "./http-post.js";
import { systemLookup } from "./lookup.js";

/** Carries out what else than a link the module asks of the network. */
export interface Calls {
  /** `done` is called once, never before this has returned, and not after `close`. What comes back gives the call up. */
  start(call: Call, done: (outcome: CallOutcome) => void): () => void;
  /** Gives up what is under way, and tells nothing more. */
  close(): void;
}

/** How names are found, and peers. */
export interface CallsOptions {
  readonly connect: Connect;
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
export function createCalls({ connect, resolve = (host) => host, lookup, movement }: CallsOptions): Calls {
  const system = systemLookup();
  const lookUp = waitedFor(lookup ?? system.lookup, movement);
  const pending = new Set<() => void>();
  const carryOut = (call: Call, done: (outcome: CallOutcome) => void): (() => void) =>
    call.kind === "post"
      ? httpPost(call, connect, done)
      : inTime(addressOf(call.host, resolve, lookUp), (address) => done({ kind: "resolved", address }));
  const start: Calls["start"] = (call, done) => {
    const forgive = call.kind === "post" ? movement?.awaiting(() => true) : undefined;
    const settle = (): void => {
      pending.delete(giveUp);
      forgive?.();
    };
    const stop = carryOut(call, (outcome) => {
      settle();
      done(outcome);
    });
    const giveUp = (): void => {
      settle();
      stop();
    };
    pending.add(giveUp);
    return giveUp;
  };
  const close = (): void => {
    for (const giveUp of pending) giveUp();
    system.close();
  };
  return { start, close };
}

/** Tells an address as soon as it is there; what takes too long is not there. What comes back silences it. */
function inTime(found: Promise<string | undefined>, tell: (address: string | undefined) => void): () => void {
  let over = false;
  const stop = (): void => {
    over = true;
    clearTimeout(timer);
  };
  const finish = (address: string | undefined): void => {
    if (over) return;
    stop();
    tell(address);
  };
  const timer = setTimeout(() => finish(undefined), patience);
  found.then(finish, () => finish(undefined));
  return stop;
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
