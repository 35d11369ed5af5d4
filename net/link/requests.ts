import { isIP, type LookupFunction } from "node:net";
import type { NetworkRequest, RequestOutcome } from "../../emulator/request.js";
import { countedLookup, type Quiescence } from "../time/quiescence.js";
import { type Connect, httpPost } from "./http-post.js";
import { addressOf, systemLookup } from "./lookup.js";

/** Carries out the requests of the module that are no links: look-ups of names, and HTTP posts. */
export interface RequestRunner {
  /**
   * Starts a request. `done` is called once, after this has returned, and not after `close`. Returns a function that
   * cancels the request, so that `done` is not called.
   */
  start(request: NetworkRequest, done: (outcome: RequestOutcome) => void): () => void;
  /** Cancels all requests. */
  close(): void;
}

/** What requests are carried out with. */
export interface RequestRunnerOptions {
  /** Opens the connection of a post. */
  readonly connect: Connect;
  /** What to look up instead of a name; undefined: there is no route. Left out: the name. Never called with an address. */
  readonly resolve?: (host: string) => string | undefined;
  /** Resolves names. Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** That of a manual clock: time waits for look-ups and posts. */
  readonly quiescence?: Quiescence | undefined;
}

/** How long a look-up may take, in ms of real time; after that the name counts as unknown. */
const lookupTimeoutMs = 10_000;

/** Makes a runner that uses this machine's network. */
export function createRequestRunner({
  connect,
  resolve = (host) => host,
  lookup,
  quiescence,
}: RequestRunnerOptions): RequestRunner {
  const system = systemLookup();
  const lookUp = countedLookup(lookup ?? system.lookup, quiescence);
  const running = new Set<() => void>();
  const carryOut = (request: NetworkRequest, done: (outcome: RequestOutcome) => void): (() => void) =>
    request.kind === "post"
      ? httpPost(request, connect, done)
      : withTimeout(addressFor(request.host, resolve, lookUp), (address) => done({ kind: "resolved", address }));
  const start: RequestRunner["start"] = (request, done) => {
    const stopWaiting = request.kind === "post" ? quiescence?.awaiting(() => true) : undefined;
    const settle = (): void => {
      running.delete(cancel);
      stopWaiting?.();
    };
    const stop = carryOut(request, (outcome) => {
      settle();
      done(outcome);
    });
    const cancel = (): void => {
      settle();
      stop();
    };
    running.add(cancel);
    return cancel;
  };
  const close = (): void => {
    for (const cancel of running) cancel();
    system.close();
  };
  return { start, close };
}

/** Calls `done` with the address, or with undefined after the time-out. Returns a function that prevents that. */
function withTimeout(found: Promise<string | undefined>, done: (address: string | undefined) => void): () => void {
  let over = false;
  const stop = (): void => {
    over = true;
    clearTimeout(timer);
  };
  const finish = (address: string | undefined): void => {
    if (over) return;
    stop();
    done(address);
  };
  const timer = setTimeout(() => finish(undefined), lookupTimeoutMs);
  found.then(finish, () => finish(undefined));
  return stop;
}

/** The address of a host: the host itself, the address that it is mapped to, or the result of a look-up. */
async function addressFor(
  host: string,
  resolve: (host: string) => string | undefined,
  lookup: LookupFunction,
): Promise<string | undefined> {
  if (isIP(host) !== 0) return host;
  const name = resolve(host);
  if (name === undefined) return undefined;
  if (isIP(name) !== 0) return name;
  return addressOf(name, lookup);
}
