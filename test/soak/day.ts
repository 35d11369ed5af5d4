import { profileWith } from "../../emulator/profile/profiles.js";
import { startBroker } from "../../net/broker/broker.js";
import { Log } from "../../net/log.js";
import { startModem } from "../../net/start.js";
import { ManualClock } from "../manual-clock.js";
import { Random } from "../random.js";
import { CuttingProxy } from "./cutting-proxy.js";
import { DeliveryCheck } from "./delivery-check.js";
import { EventLog } from "./event-log.js";
import { scheduleFaults } from "./link-faults.js";
import { Meter } from "./meter.js";
import { ModuleDriver } from "./module-driver.js";
import { type Broker, startMosquitto } from "./mosquitto.js";
import { Server } from "./server.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Which day is simulated. */
export interface Plan {
  readonly broker: "embedded" | "mosquitto";
  /** The value of AT+QMTCFG="version": 3 is MQTT 3.1, 4 is 3.1.1. */
  readonly version: 3 | 4;
  readonly seed: number;
  readonly quirks?: Readonly<Record<string, string>>;
  /** The file of the whole log. Left out: only its end is kept. */
  readonly logFile?: string | undefined;
}

/** The result of a day. */
export interface Outcome {
  readonly problems: readonly string[];
  readonly summary: string;
  /** The latest lines of the log of all parts. */
  readonly log: string;
}

/** All parts of the simulation. */
interface Parts {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly log: EventLog;
  readonly check: DeliveryCheck;
  readonly proxy: CuttingProxy;
  readonly meter: Meter;
  readonly server: Server;
}

/** Simulates a day of a metering device whose link breaks again and again. */
export async function soak(plan: Plan): Promise<Outcome> {
  const start = performance.now();
  const clock = new ManualClock();
  const random = new Random(plan.seed);
  const log = new EventLog(clock, plan.logFile);
  const broker = await startBrokerOf(plan, log);
  const proxy = new CuttingProxy(clock, log, broker.port);
  const check = new DeliveryCheck(log, () => proxy.isIntact);
  await proxy.open();
  const server = new Server(broker.port, check, log);
  await server.start();
  const driver = new ModuleDriver(clock, check);
  const modem = await startModem({
    ports: [driver.open],
    clock,
    profile: profileWith(plan.quirks ?? {}),
    mappings: [{ name: "broker.test", host: "127.0.0.1", port: proxy.port }],
    log: new Log("trace", (line) => log.note("module", line)),
  });
  const meter = new Meter({ clock, random: new Random(random.between(0, 1e9)), check: check, driver: driver });
  const faults = scheduleFaults(clock, proxy, new Random(random.between(0, 1e9)), day - hour / 2);
  try {
    await run({ clock, random, log: log, check: check, proxy, meter, server }, plan);
  } finally {
    await modem.close();
    proxy.close();
    server.close();
    await broker.close();
    log.close();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const version = plan.version === 3 ? "3.1" : "3.1.1";
  const summary = `${plan.broker}, MQTT ${version}, seed ${plan.seed}, ${seconds} s: faults ${faults()}; ${check.summary()}`;
  return { problems: check.problems, summary, log: log.tail() };
}

function startBrokerOf({ broker }: Plan, log: EventLog): Promise<Broker> {
  if (broker === "mosquitto") return startMosquitto(log);
  return startBroker({ port: 0, log: (line) => log.note("broker", line) });
}

/** Steps from alarm to alarm until everything is delivered, or a problem is found. */
async function run(parts: Parts, plan: Plan): Promise<void> {
  const { clock, log, check, meter, server } = parts;
  let isOver = false;
  const run = meter.run(plan.version).finally(() => {
    isOver = true;
  });
  run.catch(() => {}); // it is awaited below
  scheduleDay(parts);
  while (!isOver && check.problems.length === 0) {
    const seen = log.eventCount;
    clock.step();
    await turn();
    if (log.eventCount !== seen) await settle(log, () => server.roundTrip());
    if (clock.now() > day + hour) check.fail("not everything is delivered an hour after the end of the day");
  }
  if (isOver) await run;
  if (check.problems.length === 0) check.checkAll();
}

/** Schedules readings every five minutes, and commands at random times. */
function scheduleDay({ clock, random, meter, server }: Parts): void {
  const measure = (): void => {
    const count = random.chance(0.07) ? 12 : random.between(1, 4);
    for (let reading = 0; reading < count; reading++) meter.measure(random.pick([0, 1, 1, 2, 2]));
    if (clock.now() < day) clock.alarm(clock.now() + 5 * minute, measure);
    else meter.stop();
  };
  const command = (): void => {
    const count = meter.isSubscribed ? random.between(1, 4) : 0;
    for (let sent = 0; sent < count; sent++) {
      server.command(random.pick<1 | 2>([1, 2]));
    }
    if (clock.now() < day) clock.alarm(clock.now() + random.between(2 * minute, 9 * minute), command);
  };
  clock.alarm(minute, measure);
  clock.alarm(2 * minute, command);
}

/** One turn of the event loop: input that has reached a socket is read. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns of the event loop for the way from the module through the proxy to the broker and back, with some to spare. */
const hops = 10;

/**
 * Waits until real I/O is idle, so that virtual time never overtakes an answer. The loopback interface has no delay, so only
 * the broker can still be busy: `roundTrip` resolves when it has answered everything that had reached it.
 */
async function settle(log: EventLog, roundTrip: () => Promise<void>): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    const seen = log.eventCount;
    for (let hop = 0; hop < hops; hop++) await turn();
    await roundTrip();
    if (log.eventCount !== seen) quiet = -1;
  }
}
