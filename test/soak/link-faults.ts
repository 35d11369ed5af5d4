import type { Millis } from "../../net/time/clock.js";
import type { ManualClock } from "../manual-clock.js";
import type { Random } from "../random.js";
import type { CuttingProxy, Direction, Fault, Trigger } from "./cutting-proxy.js";

const minute = 60_000;
/** How many faults there are in a day. */
const faultsPerDay = 90;

/** How long bytes are stalled at most, in ms: longer than the module retries. */
const maxStallMs = 70_000;

/** Schedules random faults until a time; returns a function for how many there were so far. */
export function scheduleFaults(clock: ManualClock, proxy: CuttingProxy, random: Random, until: Millis): () => number {
  let faults = 0;
  for (let count = 0; count < faultsPerDay; count++) {
    clock.alarm(random.between(5 * minute, until), () => {
      faults += 1;
      if (random.chance(0.08)) outage(clock, proxy, random.between(1, 12) * minute);
      else proxy.schedule(anyFault(random), random.chance(0.25) ? undefined : anyTrigger(random));
    });
  }
  clock.alarm(until, () => proxy.unschedule());
  return () => faults;
}

/** Breaks the link, and refuses links for a span of time. */
function outage(clock: ManualClock, proxy: CuttingProxy, span: Millis): void {
  proxy.stopListening();
  proxy.schedule({ kind: "rst", seenBy: "both" });
  clock.alarm(clock.now() + span, () => reopen(clock, proxy));
}

/** Listens again; another program's connection may have the port for a moment, so it retries. */
function reopen(clock: ManualClock, proxy: CuttingProxy): void {
  proxy.open().catch(() => clock.alarm(clock.now() + minute, () => reopen(clock, proxy)));
}

function anyFault(random: Random): Fault {
  const directions = random.pick<readonly Direction[]>([["up"], ["down"], ["up", "down"]]);
  const kind = random.pick(["fin", "rst", "rst", "fin", "swallow", "swallow", "stall"]);
  if (kind === "swallow") return { kind, ways: directions };
  if (kind === "stall") return { kind, ways: directions, span: random.between(500, maxStallMs) };
  return { kind: kind === "fin" ? "fin" : "rst", seenBy: random.pick(["both", "both", "module", "broker"]) };
}

/** To the module go mostly acknowledgements of four bytes, so that the fault falls between them and within them. */
function anyTrigger(random: Random): Trigger {
  const direction = random.pick<Direction>(["up", "down"]);
  return { way: direction, bytes: random.between(0, direction === "up" ? 500 : 40) };
}
