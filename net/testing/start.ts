import type { Profile } from "../../emulator/profile.js";
import { profileFrom, type WrittenProfile } from "../../emulator/profile-schema.js";
import type { BrokerOptions } from "../broker/broker.js";
import { type RunningModem, type StartOptions, startModem as start } from "../start.js";
import { UserError } from "../user-error.js";
import { type TestBroker, WatchedBroker } from "./broker.js";
import { type ChosenClock, type ClockChoice, clockOf } from "./clock-choice.js";
import { type FrontEndOptions, frontEnds, waitedFor } from "./front-ends.js";
import { AtHost } from "./host.js";
import type { TestModem } from "./modem.js";
import { testRadio } from "./radio.js";
import { TraceLog } from "./trace.js";
import { Waits } from "./waits.js";

/** How a modem for a test is started. */
export interface TestOptions<C extends ClockChoice = ClockChoice>
  extends FrontEndOptions,
    Pick<StartOptions, "seed" | "nvm" | "epochAtStart" | "mappings" | "ports" | "onPortChange"> {
  /** Whole, or as a base and what differs: `{ base: "bc28", timing: "realistic" }`. Left out: a BC28 that takes no time. */
  readonly profile?: Profile | WrittenProfile;
  /** Left out: `"system"`, the machine's clock. `"manual"` stands still until `clock.advance`. */
  readonly clock?: C;
  /** Whom the broker lets in, and where it listens. Left out: everybody, a free port of 127.0.0.1. `false`: there is none. */
  readonly broker?: BrokerOptions | false;
}

/** Starts a modem for a test, and a broker that every name leads to. Throws a UserError and leaves nothing open. */
export async function startModem<const C extends ClockChoice = "system">(
  options: TestOptions<C> = {},
): Promise<TestModem<ChosenClock<C>>> {
  const { profile, clock: choice, broker = {}, ports = [], pty, path, ...others } = options;
  const clock = clockOf(choice);
  const waits = new Waits();
  const trace = new TraceLog(clock);
  const host = new AtHost(waits);
  const { ports: own, bound } = frontEnds(options);
  const modem = await start({
    ...others,
    ...(profile && { profile: profileOf(profile) }),
    ...(broker && { broker: { port: 0, ...broker } }),
    clock,
    log: trace,
    ports: [(events) => host.open(events), ...own, ...ports],
  });
  const watched = watchedBroker(modem, waits);
  const { path: at, binding, unplug, plugIn } = await bound;
  const close = closing(modem, waits);
  return {
    path: at,
    binding: waitedFor(binding, clock),
    unplug,
    plugIn,
    host,
    clock: clock as ChosenClock<C>,
    radio: testRadio(modem.change),
    get broker() {
      return watched();
    },
    reset: (cause = "REBOOT_CAUSE_SECURITY_RESET_PIN") => modem.change({ kind: "reset", cause }),
    cut: modem.cut,
    trace,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function profileOf(given: Profile | WrittenProfile): Profile {
  if (!("base" in given)) return given;
  const read = profileFrom(given);
  if ("problem" in read) throw new UserError(`profile: ${read.problem}`, 2);
  return read.profile;
}

/** A modem without a broker says so when it is asked for. */
function watchedBroker({ broker }: RunningModem, waits: Waits): () => TestBroker {
  const watched = broker && new WatchedBroker(broker, waits);
  return () => {
    if (watched === undefined) throw new UserError("this modem was started with { broker: false }: it has none", 2);
    return watched;
  };
}

function closing(modem: RunningModem, waits: Waits): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    waits.close();
    closed ??= modem.close();
    return closed;
  };
}
