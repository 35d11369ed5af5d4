import type { TraceEvent } from "../emulator/trace.js";
import type { BrokerOptions, EmbeddedBroker } from "./broker/broker.js";
import { createDialer, type Dial } from "./link/dialer.js";
import { type Mapping, mapName } from "./link/name-map.js";
import { createRequestRunner, type RequestRunner } from "./link/requests.js";
import type { Log } from "./log.js";
import type { Clock, Millis } from "./time/clock.js";
import { Outstanding } from "./time/outstanding.js";

/** What the module finds in its network. */
export interface NetworkOptions {
  readonly broker: BrokerOptions | undefined;
  readonly mappings: readonly Mapping[];
  readonly clock: Clock;
  readonly epochAtStart: Millis;
  readonly log: Log;
}

/** Where the module's links and calls go. */
export interface Network {
  readonly broker: EmbeddedBroker | undefined;
  readonly dial: Dial;
  readonly calls: RequestRunner;
  /** Takes note of what the module does: a clock that is moved by hand waits for what it is owed. */
  note(event: TraceEvent): void;
  /** Ends what is under way; links get half a second to bring their last bytes away. */
  hangUp(): Promise<void>;
  /** Closes the broker, too. */
  close(): Promise<void>;
}

/** How long a link may take to bring its last bytes away, in ms of real time. */
const farewell = 500;

/** Starts the embedded broker where one is wanted, and finds ways to it and to others. Throws a UserError. */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { mappings, clock } = options;
  const { movement } = clock;
  const broker = await brokerOf(options);
  const dialer = createDialer({ resolve: (host, port) => mapName(mappings, broker, host, port), movement, broker });
  const calls = createRequestRunner({
    connect: dialer.connect,
    resolve: (host) => nameTo(mappings, broker, host),
    movement,
  });
  const owed = new Outstanding();
  const forgive = movement?.awaiting(() => owed.isAny);
  const hangUp = (): Promise<void> => {
    forgive?.();
    calls.close();
    return dialer.close(farewell);
  };
  return {
    broker,
    dial: dialer.dial,
    calls,
    note: movement ? (event) => owed.note(event) : () => {},
    hangUp,
    async close() {
      await hangUp();
      await broker?.close();
    },
  };
}

async function brokerOf({ broker, clock, epochAtStart, log }: NetworkOptions): Promise<EmbeddedBroker | undefined> {
  if (broker === undefined) return undefined;
  const { startBroker } = await import("./broker/broker.js"); // with the clouds and HTTP, which others do not need
  return startBroker({
    log: (line) => log.info(`broker: ${line}`),
    warn: (line) => log.warn(`broker: ${line}`),
    time: () => epochAtStart + clock.now(),
    ...broker,
    ...withoutHaste(broker, clock),
  });
}

/** Time does not pass while the one who decides on a login still thinks. */
function withoutHaste({ authenticate }: BrokerOptions, { movement }: Clock): Pick<BrokerOptions, "authenticate"> {
  if (authenticate === undefined || movement === undefined) return {};
  return {
    authenticate(login) {
      const answer = authenticate(login);
      return typeof answer === "number" ? answer : answer.finally(movement.asking());
    },
  };
}

/** Where a name leads when no port is asked for; a broker that listens everywhere is on this machine. */
function nameTo(mappings: readonly Mapping[], broker: EmbeddedBroker | undefined, host: string): string {
  const leads = mapName(mappings, broker, host, 0).host;
  return leads === "0.0.0.0" || leads === "::" ? "127.0.0.1" : leads;
}
