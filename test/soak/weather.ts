import type { Millis } from "../../net/time/clock.js";
import type { ManualClock } from "../manual-clock.js";
import type { CuttingProxy, Fault, Trigger, Way } from "./cutting-proxy.js";
import type { Random } from "./random.js";

const minute = 60_000;
const cutsADay = 90;

/** How long bytes may be held: longer than the module tries. */
const longestStall = 70_000;

/** The faults of a day, at random, up to a moment; gives how many there were so far. */
export function weather(clock: ManualClock, proxy: CuttingProxy, random: Random, until: Millis): () => number {
  let cuts = 0;
  for (let cut = 0; cut < cutsADay; cut++) {
    clock.alarm(random.between(5 * minute, until), () => {
      cuts += 1;
      if (random.chance(0.08)) outage(clock, proxy, random.between(1, 12) * minute);
      else proxy.arm(anyFault(random), random.chance(0.25) ? undefined : anyTrigger(random));
    });
  }
  clock.alarm(until, () => proxy.disarm());
  return () => cuts;
}

/** The link breaks, and for a while there is nobody to dial. */
function outage(clock: ManualClock, proxy: CuttingProxy, span: Millis): void {
  proxy.shut();
  proxy.arm({ kind: "rst", seenBy: "both" });
  clock.alarm(clock.now() + span, () => reopen(clock, proxy));
}

/** An unlucky outgoing connection of somebody else may sit on the port for a moment. */
function reopen(clock: ManualClock, proxy: CuttingProxy): void {
  proxy.open().catch(() => clock.alarm(clock.now() + minute, () => reopen(clock, proxy)));
}

function anyFault(random: Random): Fault {
  const ways = random.pick<readonly Way[]>([["up"], ["down"], ["up", "down"]]);
  const kind = random.pick(["fin", "rst", "rst", "fin", "swallow", "swallow", "stall"]);
  if (kind === "swallow") return { kind, ways };
  if (kind === "stall") return { kind, ways, span: random.between(500, longestStall) };
  return { kind: kind === "fin" ? "fin" : "rst", seenBy: random.pick(["both", "both", "module", "broker"]) };
}

/** Downwards go mostly acknowledgements of four bytes, so that the cut falls between and into them. */
function anyTrigger(random: Random): Trigger {
  const way = random.pick<Way>(["up", "down"]);
  return { way, bytes: random.between(0, way === "up" ? 500 : 40) };
}
