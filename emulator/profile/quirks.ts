import { aliSignMethods } from "../cloud/aliyun.js";
import { number, oneOf, orNone, type Quirk } from "./quirk.js";
import { suggestion } from "./schema.js";

const hour = 3_600_000;

/** All quirks by name, as `--quirk NAME=VALUE` sets them. */
export const quirkTable = {
  lfGrace: number(
    { about: "an LF this soon after a CR belongs to it", section: "AT line", source: "field" },
    100,
    [0, hour],
    " ms",
  ),
  lineEnd: oneOf({ about: "what ends a command line", section: "AT line", source: "field" }, "cr-or-lf", "cr"),
  echo: oneOf(
    { about: "whether the module echoes (ATE) after a start and ATZ", section: "ATE", source: "AT manual" },
    "off",
    "on",
  ),
  cmeeModes: oneOf(
    { about: "the modes that AT+CMEE takes; 2 tells errors in words", section: "AT+CMEE", source: "AT manual" },
    "0,1",
    "0,1,2",
  ),
  whileBusy: oneOf(
    { about: "input while a command is still being answered", section: "AT line", source: "AT manual" },
    "queue",
    "refuse",
  ),
  answerDelay: number(
    { about: "how long an answer takes", section: "AT line", source: "decided" },
    0,
    [0, hour],
    " ms",
  ),
  urcHold: number(
    { about: "how long a half typed line keeps a URC back", section: "5", source: "decided" },
    1000,
    [0, hour],
    " ms",
  ),
  urcWhileAnswering: oneOf(
    {
      about: "a URC between a command and its answer; by-timing: with realistic timing",
      section: "5",
      source: "field",
    },
    "by-timing",
    "hold",
    "before-information",
  ),
  unknownCommand: oneOf(
    { about: "the answer to an unknown command or form with AT+CMEE=1", section: "4", source: "AT manual" },
    "ERROR",
    "4",
    "OK",
  ),
  parameterError: oneOf(
    { about: "the answer to a bad parameter with AT+CMEE=1", section: "4", source: "note" },
    "50",
    "ERROR",
  ),
  cfgWhileOpen: oneOf(
    { about: "writing AT+QMTCFG while a link is open", section: "3.2.1", source: "clone" },
    "refuse",
    "accept",
  ),
  aliSignMethod: oneOf(
    { about: "how AT+QMTCONN signs for Alibaba Cloud", section: "3.2.1", source: "decided" },
    ...aliSignMethods,
  ),
  edition: oneOf(
    { about: "test answers, payload limit and what happens at it", section: "3", source: "guide" },
    "note",
    "guide",
  ),
  afterRefusal: oneOf(
    { about: "the +QMTSTAT after a CONNECT that the broker refused", section: "3.2.5", source: "field" },
    4,
    1,
    "silent",
  ),
  afterDisconnect: oneOf(
    { about: "who closes TCP after DISCONNECT: the module, or the server", section: "3.2.6", source: "guide" },
    "close",
    "wait",
  ),
  topicsPerRequest: number(
    { about: "topics in one AT+QMTSUB or AT+QMTUNS; 0 is no limit", section: "3.2.7", source: "clone" },
    4,
    [0, 1000],
    "",
  ),
  prompt: oneOf({ about: "the payload prompt", section: "3.2.9", source: "note" }, "\\r\\n>", "\\r\\n> "),
  qos0MsgId: oneOf(
    { about: "message ids that a QoS 0 publish may carry", section: "3.2.9", source: "clone" },
    "any",
    "zero",
  ),
  entryTimeout: orNone(
    number(
      { about: "how long a payload entry waits for the next byte", section: "3.2.9", source: "decided" },
      0,
      [1, hour],
      " ms",
    ),
  ),
  dup31: oneOf(
    { about: "DUP in a resent SUBSCRIBE, UNSUBSCRIBE or PUBREL of MQTT 3.1", section: "3.2.7", source: "decided" },
    "set",
    "clear",
  ),
  receivedPayload: oneOf(
    { about: "whether +QMTRECV quotes its payload", section: "5.2", source: "note" },
    "bare",
    "quoted",
  ),
  maxInbound: number(
    { about: "the longest packet taken from a broker", section: "5.1", source: "decided" },
    65_536,
    [128, 268_435_460],
    " bytes",
  ),
  qregswtBlank: oneOf(
    { about: "whether +QREGSWT has a blank behind its colon", section: "AT+QREGSWT", source: "AT manual" },
    "no",
    "yes",
  ),
  cgdcontEdition: oneOf(
    {
      about: "what AT+CGDCONT? has before the network names an APN; 2018 has one field less",
      section: "AT+CGDCONT",
      source: "field",
    },
    "manual",
    "2019",
    "2018",
  ),
  cgpaddrWithoutAddress: oneOf(
    { about: "the line of AT+CGPADDR for context 0 without an address", section: "AT+CGPADDR", source: "field" },
    "nothing",
    "cid",
  ),
  nsocoOk: oneOf(
    {
      about: "what OK to AT+NSOCO means; after accepted, +NSOCO tells of the connection, and data before it are lost",
      section: "AT+NSOCO",
      source: "field",
    },
    "connected",
    "accepted",
  ),
  bootText: oneOf(
    { about: "lines of the boot loader at the beginning of a start", section: "AT+NRB", source: "field" },
    "none",
    "verified",
  ),
  bootTime: number({ about: "from reset to the banner", section: "AT+NRB", source: "decided" }, 0, [0, hour], " ms"),
} as const satisfies Record<string, Quirk<string | number>>;

type Table = typeof quirkTable;

/** The name of a quirk. */
export type QuirkName = keyof Table;

/** A value for every quirk. */
export type Quirks = { readonly [N in QuirkName]: Table[N] extends Quirk<infer T> ? T : never };

/** Every quirk at its default. */
export const defaultQuirks = Object.fromEntries(
  Object.entries(quirkTable).map(([name, quirk]) => [name, quirk.fallback]),
) as unknown as Quirks;

/** Whether there is a quirk of this name. */
export const isQuirk = (name: string): name is QuirkName => Object.hasOwn(quirkTable, name);

/** Sets one quirk by name and value. A `problem` is one line for the user. */
export function setQuirk(
  quirks: Quirks,
  name: string,
  text: string,
): { readonly quirks: Quirks } | { readonly problem: string } {
  if (!isQuirk(name)) {
    return { problem: `unknown quirk "${name}"; ${suggestion(name, Object.keys(quirkTable))}` };
  }
  const read = quirkTable[name].read(text);
  if (read === undefined) {
    return { problem: `${name} cannot be "${text}"; it takes ${quirkTable[name].values}` };
  }
  return { quirks: { ...quirks, [name]: read.value } };
}

/** Sets quirks in order, up to the first problem. */
export function setQuirks(
  quirks: Quirks,
  settings: readonly (readonly [name: string, text: string])[],
): ReturnType<typeof setQuirk> {
  let all = quirks;
  for (const [name, text] of settings) {
    const set = setQuirk(all, name, text);
    if ("problem" in set) return set;
    all = set.quirks;
  }
  return { quirks: all };
}
