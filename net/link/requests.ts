import { isIP, type LookupFunction } from "node:net";
import type { NetworkRequest, RequestOutcome } from "../../emulator/request.js";
import { countedLookup, type Quiescence } from "../time/quiescence.js";
import { type Connect, httpPost } from "./http-post.js";
import { systemLookup } from "./lookup.js";

/** Carries out what else than a link the module asks of the network. */
export interface RequestRunner {
  /** `done` is called once, never before this has returned, and not after `close`. What comes back gives the call up. */
  start(call: NetworkRequest, done: (outcome: RequestOutcome) => void): () => void;
  /** Gives up what is under way, and tells nothing more. */
  close(): void;
}

/** How names are found, and peers. */
export interface RequestRunnerOptions {
  readonly connect: Connect;
  /** Where a name leads instead; left out: nowhere else. An address is never asked for. */
  readonly resolve?: (host: string) => string;
  /** Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Given: names that are being looked up are waited for there. */
  readonly movement?: Quiescence | undefined;
}

/** How long a name may take, in ms of real time; then it counts as one that is not there. */
const lookupTimeoutMs = 10_000;

/** Carries out calls on this machine. */
export function createRequestRunner({
  connect,
  resolve = (host) => host,
  lookup,
  movement,
}: RequestRunnerOptions): RequestRunner {
  const system = systemLookup();
  const lookUp = countedLookup(lookup ?? system.lookup, movement);
  const pending = new Set<() => void>();
  const carryOut = (call: NetworkRequest, done: (outcome: RequestOutcome) => void): (() => void) =>
    call.kind === "post"
      ? httpPost(call, connect, done)
      : inTime(addressOf(call.host, resolve, lookUp), (address) => done({ kind: "resolved", address }));
  const start: RequestRunner["start"] = (call, done) => {
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
  const timer = setTimeout(() => finish(undefined), lookupTimeoutMs);
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
