import { uses } from "./commands.js";
import type { LineRow, LineTable } from "./coverage-point.js";

const toOpen = ["opens"] as const;
const toConnect = ["opens", "connects"] as const;
const toPublish = [...toConnect, "publishes"] as const;
const toSubscribe = [...toConnect, "subscribes"] as const;
const toUnsubscribe = [...toConnect, "unsubscribes"] as const;
const numbered = (does: readonly string[]): readonly string[] => ["wants error numbers", ...does];

const refusedLogin = (code: number): LineRow => [
  `+QMTCONN: 0,0,${code}`,
  `+QMTCONN: 0,0,${code}`,
  `answer CONNECT with ${code}`,
  ...toConnect,
];

const refusedToken = (result: number): LineRow => [
  `+QMTTENAUTH: ${result}`,
  `+QMTTENAUTH: ${result}`,
  `answer token with ${result}`,
  "asks for a token",
  ...(result === 6 ? ["waits"] : []), // after 195 s
];

/** The notice of a retry, which comes where the host has asked for it. */
const noticesOf = (name: "PUB" | "PUBREL" | "SUB" | "UNS", fault: string, ...does: readonly string[]): LineTable => ({
  group: "results",
  of: [name === "PUBREL" ? "AT+QMTPUB=" : `AT+QMT${name}=`, uses.notices],
  rows: [[`+QMT${name}: 0,<msgID>,1,<times>`, `+QMT${name}: 0,1,1,1`, fault, "wants notices", ...does, "waits"]],
});

/** Results of the MQTT commands (note 3.2), their link's end (note 5.1), and errors (note 4). */
export const mqttLines: readonly LineTable[] = [
  {
    group: "results",
    of: ["AT+QMTOPEN="],
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
    of: ["AT+QMTCONN="],
    rows: [
      ["+QMTCONN: 0,0,0"],
      ...[1, 2, 3, 4, 5].map(refusedLogin),
      ["+QMTCONN: 0,2", "+QMTCONN: 0,2", "lose CONNACK", ...toConnect, "waits"],
    ],
  },
  {
    group: "link losses",
    of: ["AT+QMTOPEN="],
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
    of: ["AT+QMTPUB="],
    rows: [
      ["+QMTPUB: 0,<msgID>,0"],
      ["+QMTPUB: 0,<msgID>,2", "+QMTPUB: 0,1,2", "lose every PUBACK", ...toPublish, "waits"],
    ],
  },
  {
    group: "results",
    of: ["AT+QMTSUB="],
    rows: [
      ["+QMTSUB: 0,<msgID>,0,…128…", "+QMTSUB: 0,1,0,128", "answer SUBSCRIBE with 128", ...toSubscribe],
      ["+QMTSUB: 0,<msgID>,0,…"],
      ["+QMTSUB: 0,<msgID>,2", "+QMTSUB: 0,1,2", "lose every SUBACK", ...toSubscribe, "waits"],
    ],
  },
  {
    group: "results",
    of: ["AT+QMTUNS="],
    rows: [
      ["+QMTUNS: 0,<msgID>,0"],
      ["+QMTUNS: 0,<msgID>,2", "+QMTUNS: 0,1,2", "lose every UNSUBACK", ...toUnsubscribe, "waits"],
    ],
  },
  noticesOf("PUB", "lose PUBACK", ...toPublish),
  noticesOf("PUBREL", "lose PUBCOMP", ...toConnect, "publishes at QoS 2"),
  noticesOf("SUB", "lose SUBACK", ...toSubscribe),
  noticesOf("UNS", "lose UNSUBACK", ...toUnsubscribe),
  {
    group: "results",
    of: ["AT+QMTCLOSE="],
    rows: [
      ["+QMTCLOSE: 0,0"],
      ["+QMTCLOSE: 0,-1", "+QMTCLOSE: 0,-1", "when connected: stall uplink", ...toPublish, "waits 15 s", "closes"],
    ],
  },
  {
    group: "results",
    of: ["AT+QMTDISC="],
    rows: [
      ["+QMTDISC: 0,0"],
      ["+QMTDISC: 0,-1", "+QMTDISC: 0,-1", "when connected: stall uplink", ...toPublish, "waits 15 s", "disconnects"],
    ],
  },
  {
    group: "results",
    of: ["AT+QMTENAUTH="],
    rows: [["+QMTTENAUTH: 0,…"], ...[1, 2, 3, 4, 5, 6].map(refusedToken)],
  },
  {
    group: "errors",
    of: [],
    rows: [["ERROR", "ERROR", "error AT+QMTPUB", ...toPublish]],
  },
  {
    group: "errors",
    of: ["AT+CMEE="],
    rows: [
      ["+CME ERROR: 3", "+CME ERROR: 3", "error AT+QMTCONN 3", ...numbered(toConnect)],
      ["+CME ERROR: 30", "+CME ERROR: 30", "error AT+QMTSUB 30", ...numbered(toSubscribe)],
      ["+CME ERROR: 50", "+CME ERROR: 50", "error AT+QMTPUB 50", ...numbered(toPublish)],
      ["+CME ERROR: 159", "+CME ERROR: 159", "error AT+QMTPUB 159", ...numbered(toPublish)],
    ],
  },
];
