import type { RecordedEvent } from "../recorded-event.js";
import { payloadText, sizeText, textOf } from "./packet-rows.js";
import type { Shape, Sketch } from "./row.js";

const row = (shape: Shape, text: string, tone: Sketch["tone"], key = text): Sketch => ({
  topics: ["sockets"],
  side: "broker",
  shape,
  tone,
  text,
  key: `socket ${key}`,
});

const remark = { kind: "note", sign: "remark" } as const;
const tcpStep = (from: "module" | "broker") => ({ kind: "arrow", from, dotted: true }) as const;

/** Reasons for which the far end has ended a connection, in TCP's words. */
const byPeer: Readonly<Record<string, string>> = { closed: "FIN", reset: "RST" };

/** The row of an event of kind `socket`: what becomes of a socket of the host. */
export function socketSketch({ state, socket, protocol, port, address, reason, bytes }: RecordedEvent): Sketch {
  const name = `socket ${textOf(socket)}`;
  switch (state) {
    case "created":
      return row(remark, `${name}: ${textOf(protocol)}${port === 0 ? "" : `, port ${textOf(port)}`}`, "quiet");
    case "dialled":
      return row(tcpStep("module"), `${name}: dial ${textOf(address)}:${textOf(port)}`, "link");
    case "up":
      return row({ kind: "bar" }, `${name}: TCP is up`, "link");
    case "down": {
      const step = byPeer[textOf(reason)];
      if (step !== undefined) return row(tcpStep("broker"), `${name}: ${step}`, "trouble");
      return row({ kind: "bar" }, `${name}: TCP is gone: ${textOf(reason)}`, "trouble");
    }
    case "full":
      return row(remark, `${name}: ${sizeText(bytes)} were lost: the host does not read`, "trouble");
    case "unreachable":
      return row({ kind: "bar" }, `${name}: ${sizeText(bytes)} were lost: there is no network`, "trouble");
    case "early":
      return row(remark, `${name}: ${sizeText(bytes)} were lost: TCP is not up yet`, "trouble");
    default:
      return row(remark, `${name}: ${textOf(state)}`, "quiet");
  }
}

/** The row of a datagram, or of bytes of a TCP socket. */
export function carriedSketch(event: RecordedEvent): Sketch {
  const { kind, way, socket, address, port } = event;
  const name = `socket ${textOf(socket)}`;
  const place = kind === "datagram" ? ` ${way === "sent" ? "to" : "from"} ${textOf(address)}:${textOf(port)}` : "";
  const from = way === "sent" ? "module" : "broker";
  return row(
    { kind: "arrow", from },
    `${name}${place}: ${payloadText(event)}`,
    "packet",
    `${kind} ${from} ${name}${place}`,
  );
}
