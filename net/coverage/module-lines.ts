import { uses } from "./commands.js";
import type { LineTable } from "./coverage-point.js";

const toSend = ["creates a UDP socket", "sends a datagram"] as const;
const toDial = ["creates a TCP socket", "connects it"] as const;

/** Lines of the AT manual about name, network and signal, and the banners. */
export const moduleLines: readonly LineTable[] = [
  {
    group: "results",
    of: ["AT+QDNS="],
    rows: [["+QDNS:FAIL", "+QDNS:FAIL", "unknown name", "looks a name up"], ["+QDNS:<address>"]],
  },
  {
    group: "results",
    of: ["AT+NPING="],
    rows: [
      ["+NPING:<address>,<ttl>,<rtt>"],
      ["+NPINGERR:1", "+NPINGERR:1", 'answer AT+NPING with "OK|+NPINGERR:1"', "pings"],
      ["+NPINGERR:2", "+NPINGERR:2", "coverage off", "pings"],
    ],
  },
  {
    group: "network",
    of: ["AT+CGATT?"],
    rows: [["+CGATT:1"], ["+CGATT:0", "+CGATT:0", "coverage off", "asks whether it is attached"]],
  },
  {
    group: "network",
    of: ["AT+CEREG?"],
    rows: [
      ["+CEREG:<n>,1…"],
      ["+CEREG:<n>,2…", "+CEREG:0,2", "coverage off", "asks for its registration"],
      ["+CEREG:<n>,3…", "+CEREG:0,3", "network denied", "asks for its registration"],
      ["+CEREG:<n>,5…", "+CEREG:0,5", "network roaming", "waits 10 s", "asks for its registration"],
    ],
  },
  {
    group: "network",
    of: ["AT+CSQ"],
    rows: [["+CSQ:99,99", "+CSQ:99,99", "coverage off", "asks for the signal"], ["+CSQ:<rssi>,99"]],
  },
  {
    group: "network",
    of: ["AT+COPS?"],
    rows: [["+COPS:<mode>,…"], ["+COPS:<mode>", "+COPS:0", "coverage off", "asks for the operator"]],
  },
  {
    group: "results",
    of: [uses.sequence],
    rows: [
      ["+NSOSTR:<socket>,<sequence>,1"],
      ["+NSOSTR:<socket>,<sequence>,0", "+NSOSTR:0,7,0", "coverage off", ...toSend],
    ],
  },
  { group: "URCs", of: ["AT+NSOCR="], rows: [["+NSONMI:<socket>,…"]] },
  {
    group: "URCs",
    of: ["AT+NSOCO="],
    rows: [["+NSOCLI: <socket>", "+NSOCLI: 0", "when link up: drop link", ...toDial]],
  },
  { group: "URCs", of: ["AT+QMTSUB="], rows: [["+QMTRECV: 0,<msgID>,…"]] },
  {
    group: "URCs",
    of: ["AT+CEREG="],
    rows: [
      [
        "+CEREG:<stat>…",
        "+CEREG:2",
        "when connected: coverage off for 30s",
        "wants to hear of its registration",
        "opens",
        "connects",
      ],
    ],
  },
  { group: "URCs", of: ["AT+CSCON="], rows: [["+CSCON:<mode>"]] },
  { group: "URCs", of: ["AT+NPSMR="], rows: [["+NPSMR:<mode>"]] },
  {
    group: "resets",
    of: [],
    rows: [
      ["REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET"],
      ["REBOOT_CAUSE_SECURITY_RESET_PIN", "REBOOT_CAUSE_SECURITY_RESET_PIN", "when attached: reset", "waits 1 s"],
      [
        "REBOOT_CAUSE_APPLICATION_WATCHDOG",
        "REBOOT_CAUSE_APPLICATION_WATCHDOG",
        "when PUBLISH sent: reset watchdog",
        "opens",
        "connects",
        "publishes",
      ],
    ],
  },
  { group: "resets", of: ["AT+NRB"], rows: [["REBOOT_CAUSE_APPLICATION_AT"]] },
];
