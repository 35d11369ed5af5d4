import type { ClientPacket, Connect, MessageId, Millis, Qos, ServerPacket, TopicRequest } from "./packet.js";

/** Where the client stands between two QMTOPENs. */
export type Phase = "idle" | "opening" | "open" | "connecting" | "connected" | "disconnecting";

/** Names one dial: whatever comes late for another one is not ours. */
export type LinkId = number;

/** Why a link did not come up, or went. */
export type DownReason =
  | "closed" // the peer sent FIN, or hung up
  | "reset" // the peer sent RST
  | "refused"
  | "unresolved" // the name does not resolve
  | "unreachable" // no way to the host or the network
  | "timedOut"
  | "networkGone" // detached, coverage lost: the radio says so
  | "failed"; // anything else

/** What the host asked for: the requests of AT+QMT…, as data. */
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

/** What happens to the link and on it. */
export type LinkInput =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: DownReason }
  | { readonly kind: "packet"; readonly packet: ServerPacket }
  /** What came is not MQTT, or not allowed: the link must go. */
  | { readonly kind: "violation"; readonly why: string }
  /** The first `packets` packets sent on this link have left for TCP. */
  | { readonly kind: "sent"; readonly packets: number }
  | { readonly kind: "sendFailed" };

/** Everything that a step can begin with. */
export type Input = Request | LinkInput | { readonly kind: "time" };

/** What a retransmission or a failure was of. */
export type Matter = "publish" | "pubrel" | "subscribe" | "unsubscribe";

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
  | { readonly kind: "retransmitted"; readonly matter: Matter; readonly id: MessageId; readonly times: number }
  | { readonly kind: "failed"; readonly matter: Exclude<Matter, "pubrel">; readonly id: MessageId }
  | {
      readonly kind: "received";
      readonly id: MessageId;
      readonly qos: Qos;
      readonly topic: string;
      readonly payload: Uint8Array;
    }
  | { readonly kind: "stat"; readonly code: 1 | 2 | 3 | 4 | 5 | 6 | 7 };

/** What a step asks of the caller, in this order. */
export type Effect =
  | { readonly kind: "dial"; readonly link: LinkId; readonly host: string; readonly port: number }
  | { readonly kind: "send"; readonly packet: ClientPacket }
  /** `end`: FIN after what is queued. `reset`: at once. `why` is for the log. */
  | { readonly kind: "hangUp"; readonly link: LinkId; readonly how: "end" | "reset"; readonly why?: string }
  | { readonly kind: "report"; readonly report: Report }
  /** Something came that changes nothing: for the log. */
  | { readonly kind: "ignored"; readonly what: string };

/** The settings that count at the moment of a step. */
export interface Config {
  /** `<pkt_timeout>` in ms. */
  readonly pktTimeout: Millis;
  /** `<retry_times>`, 0 to 10. */
  readonly retryTimes: number;
  /** `<timeout_notice>`: tell each retransmission. */
  readonly timeoutNotice: boolean;
  readonly dup31: "set" | "clear";
  readonly afterRefusal: 4 | 1 | "silent";
  readonly afterDisconnect: "close" | "wait";
}

/** Why a request is not taken: 3, 50 and 159 of the note's chapter 4, in this order. */
export type Refusal = "wrongState" | "idInFlight" | "windowFull";
