import type { ClientPacket, Connect, MessageId, Millis, Qos, ServerPacket, TopicRequest } from "./packet.js";

/** The state of the client between one QMTOPEN and the next. */
export type Phase = "idle" | "opening" | "open" | "connecting" | "connected" | "disconnecting";

/** The number of a dial; events of a link with another number come too late and are ignored. */
export type LinkId = number;

/** Every reason why a link was not established, or ended. */
export const downReasons = [
  "closed", // the peer sent FIN
  "reset", // the peer sent RST
  "refused",
  "unresolved", // the name does not resolve
  "unreachable", // no route to the host or the network
  "timedOut",
  "networkGone", // the radio is detached or without coverage
  "pdpRefused", // the network gives no PDP context
  "failed", // anything else
] as const;

/** Why a link was not established, or ended. */
export type DownReason = (typeof downReasons)[number];

/** What the host asks for with AT+QMT… */
export type Request =
  | { readonly kind: "open"; readonly host: string; readonly port: number }
  | { readonly kind: "close" }
  | ({ readonly kind: "connect" } & Omit<Connect, "type">)
  | { readonly kind: "disconnect" }
  | { readonly kind: "subscribe"; readonly id: MessageId; readonly topics: readonly TopicRequest[] }
  | { readonly kind: "unsubscribe"; readonly id: MessageId; readonly topics: readonly string[] }
  | {
      readonly kind: "publish";
      readonly id: MessageId;
      readonly qos: Qos;
      readonly retain: boolean;
      readonly topic: string;
      readonly payload: Uint8Array;
    };

/** What happens on the link. */
export type LinkInput =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: DownReason }
  | { readonly kind: "packet"; readonly packet: ServerPacket }
  /** The broker sent what is not MQTT, or what no server may send. */
  | { readonly kind: "violation"; readonly why: string }
  /** TCP has taken the first `packets` packets of this link. */
  | { readonly kind: "sent"; readonly packets: number }
  | { readonly kind: "sendFailed" };

/** Everything that a step can take in. */
export type Input = Request | LinkInput | { readonly kind: "time" };

/** What was retransmitted, or failed. */
export type Operation = "publish" | "pubrel" | "subscribe" | "unsubscribe";

/** What the host is told. */
export type Report =
  | { readonly kind: "opened"; readonly result: -1 | 0 | 1 | 2 | 3 | 4 | 5 }
  | { readonly kind: "closed"; readonly result: -1 | 0 }
  | { readonly kind: "connected"; readonly returnCode: 0 | 1 | 2 | 3 | 4 | 5 }
  | { readonly kind: "connectFailed" }
  | { readonly kind: "disconnected"; readonly result: -1 | 0 }
  | { readonly kind: "subscribed"; readonly id: MessageId; readonly granted: readonly number[] }
  | { readonly kind: "unsubscribed"; readonly id: MessageId }
  | { readonly kind: "published"; readonly id: MessageId; readonly qos: Qos }
  | { readonly kind: "retransmitted"; readonly operation: Operation; readonly id: MessageId; readonly times: number }
  | { readonly kind: "failed"; readonly operation: Exclude<Operation, "pubrel">; readonly id: MessageId }
  | {
      readonly kind: "received";
      readonly id: MessageId;
      readonly qos: Qos;
      readonly topic: string;
      readonly payload: Uint8Array;
    }
  | { readonly kind: "stat"; readonly code: 1 | 2 | 3 | 4 | 5 | 6 | 7 };

/** What the caller of a step has to do. */
export type Effect =
  | { readonly kind: "dial"; readonly link: LinkId; readonly host: string; readonly port: number }
  | { readonly kind: "send"; readonly packet: ClientPacket }
  /** Ends the link. `end`: FIN after what is queued; `reset`: RST at once. `why` is for the log. */
  | { readonly kind: "hangUp"; readonly link: LinkId; readonly how: "end" | "reset"; readonly why?: string }
  | { readonly kind: "report"; readonly report: Report }
  /** An input that changes nothing; for the log. */
  | { readonly kind: "ignored"; readonly what: string };

/** The settings at the moment of a step. */
export interface Config {
  /** `<pkt_timeout>` in ms. */
  readonly pktTimeout: Millis;
  /** `<retry_times>`, 0 to 10. */
  readonly retryTimes: number;
  /** `<timeout_notice>`: the host is told of each retransmission. */
  readonly timeoutNotice: boolean;
  /** Whether MQTT 3.1 sets DUP in a PUBREL, SUBSCRIBE or UNSUBSCRIBE that is sent again. */
  readonly dup31: "set" | "clear";
  /** The +QMTSTAT that follows a CONNACK with a refusal. */
  readonly afterRefusal: 4 | 1 | "silent";
  /** After QMTDISC: close at once, or wait until the server closes. */
  readonly afterDisconnect: "close" | "wait";
}

/** Why a request is refused: errors 3, 50 and 159 of the note's chapter 4, in this order. */
export type Refusal = "wrongState" | "idInFlight" | "windowFull";
