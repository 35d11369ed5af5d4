import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, int, keeping, optional, text, word } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import type { NetworkSettings, PdpContext } from "../memory/network-settings.js";
import { isAttached } from "../radio/radio.js";

/** The `<cid>` of the context that attaching activates. */
const attachContext = 0;

const contextId = int(0, 10);

const contextsOf = ({ contexts }: NetworkSettings): readonly (readonly [cid: number, context: PdpContext])[] =>
  [...contexts].toSorted(([one], [other]) => one - other);

/** The address line of a context; none where the context has no address. */
function addressLines({ radio, profile }: CommandView, cid: number): readonly Octets[] {
  return cid === attachContext && isAttached(radio) ? [`+CGPADDR:${cid},${profile.surroundings.address}`] : [];
}

/** Show PDP Addresses. */
const cgpaddr: ModuleCommand = {
  names: ["+CGPADDR"],
  manual: "AT manual",
  within: 300,
  test: ({ networkSettings }) => [`+CGPADDR:(${contextsOf(networkSettings).map(([cid]) => cid)})`],
  exec: (view) => ok(...contextsOf(view.networkSettings).flatMap(([cid]) => addressLines(view, cid))),
  write: form({ cid: contextId }, ({ cid }, view: CommandView) =>
    view.networkSettings.contexts.has(cid) ? ok(...addressLines(view, cid)) : refused("cidNotDefined"),
  ),
};

function define({ networkSettings }: CommandView, cid: number, context: PdpContext): ModuleAnswer {
  const contexts = new Map([...networkSettings.contexts, [cid, context]]);
  return changed({ networkSettings: { ...networkSettings, contexts } });
}

/** Removes a context; refused for the active one. decided */
function undefine({ networkSettings, radio }: CommandView, cid: number): ModuleAnswer {
  if (cid === attachContext && isAttached(radio)) return refused("cidActive");
  const contexts = new Map([...networkSettings.contexts].filter(([each]) => each !== cid));
  return changed({ networkSettings: { ...networkSettings, contexts } });
}

/** The parameters of AT+CGDCONT. Most of them accept one value at most, and have no effect. */
const shape = {
  cid: contextId,
  type: optional(word("IP", "NONIP", "IPV6", "IPV4V6")),
  apn: keeping(text("APN", 100, { min: 0 })),
  address: keeping(text("PDP_addr", 39, { min: 0 })),
  dataCompression: keeping(choice(0)),
  headerCompression: keeping(choice(0, 1)),
  addressAllocation: keeping(choice(0)),
  requestType: keeping(choice(0)),
  pcscfDiscovery: keeping(choice(0)),
  imCn: keeping(choice(0)),
  nslpi: keeping(choice(0, 1)),
  securePco: keeping(choice(0, 1)),
};

/** Define a PDP Context. With the `<cid>` alone, the context is removed (27.007 10.1.1). */
const cgdcont: ModuleCommand = {
  names: ["+CGDCONT"],
  manual: "AT manual",
  within: 300,
  partly: "contexts are kept and read back; only the first has an address",
  test: () => ['+CGDCONT:(0-10),("IP","NONIP","IPV6","IPV4V6"),,,(0),(0,1),,,,,(0,1),(0,1)'],
  read: ({ networkSettings }) =>
    ok(
      ...contextsOf(networkSettings).map(
        ([cid, { type, apn, headerCompression, nslpi, securePco }]) =>
          `+CGDCONT:${cid},"${type}","${apn}",,0,${headerCompression},,,,,${nslpi},${securePco}`,
      ),
    ),
  write: form(shape, ({ cid, type, apn = "", headerCompression = 0, nslpi = 0, securePco = 0 }, view: CommandView) => {
    if (type === undefined) return undefine(view, cid);
    return define(view, cid, { type, apn, headerCompression, nslpi, securePco });
  }),
};

/** The commands for PDP contexts. */
export const contextCommands: readonly ModuleCommand[] = [cgpaddr, cgdcont];
