import mqtt from "mqtt";
import { type FaultStatus, Log, manualClock, startModem } from "../../index.js";
import { publishedIn, SturdyHost } from "../hosts/sturdy-host.js";
import { Random } from "../random.js";
import { EventLog } from "./event-log.js";
import { startMosquitto } from "./mosquitto.js";

/** Which day is simulated. */
export interface FaultDayPlan {
  readonly broker: "embedded" | "mosquitto";
  readonly seed: number;
  /** How long it is, in hours. */
  readonly hours: number;
}

/** What came of a day. */
export interface FaultDay {
  readonly problems: readonly string[];
  readonly summary: string;
  /** The last lines of the module's log. */
  readonly log: string;
}

const minute = 60_000;
const faultsAnHour = 10;

/**
 * Faults at every seam. Packets of the module are lost, but never delayed, duplicated or corrupted: TCP does none of that,
 * and QoS 2 could not keep its promise.
 */
const pool: readonly ((random: Random) => string)[] = [
  (random) =>
    `lose ${1 + random.below(3)} ${random.pick(["PUBACK", "PUBREC", "PUBCOMP", "SUBACK", "CONNACK", "PINGRESP"])}`,
  (random) => `lose ${1 + random.below(3)} ${random.pick(["PUBLISH", "PUBREL", "CONNECT", "SUBSCRIBE", "PINGREQ"])}`,
  (random) => `delay ${random.pick(["PUBACK", "PUBREC", "PUBCOMP", "CONNACK"])} 1s..15s`,
  (random) => `duplicate ${random.pick(["PUBACK", "PUBREC", "PUBCOMP", "SUBACK"])}`,
  (random) => `corrupt ${random.pick(["PUBACK", "SUBACK", "CONNACK"])}`,
  () => "reorder 2 PUBACK",
  (random) => `answer ${1 + random.below(2)} CONNECT with ${1 + random.below(5)}`,
  () => "answer SUBSCRIBE with 128",
  (random) => `refuse ${1 + random.below(3)} dials`,
  () => "blackhole dial",
  () => "unknown 2 names",
  () => "refuse pdp",
  () => "drop link",
  () => "close link",
  () => "silence link for 30s..10min",
  () => "silence uplink for 10s..3min",
  () => "silence downlink for 10s..3min",
  () => "stall uplink for 10s..2min",
  () => "latency 100ms..4s for 5min",
  () => "bandwidth 60B/s for 5min",
  () => "coverage off for 5s..3min",
  () => "rssi 3 for 5min",
  () => "sim out for 30s",
  (random) => `network ${random.pick(["denied", "searching", "roaming"])} for 1min`,
  () => "detach",
  (random) => `reset${random.pick(["", " watchdog", " brownout"])}`,
  () => "power off for 20s",
  () => "freeze for 5s..1min",
  () => "slow answers 2s for 2min",
  () => 'say "+CEREG:1"',
  () => 'say 3 "+CSCON:0" before an answer',
  () => 'say "+CSCON:0" inside an answer',
  () => "lose 2 URCs",
  () => 'answer AT+CGATT? with "+CGATT:0"',
  () => "error 2 AT+QMTPUB 159",
  () => "ignore AT+QMTPUB",
  () => "delay answer AT+QMTOPEN 4s",
  () => "lose prompt",
  (random) => `lose ${1 + random.below(5)} bytes ${random.pick(["from host", "to host"])}`,
  (random) => `flip ${1 + random.below(5)} bytes ${random.pick(["from host", "to host"])}`,
  () => "noise 00ff at reset for 1h",
  () => "cut output 1..8 bytes every 5ms for 2min",
  () => "host buffer 64 for 10min",
];
const events = [
  "PUBLISH sent",
  "PUBACK received",
  "host sends AT+QMTPUB",
  "connected",
  "link up",
  "booted",
  "attached",
];

function faultOf(random: Random): string {
  const fault = random.pick(pool as [(typeof pool)[number], ...typeof pool])(random);
  return random.chance(0.3) ? `when ${random.pick(events as [string, ...string[]])}: ${fault}` : fault;
}

/** The publishes that the module has taken and has not ended yet, read off its log. */
class OpenPublishes {
  readonly #open = new Set<string>();

  /** Those that had no end. */
  get ids(): readonly string[] {
    return [...this.#open];
  }

  note(line: string): void {
    const [, taken] = /mqtt> PUBLISH (\d+) qos [12](?! dup)/.exec(line) ?? [];
    const [, ended] = /host< \+QMTPUB: 0,(\d+),[02]$/.exec(line) ?? [];
    if (taken !== undefined) this.#open.add(taken);
    if (ended !== undefined) this.#open.delete(ended);
    if (/host< \+QMTSTAT|module= |a URC is lost|host< \+QMTCLOSE|host< \+QMTDISC|host> AT\+QMT(CLOSE|DISC)/.test(line))
      this.#open.clear();
  }
}

/** Simulates a day of a careful host, with random faults. */
export async function faultDay({ broker, seed, hours }: FaultDayPlan): Promise<FaultDay> {
  const start = performance.now();
  const clock = manualClock();
  const random = new Random(seed);
  const log = new EventLog(clock);
  const open = new OpenPublishes();
  const host = new SturdyHost(clock);
  const mosquitto = broker === "mosquitto" ? await startMosquitto(log) : undefined;
  const modem = await startModem({
    clock,
    seed,
    ports: [host.open],
    ...(mosquitto === undefined
      ? { broker: { port: 0 } }
      : { mappings: [{ name: "mqtt.example.com", host: "127.0.0.1", port: mosquitto.port }] }),
    log: new Log("info", (line) => {
      open.note(line);
      log.note("module", line);
    }),
  });
  const problems: string[] = [];
  const arrived: string[] = [];
  const server = await mqtt.connectAsync(`mqtt://${modem.broker?.address ?? `127.0.0.1:${mosquitto?.port}`}`);
  server.on("message", (_, payload) => arrived.push(payload.toString("latin1")));
  await server.subscribeAsync("sturdy/up", { qos: 2 });
  const run = host.run();
  let readings = 0;
  const heaps: number[] = [];
  let most: readonly FaultStatus[] = [];
  for (let now = 0; now < hours * 60; now += 1) {
    if (random.chance(faultsAnHour / 60)) modem.faults.add(faultOf(random));
    const waiting = modem.faults.list();
    if (waiting.length > most.length) most = waiting;
    if (now % 2 === 0) host.measure(`reading ${readings++}`);
    await clock.advance(minute);
    if (now % 60 === 59) heaps.push(heapUsed());
  }
  modem.faults.clear();
  modem.faults.add("thaw");
  modem.change({ kind: "radio", coverage: true, sim: true, rssi: 25, network: "home" });
  for (let left = 240; left > 0 && host.done.length < readings; left -= 1) await clock.advance(minute);
  host.stop();
  await clock.advance(5 * minute);
  await run;
  await new Promise((resolve) => setTimeout(resolve, 100)); // for the server, which has a link of its own
  await modem.close();
  await server.endAsync(true);
  await mosquitto?.close();
  problems.push(...problemsOf(host, readings, arrived), ...open.ids.map((id) => `publish ${id} has no end`));
  const [early = 0, late = 0] = [heaps[1], heaps.at(-1)];
  if (heaps.length > 6 && late > early * 1.5 + 10e6) problems.push(`memory grew from ${early} to ${late} bytes`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const summary = `${broker}, seed ${seed}, ${hours} h in ${seconds} s: ${readings} readings, ${host.failures.length} failures, at most ${most.length} faults, heap ${heaps.map((bytes) => Math.round(bytes / 1e6)).join(" ")} MB`;
  return { problems, summary, log: log.tail() };
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** What QoS promises, and what did not come of it. */
function problemsOf(host: SturdyHost, readings: number, payloads: readonly string[]): readonly string[] {
  const arrived = payloads.flatMap((payload) => publishedIn(payload) ?? []);
  const damaged = payloads.length - arrived.length;
  const keys = arrived.map(({ attempt }) => attempt);
  const lost = host.done.filter(({ attempt }) => !keys.includes(attempt));
  const doubled = arrived.filter(({ qos, attempt }, at) => qos === 2 && keys.indexOf(attempt) !== at);
  return [
    ...(host.done.length === readings ? [] : [`${host.done.length} of ${readings} readings were acknowledged`]),
    ...(lost.length > damaged ? lost.map(({ reading }) => `${reading} was acknowledged, and has not arrived`) : []),
    ...doubled.map(({ reading, attempt }) => `attempt ${attempt} of ${reading} arrived twice with QoS 2`),
  ];
}
