import type { RecordedEvent } from "../../trace/recorded-event.js";
import { type GroupName, groupOf, usualGroups } from "./groups.js";

/** Which events are shown. */
export interface Filter {
  readonly groups: ReadonlySet<GroupName>;
  /** What must stand in an event, in any field; capitals do not matter. */
  readonly text: string;
}

export const noFilter: Filter = { groups: usualGroups, text: "" };

/** A function that tells whether an event is shown. */
export function shownBy({ groups, text }: Filter): (event: RecordedEvent) => boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return (event) => groups.has(groupOf(event));
  return (event) => groups.has(groupOf(event)) && holds(event, wanted);
}

const hiddenFields = new Set(["seq", "t", "wall", "cause"]);

function holds(event: RecordedEvent, wanted: string): boolean {
  for (const [name, value] of Object.entries(event)) {
    if (hiddenFields.has(name)) continue;
    const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (shown.toLowerCase().includes(wanted)) return true;
  }
  return false;
}
