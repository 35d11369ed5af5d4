import { type LookupFunction, Socket } from "node:net";
import type { EmbeddedBroker } from "../broker/broker.js";
import { countedLookup, type Quiescence } from "../time/quiescence.js";
import { atMost } from "../time/real-time.js";
import { type Connection, type Link, type LinkEvents, StreamLink } from "./link.js";
import type { LocalServers } from "./local-servers.js";
import { systemLookup } from "./lookup.js";
import { type Destination, isBroker, type Route } from "./name-map.js";
import { streamPair } from "./stream-pair.js";
import type { WrongPort } from "./wrong-port.js";

/** Opens a link to a host and port. Events come only after the call has returned. */
export type Dial = (host: string, port: number, events: LinkEvents) => Link;

/** Opens links and other connections, and keeps a list of them until they are closed. */
export interface Dialer {
  readonly dial: Dial;
  /** Resolves names; a manual clock waits for that. */
  readonly lookup: LookupFunction;
  /** Opens a connection that is not a link, by the same rules. The caller listens to its events, errors included. */
  connect(host: string, port: number): Connection;
  /** How many links are not closed yet, ended ones included. */
  links(): number;
  /** Lets links that were ended send their last bytes for up to `grace` ms, then destroys everything without an event. */
  close(grace?: number): Promise<void>;
}

/** How a dialer finds hosts. */
export interface DialerOptions {
  /** Where connections go instead. Left out: to the host and port that were given. */
  readonly resolve?: Route;
  /** Servers in this process, which come first; undefined: there are none. */
  readonly local?: () => LocalServers | undefined;
  /** Resolves names. Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** That of a manual clock: connections are counted there, and those to the embedded broker are made without a socket. */
  readonly quiescence?: Quiescence | undefined;
  /** What a link finds at a port where it cannot be dialled; undefined: it can be. Left out: every port can be dialled. */
  readonly wrongPort?: (host: string, port: number) => WrongPort | undefined;
  /** The embedded broker. */
  readonly broker?: Pick<EmbeddedBroker, "host" | "port" | "accept"> | undefined;
}

/** Makes a dialer. The rules for its links are told at `Link` and `LinkEvents`. */
export function createDialer(options: DialerOptions = {}): Dialer {
  const { resolve, quiescence, broker } = options;
  const links = new Set<StreamLink>();
  const otherConnections = new Set<Connection>();
  const system = systemLookup();
  const lookup = countedLookup(options.lookup ?? system.lookup, quiescence);
  const moved = (): void => quiescence?.moved();
  const open = (host: string, port: number): Connection => {
    const own = options.local?.()?.connect({ address: host, port }, moved);
    if (own !== undefined) return own;
    const to = resolve === undefined ? { host, port } : resolve(host, port);
    if (to === undefined) return connectNowhere(moved);
    if (quiescence && broker && isBroker(to, broker)) return connectInProcess(broker, moved);
    const socket = connectSocket(to, lookup);
    quiescence?.watch(socket);
    return socket;
  };
  const dial: Dial = (host, port, events) => {
    const wrong = options.wrongPort?.(host, port);
    const link = new StreamLink(wrong === undefined ? open(host, port) : connectWrongly(wrong, moved), events);
    links.add(link);
    link.closed.then(() => links.delete(link));
    return link;
  };
  const connect = (host: string, port: number): Connection => {
    const connection = open(host, port);
    otherConnections.add(connection.once("close", () => otherConnections.delete(connection)));
    return connection;
  };
  const close = async (grace = 0): Promise<void> => {
    system.close();
    for (const connection of otherConnections) connection.destroy();
    const ending = grace > 0 ? Array.from(links).filter((link) => link.isEnding) : [];
    const closed = Array.from(links, (link) => (ending.includes(link) ? link.closed : link.destroy()));
    if (ending.length > 0) await atMost(grace, Promise.all(closed));
    await Promise.all(Array.from(links, (link) => link.destroy()));
  };
  return { dial, lookup, connect, links: () => links.size, close };
}

/** How long one of several addresses of a name may take, in ms. Node's default, 250 ms, is too short for a distant broker. */
const nextAddressAfterMs = 1000;

/** Opens a TCP connection. Every failure is an `error` event, also that of a wrong port. */
function connectSocket({ host, port }: Destination, lookup: LookupFunction): Socket {
  // Without Nagle's algorithm, which may hold a small packet back for 40 ms. connect() has no such option.
  const socket = new Socket().setNoDelay();
  try {
    socket.connect({ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextAddressAfterMs, lookup });
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
  return socket;
}

/** A connection to a wrong port. */
function connectWrongly(what: WrongPort, onActivity: () => void): Connection {
  const [near, far] = streamPair(onActivity);
  if (what === "closed") near.destroy(refused("nobody listens there"));
  else {
    far.once("data", () => far.end()); // no ClientHello
    near.connect();
  }
  return near;
}

/** A connection that has no route. */
function connectNowhere(onActivity: () => void): Connection {
  const [near] = streamPair(onActivity);
  near.destroy(Object.assign(new Error("there is no route"), { code: "ENETUNREACH" }));
  return near;
}

const refused = (why: string): Error => Object.assign(new Error(why), { code: "ECONNREFUSED" });

/** Opens a connection to the embedded broker without a socket; `onActivity` is called for everything that passes. */
export function connectInProcess(broker: Pick<EmbeddedBroker, "accept">, onActivity: () => void): Connection {
  const [near, far] = streamPair(onActivity);
  if (broker.accept(far)) near.connect();
  else near.destroy(refused("the broker is closed"));
  return near;
}
