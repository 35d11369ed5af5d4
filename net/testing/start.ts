import { type Coverage, coverageOf, itemsOf } from "../coverage/coverage.js";
import { type RunningModem, startModem as start } from "../start.js";
import { lateText, waitForEvent } from "../trace/wait-for-event.js";
import { UserError } from "../user-error.js";
import { RecordedBroker } from "./broker.js";
import { frontEnds, withWaitForOpen } from "./front-ends.js";
import { AtHost } from "./host.js";
import { type TestModem, testRadio } from "./modem.js";
import { type TestNetwork, testNetwork } from "./network.js";
import {
  type ChosenClock,
  type ClockChoice,
  clockOf,
  profileOf,
  refuseUnlessKnown,
  type TestOptions,
} from "./options.js";
import { TraceLog } from "./trace.js";
import { defaultTimeoutMs, Waits } from "./waits.js";

/**
 * Starts a modem for a test, and an embedded broker to which every name leads. It keeps the process running until it is
 * closed. Rejects with a UserError (code 2 for a wrong option) if it cannot start; then nothing is left open.
 */
export async function startModem<const C extends ClockChoice = "system">(
  options: TestOptions<C> = {},
): Promise<TestModem<ChosenClock<C>>> {
  refuseUnlessKnown(options);
  const { profile, clock: choice, broker = {}, ports = [], pty, path, coverage: _, ...others } = options;
  if (options.coverage !== undefined)
    (await import("../coverage/coverage-file.js")).checkCoverageFile(options.coverage);
  const clock = clockOf(choice);
  const waits = new Waits(clock);
  const trace = new TraceLog(clock);
  const host = new AtHost(waits);
  const { ports: own, bound } = frontEnds(options);
  const modem = await start({
    ...others,
    ...(profile && { profile: profileOf(profile) }),
    ...(broker && { broker: { port: 0, ...broker } }),
    clock,
    log: trace,
    record: true,
    direct: [(events) => host.open(events)],
    ports: [...own, ...ports],
  });
  const recorded = modem.broker && new RecordedBroker(modem.broker, waits);
  const { path: at, binding, unplug, plugIn } = await bound;
  const coverage = coverageOf(modem.events);
  const close = closeMethod(modem, waits, () => addCoverage(options.coverage, coverage));
  let network: TestNetwork | undefined;
  return {
    path: at,
    binding: withWaitForOpen(binding, clock),
    unplug,
    plugIn,
    host,
    clock: clock as ChosenClock<C>,
    get network() {
      network ??= testNetwork(modem.servers, waits); // made when somebody asks: most tests use MQTT
      return network;
    },
    radio: testRadio((change) => modem.change(change)),
    faults: modem.faults,
    get broker() {
      if (recorded !== undefined) return recorded;
      throw new UserError("this modem was started with { broker: false }, so it has no broker", 2);
    },
    reset: (cause = "REBOOT_CAUSE_SECURITY_RESET_PIN") => modem.change({ kind: "reset", cause }),
    cut: (reason) => modem.cut(reason),
    trace,
    get events() {
      return modem.events.read(0);
    },
    wait: waitMethod(modem),
    get findings() {
      return modem.findings;
    },
    get coverage() {
      return itemsOf(coverage().counts);
    },
    async report(folder) {
      const { writeTestReport } = await import("./report.js");
      await writeTestReport(folder, { modem, counts: coverage().counts, options });
    },
    async renew() {
      host.forget();
      await modem.renew();
      recorded?.forget();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The method `wait` of a test modem. */
function waitMethod({ events }: RunningModem): TestModem["wait"] {
  return async (filter, { after = events.lastSeq, within = defaultTimeoutMs } = {}) => {
    const waited = await waitForEvent(events, filter, { after, within });
    if ("event" in waited) return waited.event;
    throw new Error(`${lateText(filter, waited.instead)} (within ${within} ms)`);
  };
}

/** Adds what a host has met to a file. */
async function addCoverage(path: string | undefined, coverage: () => Coverage): Promise<void> {
  if (path === undefined) return;
  const { addToCoverage } = await import("../coverage/coverage-file.js");
  await addToCoverage(path, coverage().counts);
}

/** The method `close` of a test modem: closes the modem once, and then calls `after`. */
function closeMethod(modem: RunningModem, waits: Waits, after: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    waits.close();
    closed ??= modem.close().then(after);
    return closed;
  };
}
