import { fits } from "../../emulator/faults/pattern.js";
import type { RecordedEvent } from "./recorded-event.js";

/** Which events are wanted; what is left out does not matter. */
export interface EventFilter {
  /** The kind: `urc`, `packet`, `fault`, … */
  readonly kind?: string | undefined;
  /** What the module says: an answer or a URC; `*` stands for anything. */
  readonly says?: string | undefined;
  /** What the host sends: a command line; `*` stands for anything. */
  readonly hears?: string | undefined;
  /** The type of an MQTT packet. */
  readonly packet?: string | undefined;
  /** The way of an MQTT packet. */
  readonly way?: "sent" | "received" | undefined;
}

/** Whether an event is one of those that are wanted. */
export function isWanted(event: RecordedEvent, { kind, says, hears, packet, way }: EventFilter): boolean {
  if (kind !== undefined && event.kind !== kind) return false;
  if (says !== undefined && !(isSaid(event) && fits(says, String(event.line)))) return false;
  if (hears !== undefined && !(event.kind === "line" && fits(hears, String(event.line)))) return false;
  if (packet !== undefined && !(event.kind === "packet" && event.packet === packet.toUpperCase())) return false;
  return way === undefined || (event.kind === "packet" && event.way === way);
}

const isSaid = ({ kind }: RecordedEvent): boolean => kind === "answer" || kind === "urc";

/** A filter as text, for messages: `says +QMTPUB*`. */
export const filterText = (filter: EventFilter): string =>
  Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ") || "any event";
