import { ok } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import type { CommandView, ModuleCommand } from "../command-view.js";

/** `yy/MM/dd,hh:mm:ss±zz`: UTC, and the offset of the local time in quarter hours (field). */
function clockLine({ time, profile }: CommandView): Octets {
  const [date = "", hours = ""] = new Date(time).toISOString().split("T");
  const { timeZone } = profile.surroundings;
  const zone = `${timeZone < 0 ? "-" : "+"}${String(Math.abs(timeZone)).padStart(2, "0")}`;
  return `+CCLK:${date.slice(2).replaceAll("-", "/")},${hours.slice(0, 8)}${zone}`;
}

/** Return Current Date and Time. The time is unknown until the first attach. */
const cclk: ModuleCommand = {
  names: ["+CCLK"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  read: (view) => (view.radio.timeKnown ? ok(clockLine(view)) : ok()),
};

/** The commands for the time. */
export const clockCommands: readonly ModuleCommand[] = [cclk];
