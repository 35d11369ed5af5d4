import type { RecordedEvent } from "../../trace/recorded-event.js";

/** Kinds of events that are shown or hidden together. */
export interface Group {
  readonly name: string;
  readonly kinds: readonly string[];
  /** Whether they are hidden until somebody asks for them. */
  readonly isHidden?: true;
}

/** Every kind stands in one group; one that is not known is in the last. */
export const groups = [
  { name: "AT", kinds: ["line", "payload", "cancelled", "answer"] },
  { name: "URC", kinds: ["urc"] },
  { name: "MQTT", kinds: ["packet", "violation", "exposed"] },
  { name: "Sockets", kinds: ["socket", "datagram", "data"] },
  { name: "Link", kinds: ["dial", "up", "down", "hangUp", "request", "outcome"] },
  { name: "Radio", kinds: ["radio", "network"] },
  { name: "Resets", kinds: ["reboot", "booted", "power", "renewed", "lost"] },
  { name: "Faults", kinds: ["fault", "dropped"] },
  { name: "Findings", kinds: ["finding"] },
  { name: "Hosts", kinds: ["port"] },
  { name: "Bytes", kinds: ["bytes"], isHidden: true },
  { name: "Others", kinds: ["phase", "ignored", "setting"], isHidden: true },
] as const satisfies readonly Group[];

/** The name of a group. */
export type GroupName = (typeof groups)[number]["name"];

const byKind: ReadonlyMap<string, GroupName> = new Map(
  groups.flatMap(({ name, kinds }) => kinds.map((kind) => [kind, name] as const)),
);

/** The groups that are shown at first. */
export const usualGroups: ReadonlySet<GroupName> = new Set(
  groups.flatMap((group) => ("isHidden" in group ? [] : [group.name])),
);

/** The group of an event. Bytes that no host reads come with each answer where none is attached. */
export const groupOf = ({ kind, change }: RecordedEvent): GroupName =>
  kind === "port" && change === "dropped" ? "Others" : (byKind.get(kind) ?? "Others");
