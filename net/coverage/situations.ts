import type { RecordedEvent } from "../trace/recorded-event.js";
import type { CoveragePoint } from "./coverage-point.js";

/** What happens around an event: what the host waits for, and what has just passed. */
export interface Surroundings {
  /** When the line came that has no final result yet, by the module's clock in ms; undefined: there is none. */
  readonly pendingSince: number | undefined;
  /** A publish of QoS 1 or 2 is in flight. */
  readonly isPublishing: boolean;
  /** The MQTT session is connected. */
  readonly isConnected: boolean;
  /** The last +QMTRECV. */
  readonly lastReceived: string | undefined;
}

/** Something that happens, and how it is seen. */
interface Situation extends Omit<CoveragePoint, "group"> {
  is(event: RecordedEvent, around: Surroundings): boolean;
}

/** An answer that takes so long is late, in ms. decided */
const lateMs = 5000;

const connected = ["opens", "connects"] as const;
const published = [...connected, "publishes"] as const;
const publish = "AT+QMTPUB=";

const isAgain = (packet: string) => (event: RecordedEvent) =>
  event.kind === "packet" && event.way === "sent" && event.packet === packet && event.dup === true;
const did = (what: RegExp) => (event: RecordedEvent) => event.kind === "fault" && what.test(String(event.did));
const isFinal = ({ kind, line }: RecordedEvent): boolean =>
  kind === "answer" && /^(?:OK|ERROR|[04]|\+CME ERROR: .*)$/.test(String(line));
/** A message with an identifier, said twice in a row. */
const isRepeated = ({ kind, line }: RecordedEvent, { lastReceived }: Surroundings): boolean =>
  kind === "urc" && line === lastReceived && /^\+QMTRECV: 0,[1-9]/.test(String(line));

const table: readonly Situation[] = [
  {
    item: "a publish is sent again",
    of: [publish],
    recipe: { fault: "lose PUBACK", does: [...published, "waits"] },
    is: isAgain("PUBLISH"),
  },
  {
    item: "a message comes twice",
    of: ["AT+QMTSUB="],
    recipe: { fault: "duplicate PUBLISH from broker", does: [...connected, "subscribes", "publishes", "waits 1 s"] },
    is: isRepeated,
  },
  {
    item: "the link is lost while a publish is in flight",
    of: [publish],
    recipe: { fault: "when PUBLISH sent: drop link", does: published },
    is: ({ kind }, { isPublishing }) => kind === "down" && isPublishing,
  },
  {
    item: "a TCP socket gets no connection",
    of: ["AT+NSOCO="],
    recipe: { fault: "refuse dial", does: ["creates a TCP socket", "connects it"] },
    is: ({ kind, state }, { pendingSince }) => kind === "socket" && state === "down" && pendingSince !== undefined,
  },
  {
    item: "a datagram to the host is lost",
    of: ["AT+NSOST="],
    recipe: { fault: "lose datagram to host", does: ["creates a UDP socket", "sends a datagram"] },
    is: did(/^a datagram to the host is lost$/),
  },
  {
    item: "the network goes while the link is up",
    of: ["AT+QMTCONN="],
    recipe: { fault: "when connected: coverage off for 30s", does: connected },
    is: ({ kind, state }, { isConnected }) => kind === "network" && state === "detached" && isConnected,
  },
  {
    item: "a reset while the link is up",
    of: ["AT+QMTCONN="],
    recipe: { fault: "when connected: reset watchdog", does: connected },
    is: ({ kind }, { isConnected }) => kind === "reboot" && isConnected,
  },
  {
    item: "a reset in place of an answer",
    recipe: { fault: "when host sends AT: reset watchdog", does: ["asks for the signal"] },
    is: ({ kind, reason }, { pendingSince }) =>
      kind === "reboot" && pendingSince !== undefined && reason !== "REBOOT_CAUSE_APPLICATION_AT",
  },
  {
    item: "a command gets no answer",
    recipe: { fault: "ignore AT", does: ["asks for the signal"] },
    is: did(/^not carried out: no answer$/),
  },
  {
    item: "an answer takes 5 s or more",
    recipe: { fault: "delay answer AT 6s", does: ["asks for the signal", "waits 10 s"] },
    is: (event, { pendingSince }) => pendingSince !== undefined && isFinal(event) && event.t - pendingSince >= lateMs,
  },
  {
    item: "a URC between a command and its answer",
    recipe: { fault: 'say "+CEREG:1" before an answer', does: ["asks for the signal"] },
    is: ({ kind, did }, { pendingSince }) =>
      kind === "urc" ? pendingSince !== undefined : kind === "fault" && did === "said before an answer",
  },
  {
    item: "the prompt does not come",
    of: [publish],
    recipe: { fault: "lose prompt", does: published },
    is: did(/^a prompt is lost$/),
  },
  {
    item: "bytes to the host are lost or wrong",
    recipe: { fault: "flip 3 bytes to host", does: ["asks for the signal"] },
    is: (event) => did(/to the host$/)(event) && /\b(?:lose|flip)\b/.test(String(event.fault)),
  },
  {
    item: "noise before the banner",
    recipe: { fault: "noise 00ff at reset", does: ["waits 1 s"] },
    is: did(/^noise before the banner$/),
  },
];

/** What can happen around lines and packets. */
export const situations: readonly (Situation & CoveragePoint)[] = table.map((each) => ({
  ...each,
  group: "situations",
}));
