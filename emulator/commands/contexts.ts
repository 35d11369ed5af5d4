import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, int, keeping, optional, secret, text, type Values, word } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import type { ContextLogin, NetworkSettings, PdpContext } from "../memory/network-settings.js";
import { addressOf } from "../radio/pdp.js";
import { attachContext } from "../radio/radio.js";

/** The `<cid>` of a context. */
export const contextId = int(0, 10);

/** The defined contexts, in the order of their `<cid>`s. */
export const contextsOf = ({ contexts }: NetworkSettings): readonly (readonly [cid: number, context: PdpContext])[] =>
  [...contexts].toSorted(([one], [other]) => one - other);

/** The line of a context in AT+CGPADDR. Without an address it has the `<cid>` alone; sources differ for context 0 (field). */
function addressLines({ radio, profile, networkSettings }: CommandView, cid: number): readonly Octets[] {
  const { surroundings, quirks } = profile;
  const context = radio.active.has(cid) ? networkSettings.contexts.get(cid) : undefined;
  const address = context && addressOf(cid, context.type, surroundings);
  if (address !== undefined) return [`+CGPADDR:${cid},${address}`];
  return cid !== attachContext || quirks.cgpaddrWithoutAddress === "cid" ? [`+CGPADDR:${cid}`] : [];
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

/** Removes a context and its login; refused for an active one. decided */
function undefine({ networkSettings, radio }: CommandView, cid: number): ModuleAnswer {
  if (radio.active.has(cid)) return refused("cidActive");
  const isOther = ([each]: readonly [number, unknown]): boolean => each !== cid;
  const contexts = new Map([...networkSettings.contexts].filter(isOther));
  const logins = new Map([...networkSettings.logins].filter(isOther));
  return changed({ networkSettings: { ...networkSettings, contexts, logins } });
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

/** Context 0 as a firmware of 2018 or 2019 asks the network for it, as long as the host has not defined it. field */
const asked = { type: "IPV4V6", apn: "" } as const;

/** The line of a context in AT+CGDCONT?. The network names the APN of context 0 when it attaches the module. */
function contextLine({ radio, profile: { quirks } }: CommandView, cid: number, context: PdpContext): Octets {
  const { cgdcontEdition } = quirks;
  const isNamed = radio.apnKnown || radio.active.has(cid);
  const isAsked = cgdcontEdition !== "manual" && context.isOfNetwork === true && !isNamed;
  const { type, apn } = isAsked ? asked : context;
  const line = `+CGDCONT:${cid},"${type}","${apn}",,0,${context.headerCompression},,,,,${context.nslpi}`;
  return cgdcontEdition === "2018" ? line : `${line},${context.securePco}`;
}

/** Define a PDP Context. With the `<cid>` alone, the context is removed (27.007 10.1.1). */
const cgdcont: ModuleCommand = {
  names: ["+CGDCONT"],
  manual: "AT manual",
  within: 300,
  partly: "contexts are read back; the network takes each APN, and gives IPv4 addresses only",
  test: () => ['+CGDCONT:(0-10),("IP","NONIP","IPV6","IPV4V6"),,,(0),(0,1),,,,,(0,1),(0,1)'],
  read: (view) => ok(...contextsOf(view.networkSettings).map(([cid, context]) => contextLine(view, cid, context))),
  write: form(shape, ({ cid, type, apn = "", headerCompression = 0, nslpi = 0, securePco = 0 }, view: CommandView) => {
    if (type === undefined) return undefine(view, cid);
    return define(view, cid, { type, apn, headerCompression, nslpi, securePco });
  }),
};

const cgauthShape = {
  cid: contextId,
  protocol: optional(choice(0, 1, 2)),
  user: optional(text("userid", 60, { min: 0 })),
  password: optional(secret(text("password", 60, { min: 0 }))),
};

/** Sets the login of a context, or removes it: with protocol 0, or without one (27.007 10.1.31). */
function setLogin(
  { cid, protocol, user = "", password = "" }: Values<typeof cgauthShape>,
  { networkSettings }: CommandView,
): ModuleAnswer {
  if (!networkSettings.contexts.has(cid)) return refused("cidNotDefined");
  const others = [...networkSettings.logins].filter(([each]) => each !== cid);
  const own = protocol === 1 || protocol === 2 ? [[cid, { protocol, user, password }] as const] : [];
  return changed({ networkSettings: { ...networkSettings, logins: new Map([...others, ...own]) } });
}

/** A user name with a quote in it may hold the password, because the line was damaged: the trace does not show it. */
const masked = ({ protocol, user }: ContextLogin): ContextLogin => ({
  protocol,
  user: user.includes('"') ? "***" : user,
  password: "***",
});

function loginLines({ networkSettings: { logins } }: CommandView): ModuleAnswer {
  const all = [...logins].toSorted(([one], [other]) => one - other);
  const line = (cid: number, { protocol, user, password }: ContextLogin): Octets =>
    `+CGAUTH:${cid},${protocol},"${user}","${password}"`;
  return {
    kind: "ok",
    lines: all.map(([cid, login]) => line(cid, login)),
    shown: all.map(([cid, login]) => line(cid, masked(login))),
  };
}

/** Define PDP Context Authentication Parameters. */
const cgauth: ModuleCommand = {
  names: ["+CGAUTH"],
  manual: "AT manual",
  within: 300,
  partly: "read back; no network here asks for a password",
  test: () => ["+CGAUTH:(0-10),(0,1,2),(0-60),(0-60)"],
  read: loginLines,
  write: form(cgauthShape, setLogin, {
    agree: ({ protocol, user }) => protocol === undefined || protocol === 0 || user !== undefined,
  }),
};

/** Initial PDP Context Activation: whether the module attaches without a context, from the next attach on (27.007 10.1.42). */
const cipca: ModuleCommand = {
  names: ["+CIPCA"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CIPCA:(3),(0,1)"],
  read: ({ nvm }) => ok(`+CIPCA:3,${nvm.cipca}`),
  write: form({ n: choice(3), without: optional(choice(0, 1)) }, ({ without }, { nvm }: CommandView) =>
    changed(without === undefined ? {} : { nvm: { ...nvm, cipca: without } }),
  ),
};

/** The commands that define PDP contexts. */
export const contextCommands: readonly ModuleCommand[] = [cgpaddr, cgdcont, cgauth, cipca];
