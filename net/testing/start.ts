import { type RunningModem, startModem as start } from "../start.js";
import { UserError } from "../user-error.js";
import { RecordedBroker, type TestBroker } from "./broker.js";
import { frontEnds, withWaitForOpen } from "./front-ends.js";
import { AtHost } from "./host.js";
import type { TestModem } from "./modem.js";
import { testRadio } from "./modem.js";
import {
  type ChosenClock,
  type ClockChoice,
  clockOf,
  profileOf,
  refuseUnlessKnown,
  type TestOptions,
} from "./options.js";
import { TraceLog } from "./trace.js";
import { Waits } from "./waits.js";

/**
 * Starts a modem for a test, and an embedded broker to which every name leads. It keeps the process running until it is
 * closed. Rejects with a UserError (code 2 for a wrong option) if it cannot start; then nothing is left open.
 */
export async function startModem<const C extends ClockChoice = "system">(
  options: TestOptions<C> = {},
): Promise<TestModem<ChosenClock<C>>> {
  refuseUnlessKnown(options);
  const { profile, clock: choice, broker = {}, ports = [], pty, path, ...others } = options;
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
    direct: [(events) => host.open(events)],
    ports: [...own, ...ports],
  });
  const getBroker = brokerGetter(modem, waits);
  const { path: at, binding, unplug, plugIn } = await bound;
  const close = closing(modem, waits);
  return {
    path: at,
    binding: withWaitForOpen(binding, clock),
    unplug,
    plugIn,
    host,
    clock: clock as ChosenClock<C>,
    radio: testRadio(modem.change),
    faults: modem.faults,
    get broker() {
      return getBroker();
    },
    reset: (cause = "REBOOT_CAUSE_SECURITY_RESET_PIN") => modem.change({ kind: "reset", cause }),
    cut: modem.cut,
    trace,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Returns a function for the property `broker`; it throws a UserError if the modem was started without one. */
function brokerGetter({ broker }: RunningModem, waits: Waits): () => TestBroker {
  const recorded = broker && new RecordedBroker(broker, waits);
  return () => {
    if (recorded === undefined)
      throw new UserError("this modem was started with { broker: false }, so it has no broker", 2);
    return recorded;
  };
}

/** Returns the method `close`, which closes the modem once. */
function closing(modem: RunningModem, waits: Waits): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    waits.close();
    closed ??= modem.close();
    return closed;
  };
}
