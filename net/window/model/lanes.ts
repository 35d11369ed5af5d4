import type { RecordedEvent } from "../../trace/recorded-event.js";

/** What the lanes are at one moment: it colours their life lines. */
export interface Lanes {
  readonly module: "off" | "booting" | "ready" | "asleep";
  readonly hasNetwork: boolean;
  readonly link: "none" | "dialling" | "up";
}

export const firstLanes: Lanes = { module: "booting", hasNetwork: false, link: "none" };

const after: Readonly<Record<string, (event: RecordedEvent) => Partial<Lanes>>> = {
  reboot: () => ({ module: "booting", hasNetwork: false, link: "none" }),
  booted: () => ({ module: "ready" }),
  power: ({ on }) => (on ? { module: "booting" } : { module: "off", hasNetwork: false, link: "none" }),
  renewed: () => firstLanes,
  dial: () => ({ link: "dialling" }),
  up: () => ({ link: "up" }),
  down: () => ({ link: "none" }),
  hangUp: () => ({ link: "none" }),
  phase: ({ phase }) => (phase === "idle" ? { link: "none" } : {}),
  network: ({ state }) => networks[String(state)] ?? {},
};

const networks: Readonly<Record<string, Partial<Lanes>>> = {
  attached: { module: "ready", hasNetwork: true },
  detached: { module: "ready", hasNetwork: false },
  asleep: { module: "asleep" },
  awake: { module: "ready" },
};

/** What the lanes are behind an event; the same object where it changes nothing. */
export function lanesAfter(lanes: Lanes, event: RecordedEvent): Lanes {
  const changes = after[event.kind]?.(event);
  if (changes === undefined) return lanes;
  const next = { ...lanes, ...changes };
  const isSame = next.module === lanes.module && next.hasNetwork === lanes.hasNetwork && next.link === lanes.link;
  return isSame ? lanes : next;
}
