import { type LookupFunction, Socket } from "node:net";
import type { EmbeddedBroker } from "../broker/broker.js";
import { countedLookup, type Quiescence } from "../time/quiescence.js";
import { type Connection, type Link, type LinkEvents, StreamLink } from "./link.js";
import { systemLookup } from "./lookup.js";
import { type Destination, isBroker, type NameMap } from "./name-map.js";
import { streamPair } from "./stream-pair.js";

/** Opens a link. Nothing is told before the call has returned. */
export type Dial = (host: string, port: number, events: LinkEvents) => Link;

/** Dials, and keeps what it dialled until it is gone. */
export interface Dialer {
  readonly dial: Dial;
  /** Begins a connection that is not a link, on the same way: whoever asks for it listens to it. */
  connect(host: string, port: number): Connection;
  /** How many links are not gone yet, ended ones included. */
  links(): number;
  /** Gives ended links `grace` ms to bring their last bytes away, then destroys what is left, and tells it nothing. */
  close(grace?: number): Promise<void>;
}

/** How a dialer finds its way. */
export interface DialerOptions {
  /** Left out: names and addresses are dialled as the host gave them. */
  readonly resolve?: NameMap;
  /** Left out: the system's resolver. */
  readonly lookup?: LookupFunction;
  /** Given: whatever moves is counted there, and the embedded broker is reached without the system in between. */
  readonly movement?: Quiescence | undefined;
  readonly broker?: Pick<EmbeddedBroker, "host" | "port" | "accept"> | undefined;
}

/** A dialer of links. What a link tells, and when, is said at `Link` and `LinkEvents`. */
export function createDialer(options: DialerOptions = {}): Dialer {
  const { resolve, movement, broker } = options;
  const links = new Set<StreamLink>();
  const others = new Set<Connection>();
  const system = systemLookup();
  const lookup = countedLookup(options.lookup ?? system.lookup, movement);
  const begin = (host: string, port: number): Connection => {
    const to = resolve?.(host, port) ?? { host, port };
    if (movement && broker && isBroker(to, broker)) return connectInProcess(broker, () => movement.moved());
    const socket = connectSocket(to, lookup);
    movement?.watch(socket);
    return socket;
  };
  const dial: Dial = (host, port, events) => {
    const link = new StreamLink(begin(host, port), events);
    links.add(link);
    link.gone.then(() => links.delete(link));
    return link;
  };
  const connect = (host: string, port: number): Connection => {
    const connection = begin(host, port);
    others.add(connection.once("close", () => others.delete(connection)));
    return connection;
  };
  const close = async (grace = 0): Promise<void> => {
    system.close();
    for (const connection of others) connection.destroy();
    const ending = grace > 0 ? Array.from(links).filter((link) => link.isEnding) : [];
    const gone = Array.from(links, (link) => (ending.includes(link) ? link.gone : link.destroy()));
    if (ending.length > 0) await within(grace, Promise.all(gone));
    await Promise.all(Array.from(links, (link) => link.destroy()));
  };
  return { dial, connect, links: () => links.size, close };
}

/** Waits for something, but no longer than `span` ms of real time. */
export async function within(span: number, awaited: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, span);
  });
  await Promise.race([awaited, late]);
  clearTimeout(timer);
}

const nextAddressAfter = 1000; // node's own 250 ms give up on a broker that is merely far away

/** Begins a TCP connection; what fails is told a tick later, whatever it is. */
function connectSocket({ host, port }: Destination, lookup: LookupFunction): Socket {
  // Node takes no noDelay in connect(), and Nagle would hold a small packet back for 40 ms.
  const socket = new Socket().setNoDelay();
  try {
    socket.connect({ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextAddressAfter, lookup });
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
  return socket;
}

/** Begins a connection to the embedded broker without the system in between; `moved` is called for whatever passes. */
export function connectInProcess(broker: Pick<EmbeddedBroker, "accept">, moved: () => void): Connection {
  const [near, far] = streamPair(moved);
  if (broker.accept(far)) near.connect();
  else near.destroy(Object.assign(new Error("the broker is closed"), { code: "ECONNREFUSED" }));
  return near;
}
