import type { TraceEvent } from "../emulator/trace.js";
import type { BrokerOptions, EmbeddedBroker } from "./broker/broker.js";
import { createDialer, type Dial, type DialerOptions } from "./link/dialer.js";
import { type Mapping, mapName, mapsName, type Route } from "./link/name-map.js";
import { offlineRoute } from "./link/offline.js";
import { createRequestRunner, type RequestRunner } from "./link/requests.js";
import { SocketNetwork } from "./link/socket-network.js";
import { WrongPortWarnings, wrongPort } from "./link/wrong-port.js";
import type { Log } from "./log.js";
import type { Clock, Millis } from "./time/clock.js";
import { Outstanding } from "./time/outstanding.js";

/** What a module's network is made of. */
export interface NetworkOptions {
  /** Undefined: there is no embedded broker. */
  readonly broker: BrokerOptions | undefined;
  readonly mappings: readonly Mapping[];
  /** Whether nothing may leave this machine but by a mapping. */
  readonly offline: boolean;
  readonly clock: Clock;
  /** Calendar time when the clock is at 0, in ms since 1970 as `Date` counts them. */
  readonly epochAtStart: Millis;
  readonly log: Log;
}

/** The network of a module: where its links and requests go. */
export interface Network {
  readonly broker: EmbeddedBroker | undefined;
  readonly dial: Dial;
  readonly request: RequestRunner["start"];
  /** What sockets of the host need; made by the first call. */
  sockets(): SocketNetwork;
  /** Takes note of a trace event: a manual clock waits for the answers that the broker has to send. */
  note(event: TraceEvent): void;
  /** Ends all links and requests; links get half a second to send their last bytes. */
  hangUp(): Promise<void>;
  /** Does that, and closes the broker. */
  close(): Promise<void>;
}

/** How long a link may take to send its last bytes, in ms of real time. */
const flushTimeoutMs = 500;

/** Makes the network and starts the embedded broker, if there is one. Throws a UserError if the broker cannot start. */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { mappings, clock } = options;
  const { quiescence } = clock;
  const own = new OwnClients();
  const broker = await brokerOf(options, own);
  const online: Route = (host, port) => mapName(mappings, broker, host, port);
  const resolve = options.offline ? offlineOf(online, options) : online;
  let sockets: SocketNetwork | undefined; // made for the first socket of the host, or the first server of a test
  const dialer = createDialer({
    resolve,
    local: () => sockets?.servers,
    ...(broker && { wrongPort: wrongPortOf(mappings, broker, options.log) }),
    quiescence,
    broker,
  });
  let runner: RequestRunner | undefined; // made for the first request
  const newRunner = (): RequestRunner =>
    createRequestRunner({ connect: dialer.connect, resolve: (host) => lookupTarget(resolve, host), quiescence });
  const outstanding = quiescence && new Outstanding();
  const stopWaiting = outstanding && quiescence.awaiting(() => outstanding.isAny);
  const hangUp = (): Promise<void> => {
    stopWaiting?.();
    runner?.close();
    return dialer.close(flushTimeoutMs);
  };
  return {
    broker,
    dial: dialer.dial,
    request(request, done) {
      runner ??= newRunner();
      return runner.start(request, done);
    },
    sockets() {
      sockets ??= new SocketNetwork({ resolve, lookup: dialer.lookup, quiescence });
      return sockets;
    },
    note(event) {
      own.note(event);
      outstanding?.note(event);
    },
    hangUp,
    async close() {
      await hangUp();
      sockets?.servers.clear();
      await broker?.close();
    },
  };
}

/** Finds wrong ports, and tells people of them. */
function wrongPortOf(
  mappings: readonly Mapping[],
  broker: EmbeddedBroker,
  log: Log,
): NonNullable<DialerOptions["wrongPort"]> {
  const warnings = new WrongPortWarnings((line) => log.warn(line));
  return (host, port) => {
    const wrong = wrongPort(mappings, broker, host, port);
    if (wrong !== undefined) warnings.tell(wrong, host, port);
    return wrong;
  };
}

/** How many client identifiers of the module are kept. decided */
const maxOwnClients = 16;

/** The client identifiers with which the module has logged in. */
class OwnClients {
  #ids: readonly string[] = [];

  note(event: TraceEvent): void {
    if (event.kind !== "packet" || event.packet.type !== "CONNECT") return;
    const { clientId } = event.packet;
    if (!this.has(clientId)) this.#ids = [...this.#ids, clientId].slice(-maxOwnClients);
  }

  has(clientId: string): boolean {
    return this.#ids.includes(clientId);
  }
}

async function brokerOf(
  { broker, clock, epochAtStart, log }: NetworkOptions,
  own: OwnClients,
): Promise<EmbeddedBroker | undefined> {
  if (broker === undefined) return undefined;
  const { startBroker } = await import("./broker/broker.js"); // loaded late: it loads the cloud stand-ins and node:http
  const after = (span: Millis, act: () => void): (() => void) => clock.alarm(clock.now() + span, act);
  const options: BrokerOptions = {
    log(line, told) {
      const isTold = told !== undefined && own.has(told.client); // by the module's own packets
      if (isTold) log.detail(`broker: ${line}`);
      else log.info(`broker: ${line}`);
    },
    warn: (line) => log.warn(`broker: ${line}`),
    time: () => epochAtStart + clock.now(),
    ...broker,
    ...withTimeForLogins(broker, clock),
  };
  return startBroker(options, after);
}

/** With a manual clock, time waits while `authenticate` has not answered. */
function withTimeForLogins(
  { authenticate }: BrokerOptions,
  { quiescence }: Clock,
): Pick<BrokerOptions, "authenticate"> {
  if (authenticate === undefined || quiescence === undefined) return {};
  return {
    authenticate(login) {
      const answer = authenticate(login);
      return typeof answer === "number" ? answer : answer.finally(quiescence.asking());
    },
  };
}

/** The name or address to look up for a host; a broker that listens on all addresses has that of this machine. */
function lookupTarget(resolve: Route, host: string): string | undefined {
  const target = resolve(host, 0)?.host;
  return target === "0.0.0.0" || target === "::" ? "127.0.0.1" : target;
}

/** The routes of a machine that nothing may leave. */
const offlineOf = (route: Route, { mappings, log }: NetworkOptions): Route =>
  offlineRoute(route, (host, port) => mapsName(mappings, host, port), log);
