import { uses } from "./commands.js";
import type { CoveragePoint, Group } from "./coverage-point.js";

/** A row: the line, and for one that needs a fault the line as it is heard, the fault and what the host does. */
type Row = readonly [item: string] | readonly [item: string, hears: string, fault: string, ...does: readonly string[]];

/** The lines that a host can hear after it has used a form of a command. */
interface Table {
  readonly group: Group;
  /** The form, or a use of it; undefined: any. */
  readonly of: string | undefined;
  readonly rows: readonly Row[];
}

const toOpen = ["opens"] as const;
const toConnect = ["opens", "connects"] as const;
const toPublish = [...toConnect, "publishes"] as const;
const toSubscribe = [...toConnect, "subscribes"] as const;
const toUnsubscribe = [...toConnect, "unsubscribes"] as const;
const wantsNotices: string = "wants notices";
const noticed = (does: readonly string[]): readonly string[] => [wantsNotices, ...does, "waits"];
const toSend = ["creates a UDP socket", "sends a datagram"] as const;
const toDial = ["creates a TCP socket", "connects it"] as const;
const numbered = (does: readonly string[]): readonly string[] => ["wants error numbers", ...does];

const refusedLogin = (code: number): Row => [
  `+QMTCONN: 0,0,${code}`,
  `+QMTCONN: 0,0,${code}`,
  `answer CONNECT with ${code}`,
  ...toConnect,
];

const refusedToken = (result: number): Row => [
  `+QMTTENAUTH: ${result}`,
  `+QMTTENAUTH: ${result}`,
  `answer token with ${result}`,
  "asks for a token",
  ...(result === 6 ? ["waits"] : []), // after 195 s
];

/** Results of the MQTT commands (note 3.2), their link's end (note 5.1), and errors (note 4). */
const mqtt: readonly Table[] = [
  {
    group: "results",
    of: "AT+QMTOPEN=",
    rows: [
      ["+QMTOPEN: 0,0"],
      ["+QMTOPEN: 0,-1", "+QMTOPEN: 0,-1", "refuse dial", ...toOpen],
      ["+QMTOPEN: 0,1", "+QMTOPEN: 0,1", 'answer AT+QMTOPEN with "OK|+QMTOPEN: 0,1"', ...toOpen],
      ["+QMTOPEN: 0,2", "+QMTOPEN: 0,2", 'answer AT+QMTOPEN with "OK|+QMTOPEN: 0,2"', ...toOpen],
      ["+QMTOPEN: 0,3", "+QMTOPEN: 0,3", "refuse pdp", ...toOpen],
      ["+QMTOPEN: 0,4", "+QMTOPEN: 0,4", "unknown name", ...toOpen],
      ["+QMTOPEN: 0,5", "+QMTOPEN: 0,5", "when dialled: coverage off", ...toOpen],
    ],
  },
  {
    group: "results",
    of: "AT+QMTCONN=",
    rows: [
      ["+QMTCONN: 0,0,0"],
      ...[1, 2, 3, 4, 5].map(refusedLogin),
      ["+QMTCONN: 0,2", "+QMTCONN: 0,2", "lose CONNACK", ...toConnect, "waits"],
    ],
  },
  {
    group: "link losses",
    of: "AT+QMTOPEN=",
    rows: [
      ["+QMTSTAT: 0,1", "+QMTSTAT: 0,1", "when connected: drop link", ...toConnect],
      ["+QMTSTAT: 0,2", "+QMTSTAT: 0,2", "lose every PINGRESP", ...toConnect, "waits"],
      [
        "+QMTSTAT: 0,3",
        "+QMTSTAT: 0,3",
        "when link up: stall uplink",
        "wants a shorter time-out",
        ...toConnect,
        "waits",
      ],
      ["+QMTSTAT: 0,4", "+QMTSTAT: 0,4", "lose CONNACK", ...toConnect, "waits"],
      ["+QMTSTAT: 0,5", "+QMTSTAT: 0,5", 'when DISCONNECT sent: say "+QMTSTAT: 0,5"', ...toConnect, "disconnects"],
      ["+QMTSTAT: 0,6", "+QMTSTAT: 0,6", "lose every PUBACK", ...toPublish, "waits"],
      ["+QMTSTAT: 0,7", "+QMTSTAT: 0,7", "when connected: coverage off", ...toConnect],
    ],
  },
  {
    group: "results",
    of: "AT+QMTPUB=",
    rows: [
      ["+QMTPUB: 0,<msgID>,0"],
      ["+QMTPUB: 0,<msgID>,1,<times>", "+QMTPUB: 0,1,1,1", "lose PUBACK", ...noticed(toPublish)],
      ["+QMTPUB: 0,<msgID>,2", "+QMTPUB: 0,1,2", "lose every PUBACK", ...toPublish, "waits"],
      [
        "+QMTPUBREL: 0,<msgID>,1,<times>",
        "+QMTPUBREL: 0,1,1,1",
        "lose PUBCOMP",
        ...noticed([...toConnect, "publishes at QoS 2"]),
      ],
    ],
  },
  {
    group: "results",
    of: "AT+QMTSUB=",
    rows: [
      ["+QMTSUB: 0,<msgID>,0,…128…", "+QMTSUB: 0,1,0,128", "answer SUBSCRIBE with 128", ...toSubscribe],
      ["+QMTSUB: 0,<msgID>,0,…"],
      ["+QMTSUB: 0,<msgID>,1,<times>", "+QMTSUB: 0,1,1,1", "lose SUBACK", ...noticed(toSubscribe)],
      ["+QMTSUB: 0,<msgID>,2", "+QMTSUB: 0,1,2", "lose every SUBACK", ...toSubscribe, "waits"],
    ],
  },
  {
    group: "results",
    of: "AT+QMTUNS=",
    rows: [
      ["+QMTUNS: 0,<msgID>,0"],
      ["+QMTUNS: 0,<msgID>,1,<times>", "+QMTUNS: 0,1,1,1", "lose UNSUBACK", ...noticed(toUnsubscribe)],
      ["+QMTUNS: 0,<msgID>,2", "+QMTUNS: 0,1,2", "lose every UNSUBACK", ...toUnsubscribe, "waits"],
    ],
  },
  {
    group: "results",
    of: "AT+QMTCLOSE=",
    rows: [
      ["+QMTCLOSE: 0,0"],
      ["+QMTCLOSE: 0,-1", "+QMTCLOSE: 0,-1", "when connected: stall uplink", ...toPublish, "waits 15 s", "closes"],
    ],
  },
  {
    group: "results",
    of: "AT+QMTDISC=",
    rows: [
      ["+QMTDISC: 0,0"],
      ["+QMTDISC: 0,-1", "+QMTDISC: 0,-1", "when connected: stall uplink", ...toPublish, "waits 15 s", "disconnects"],
    ],
  },
  {
    group: "results",
    of: "AT+QMTENAUTH=",
    rows: [["+QMTTENAUTH: 0,…"], ...[1, 2, 3, 4, 5, 6].map(refusedToken)],
  },
  {
    group: "errors",
    of: undefined,
    rows: [["ERROR", "ERROR", "error AT+QMTPUB", ...toPublish]],
  },
  {
    group: "errors",
    of: "AT+CMEE=",
    rows: [
      ["+CME ERROR: 3", "+CME ERROR: 3", "error AT+QMTCONN 3", ...numbered(toConnect)],
      ["+CME ERROR: 30", "+CME ERROR: 30", "error AT+QMTSUB 30", ...numbered(toSubscribe)],
      ["+CME ERROR: 50", "+CME ERROR: 50", "error AT+QMTPUB 50", ...numbered(toPublish)],
      ["+CME ERROR: 159", "+CME ERROR: 159", "error AT+QMTPUB 159", ...numbered(toPublish)],
    ],
  },
];

/** Lines of the AT manual about name, network and signal, and the banners. */
const others: readonly Table[] = [
  {
    group: "results",
    of: "AT+QDNS=",
    rows: [["+QDNS:FAIL", "+QDNS:FAIL", "unknown name", "looks a name up"], ["+QDNS:<address>"]],
  },
  {
    group: "results",
    of: "AT+NPING=",
    rows: [
      ["+NPING:<address>,<ttl>,<rtt>"],
      ["+NPINGERR:1", "+NPINGERR:1", 'answer AT+NPING with "OK|+NPINGERR:1"', "pings"],
      ["+NPINGERR:2", "+NPINGERR:2", "coverage off", "pings"],
    ],
  },
  {
    group: "network",
    of: "AT+CGATT?",
    rows: [["+CGATT:1"], ["+CGATT:0", "+CGATT:0", "coverage off", "asks whether it is attached"]],
  },
  {
    group: "network",
    of: "AT+CEREG?",
    rows: [
      ["+CEREG:<n>,1…"],
      ["+CEREG:<n>,2…", "+CEREG:0,2", "coverage off", "asks for its registration"],
      ["+CEREG:<n>,3…", "+CEREG:0,3", "network denied", "asks for its registration"],
      ["+CEREG:<n>,5…", "+CEREG:0,5", "network roaming", "waits 10 s", "asks for its registration"],
    ],
  },
  {
    group: "network",
    of: "AT+CSQ",
    rows: [["+CSQ:99,99", "+CSQ:99,99", "coverage off", "asks for the signal"], ["+CSQ:<rssi>,99"]],
  },
  {
    group: "network",
    of: "AT+COPS?",
    rows: [["+COPS:<mode>,…"], ["+COPS:<mode>", "+COPS:0", "coverage off", "asks for the operator"]],
  },
  {
    group: "results",
    of: uses.sequence,
    rows: [
      ["+NSOSTR:<socket>,<sequence>,1"],
      ["+NSOSTR:<socket>,<sequence>,0", "+NSOSTR:0,7,0", "coverage off", ...toSend],
    ],
  },
  { group: "URCs", of: "AT+NSOCR=", rows: [["+NSONMI:<socket>,…"]] },
  {
    group: "URCs",
    of: "AT+NSOCO=",
    rows: [["+NSOCLI: <socket>", "+NSOCLI: 0", "when link up: drop link", ...toDial]],
  },
  { group: "URCs", of: "AT+QMTSUB=", rows: [["+QMTRECV: 0,<msgID>,…"]] },
  {
    group: "URCs",
    of: "AT+CEREG=",
    rows: [
      [
        "+CEREG:<stat>…",
        "+CEREG:2",
        "when connected: coverage off for 30s",
        "wants to hear of its registration",
        ...toConnect,
      ],
    ],
  },
  { group: "URCs", of: "AT+CSCON=", rows: [["+CSCON:<mode>"]] },
  { group: "URCs", of: "AT+NPSMR=", rows: [["+NPSMR:<mode>"]] },
  {
    group: "resets",
    of: undefined,
    rows: [
      ["REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET"],
      ["REBOOT_CAUSE_SECURITY_RESET_PIN", "REBOOT_CAUSE_SECURITY_RESET_PIN", "when attached: reset", "waits 1 s"],
      [
        "REBOOT_CAUSE_APPLICATION_WATCHDOG",
        "REBOOT_CAUSE_APPLICATION_WATCHDOG",
        "when PUBLISH sent: reset watchdog",
        ...toPublish,
      ],
    ],
  },
  { group: "resets", of: "AT+NRB", rows: [["REBOOT_CAUSE_APPLICATION_AT"]] },
];

function pointOf({ group, of }: Table, row: Row): CoveragePoint {
  const [item, hears, fault, ...does]: readonly string[] = row;
  const needs = [...(of === undefined ? [] : [of]), ...(does.includes(wantsNotices) ? [uses.notices] : [])];
  const place = { group, item, ...(needs.length > 0 && { of: needs }) };
  return hears === undefined || fault === undefined ? place : { ...place, recipe: { hears, fault, does } };
}

/** The lines that a host can hear. Of two that fit, the first counts. */
export const lines: readonly CoveragePoint[] = [...mqtt, ...others].flatMap((table) =>
  table.rows.map((row) => pointOf(table, row)),
);
