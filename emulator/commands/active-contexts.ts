import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, type Values } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import type { NetworkSettings } from "../memory/network-settings.js";
import { addressOf, withContext } from "../radio/pdp.js";
import { isAttached } from "../radio/radio.js";
import { contextId, contextsOf } from "./contexts.js";
import { lockError } from "./sim.js";

const cgactShape = { state: choice(0, 1), cid: contextId };

function activate({ state, cid }: Values<typeof cgactShape>, view: CommandView): ModuleAnswer {
  const { radio, networkSettings } = view;
  const error = lockError(view);
  if (error !== undefined) return refused(error);
  if (!networkSettings.contexts.has(cid)) return refused("cidNotDefined");
  if (!isAttached(radio)) return refused("noNetworkService");
  if (radio.active.has(cid) === (state === 1)) return ok(); // 27.007 10.1.10
  const isLast = state === 0 && radio.active.size === 1; // the last PDN connection, 24.301 6.5.2
  return isLast ? refused("operationNotAllowed") : changed({ radio: withContext(radio, cid, state === 1) });
}

/** PDP Context Activate or Deactivate. The link to the broker goes on over any context that is left. decided */
const cgact: ModuleCommand = {
  names: ["+CGACT"],
  manual: "AT manual",
  within: 1000,
  partly: "MQTT, look-ups and pings need one active context; which one does not matter",
  test: () => ["+CGACT:(0,1)"],
  read: ({ networkSettings, radio }) =>
    ok(...contextsOf(networkSettings).map(([cid]) => `+CGACT:${cid},${Number(radio.active.has(cid))}`)),
  write: form(cgactShape, activate),
};

const activeIn = ({ networkSettings, radio }: CommandView): readonly number[] =>
  contextsOf(networkSettings)
    .map(([cid]) => cid)
    .filter((cid) => radio.active.has(cid));

/** A command that reports one line for a context, or for each context that `reported` returns. */
function contextQuery(
  name: "+CGCONTRDP" | "+CGAPNRC" | "+NCIDSTATUS",
  reported: (view: CommandView) => readonly number[],
  line: (cid: number, view: CommandView) => Octets,
): ModuleCommand {
  const lines = (cids: readonly number[], view: CommandView) => ok(...cids.map((cid) => line(cid, view)));
  return {
    names: [name],
    manual: "AT manual",
    within: 300,
    exec: (view) => lines(reported(view), view),
    write: form({ cid: contextId }, ({ cid }, view: CommandView) => {
      if (!view.networkSettings.contexts.has(cid)) return refused("cidNotDefined");
      return lines(reported(view).includes(cid) ? [cid] : [], view);
    }),
  };
}

/** PDP Context Read Dynamic Parameters: the APN and the DNS servers of active contexts (27.007 10.1.23). */
const cgcontrdp: ModuleCommand = {
  ...contextQuery("+CGCONTRDP", activeIn, (cid, { networkSettings, profile: { surroundings } }) => {
    const { apn = "", type = "" } = networkSettings.contexts.get(cid) ?? {};
    const hasAddress = addressOf(cid, type, surroundings) !== undefined; // only then are there DNS servers
    const dns = hasAddress ? [surroundings.primaryDns, surroundings.secondaryDns] : ["", ""];
    return `+CGCONTRDP:${cid},,"${apn || surroundings.apn}",,,${dns.join(",")}`;
  }),
  test: (view) => [`+CGCONTRDP:(${activeIn(view)})`],
};

/** APN Rate Control: no context has any (27.007 10.1.45). */
const cgapnrc: ModuleCommand = {
  ...contextQuery("+CGAPNRC", activeIn, (cid) => `+CGAPNRC:${cid},0,0`),
  test: (view) => [`+CGAPNRC:(${activeIn(view)})`],
};

/** Query CID Status: valid, not valid, or under flow control. There is no back-off here. */
const ncidstatus = contextQuery(
  "+NCIDSTATUS",
  ({ networkSettings }) => contextsOf(networkSettings).map(([cid]) => cid),
  (cid, { radio, isCongested }) => {
    const usable = isCongested ? 2 : 0;
    return `+NCIDSTATUS:${cid},${radio.active.has(cid) ? usable : 1}`;
  },
);

/** A command that switches URCs of contexts on and off, in RAM. */
function urcSwitch<K extends keyof NetworkSettings & ("nipinfo" | "ngactr")>(key: K): ModuleCommand {
  const name = `+${key.toUpperCase()}` as const;
  return {
    names: [name],
    manual: "AT manual",
    within: 300,
    test: () => [`${name}:(0,1)`],
    read: ({ networkSettings }) => ok(`${name}:${networkSettings[key]}`),
    write: form({ n: choice(0, 1) }, ({ n }, { networkSettings }: CommandView) =>
      changed({ networkSettings: { ...networkSettings, [key]: n } }),
    ),
  };
}

/** Report of IP Addresses, and of the State of Contexts. */
const nipinfo = urcSwitch("nipinfo");
const ngactr = urcSwitch("ngactr");

/** The commands for active PDP contexts. */
export const activeContextCommands: readonly ModuleCommand[] = [cgact, cgcontrdp, cgapnrc, ncidstatus, nipinfo, ngactr];
