import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, optional, text } from "../../at/params.js";
import { parseLine } from "../../at/parse.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { isAttached } from "../radio/radio.js";
import { denial, registration } from "../radio/registration.js";
import { lockError } from "./sim.js";

/** Set UE Functionality. The second value, a reset, is ignored. AT+CFUN=1 without a SIM is error 310 (field). */
const cfun: ModuleCommand = {
  names: ["+CFUN"],
  manual: "AT manual",
  within: 85_000,
  partly: "the second value, a reset, is ignored",
  test: () => ["+CFUN:(0,1),(0,1)"],
  read: ({ radio }) => ok(`+CFUN:${radio.functionality ? 1 : 0}`),
  write: form({ level: choice(0, 1), reset: optional(choice(0, 1)) }, ({ level }, { radio }: CommandView) =>
    level === 1 && !radio.sim
      ? refused("usimNotInserted")
      : changed({ radio: { ...radio, functionality: level === 1 } }),
  ),
};

/** The times that the AT+CFUN commands of a line take, one for each. */
export function functionTimes(line: Octets): readonly ("functionOn" | "functionOff")[] {
  if (!/\+CFUN/i.test(line)) return [];
  return (parseLine(line) ?? []).flatMap((parsed) => {
    if (parsed.kind !== "extended" || parsed.name !== "+CFUN" || parsed.form !== "write") return [];
    return parsed.tokens[0]?.text === "1" ? "functionOn" : "functionOff";
  });
}

/** PS Attach or Detach. Attaching also selects the network automatically, as AT+COPS=0 does. */
const cgatt: ModuleCommand = {
  names: ["+CGATT"],
  manual: "AT manual",
  within: 1300,
  test: () => ["+CGATT:(0,1)"],
  read: ({ radio }) => ok(`+CGATT:${isAttached(radio) ? 1 : 0}`),
  write: form({ state: choice(0, 1) }, ({ state }, view: CommandView) => {
    const { radio, networkSettings } = view;
    const error = state === 1 ? lockError(view) : undefined;
    if (error !== undefined) return refused(error);
    return changed({
      radio: { ...radio, wanted: state === 1 },
      networkSettings: { ...networkSettings, cops: state === 1 ? 0 : networkSettings.cops },
    });
  }),
};

/** A parameter that is the MCC and MNC of a network. */
const plmn = {
  ...text("oper", 6, { check: (digits) => /^\d{5,6}$/.test(digits) }),
  probes: { good: ['"46000"', "460001"], bad: ["4600", "4600011", '""', "x"] },
};

/** PLMN Selection. Mode 2 detaches. */
const cops: ModuleCommand = {
  names: ["+COPS"],
  manual: "AT manual",
  within: 300,
  test: ({ profile }) => [`+COPS:(2,,,"${profile.surroundings.operator}"),,(0-2),(2)`],
  read: ({ radio, networkSettings, profile }) =>
    ok(`+COPS:${networkSettings.cops}${isAttached(radio) ? `,2,"${profile.surroundings.operator}"` : ""}`),
  write: form(
    { mode: choice(0, 1, 2), format: optional(choice(2)), operator: optional(plmn) },
    ({ mode, operator }, view: CommandView) => {
      const { radio, networkSettings, profile } = view;
      if (mode === 1 && operator === undefined) return refused("badParameter");
      if (mode === 1 && operator !== profile.surroundings.operator) return refused("noNetworkService"); // 27.007 7.3
      const error = mode === 2 ? undefined : lockError(view);
      if (error !== undefined) return refused(error);
      return changed({ radio: { ...radio, wanted: mode !== 2 }, networkSettings: { ...networkSettings, cops: mode } });
    },
  ),
};

/** EPS Network Registration Status. */
const cereg: ModuleCommand = {
  names: ["+CEREG"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CEREG:(0,1,2,3,4,5)"],
  read: ({ radio, networkSettings, profile }) =>
    ok(`+CEREG:${networkSettings.cereg},${registration(radio, networkSettings, profile.surroundings)}`),
  write: form({ n: choice(0, 1, 2, 3, 4, 5) }, ({ n }, { networkSettings }: CommandView) =>
    changed({ networkSettings: { ...networkSettings, cereg: n } }),
  ),
};

/** Extended Error Report: the cause of the last denial (27.007 6.10). */
const ceer: ModuleCommand = {
  names: ["+CEER"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  exec: ({ radio }) => (radio.wasDenied ? ok(`+CEER:${denial.words}`) : ok()),
};

/** Signalling Connection Status. */
const cscon: ModuleCommand = {
  names: ["+CSCON"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CSCON:(0,1)"],
  read: ({ networkSettings, power }) => ok(`+CSCON:${networkSettings.cscon},${power.mode === "connected" ? 1 : 0}`),
  write: form({ n: choice(0, 1) }, ({ n }, { networkSettings }: CommandView) =>
    changed({ networkSettings: { ...networkSettings, cscon: n } }),
  ),
};

/** The commands for registration. */
export const registrationCommands: readonly ModuleCommand[] = [cfun, cgatt, cereg, ceer, cscon, cops];
