import { profileWith } from "../../emulator/profile/profiles.js";
import { startBroker } from "../../net/broker/broker.js";
import { Log } from "../../net/log.js";
import { startModem } from "../../net/start.js";
import { ManualClock } from "../manual-clock.js";
import { Auditor } from "./auditor.js";
import { CuttingProxy } from "./cutting-proxy.js";
import { Dialogue } from "./dialogue.js";
import { Logbook } from "./logbook.js";
import { Meter } from "./meter.js";
import { type Broker, startMosquitto } from "./mosquitto.js";
import { Random } from "./random.js";
import { Server } from "./server.js";
import { settle, turn } from "./settle.js";
import { weather } from "./weather.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Which day is lived through. */
export interface Plan {
  readonly broker: "embedded" | "mosquitto";
  /** As AT+QMTCFG="version" takes it: 3 is MQTT 3.1, 4 is 3.1.1. */
  readonly version: 3 | 4;
  readonly seed: number;
  readonly quirks?: Readonly<Record<string, string>>;
  /** Where the whole log goes; left out: only its end is kept. */
  readonly logFile?: string | undefined;
}

/** How the day went. */
export interface Outcome {
  readonly complaints: readonly string[];
  readonly summary: string;
  /** The last few hundred lines of the log of all ends. */
  readonly log: string;
}

/** Everybody who takes part. */
interface Cast {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly book: Logbook;
  readonly auditor: Auditor;
  readonly proxy: CuttingProxy;
  readonly meter: Meter;
  readonly server: Server;
}

/** Lives through a day of a metering device whose link breaks again and again. */
export async function soak(plan: Plan): Promise<Outcome> {
  const start = performance.now();
  const clock = new ManualClock();
  const random = new Random(plan.seed);
  const book = new Logbook(clock, plan.logFile);
  const broker = await startBrokerOf(plan, book);
  const proxy = new CuttingProxy(clock, book, broker.port);
  const auditor = new Auditor(book, () => proxy.isSound);
  await proxy.open();
  const server = new Server(broker.port, auditor, book);
  await server.start();
  const dialogue = new Dialogue(clock, auditor);
  const modem = await startModem({
    ports: [dialogue.open],
    clock,
    profile: profileWith(plan.quirks ?? {}),
    mappings: [{ name: "broker.test", host: "127.0.0.1", port: proxy.port }],
    log: new Log("trace", (line) => book.note("module", line)),
  });
  const meter = new Meter({ clock, random: new Random(random.between(0, 1e9)), auditor, dialogue });
  const cuts = weather(clock, proxy, new Random(random.between(0, 1e9)), day - hour / 2);
  try {
    await live({ clock, random, book, auditor, proxy, meter, server }, plan);
  } finally {
    await modem.close();
    proxy.close();
    server.close();
    await broker.close();
    book.close();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const version = plan.version === 3 ? "3.1" : "3.1.1";
  const summary = `${plan.broker}, MQTT ${version}, seed ${plan.seed}, ${seconds} s: cuts ${cuts()}; ${auditor.summary()}`;
  return { complaints: auditor.complaints, summary, log: book.tail() };
}

function startBrokerOf({ broker }: Plan, book: Logbook): Promise<Broker> {
  if (broker === "mosquitto") return startMosquitto(book);
  return startBroker({ port: 0, log: (line) => book.note("broker", line) });
}

/** Steps from alarm to alarm until all is delivered, or something is wrong. */
async function live(cast: Cast, plan: Plan): Promise<void> {
  const { clock, book, auditor, meter, server } = cast;
  let isOver = false;
  const run = meter.run(plan.version).finally(() => {
    isOver = true;
  });
  run.catch(() => {}); // it is awaited below
  planDay(cast);
  while (!isOver && auditor.complaints.length === 0) {
    const seen = book.events;
    clock.step();
    await turn();
    if (book.events !== seen) await settle(book, () => server.roundTrip());
    if (clock.now() > day + hour) auditor.complain("what the day left behind is not delivered an hour later");
  }
  if (isOver) await run;
  if (auditor.complaints.length === 0) auditor.reckon();
}

/** Readings every five minutes, and commands when the server feels like it. */
function planDay({ clock, random, meter, server }: Cast): void {
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
