import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** Names one call: an outcome for another one comes too late. */
export type RequestId = number;

/** What else than a link the module asks of the network. */
export type NetworkRequest =
  | { readonly kind: "resolve"; readonly host: string }
  /** HTTP: a form is posted, in its encoding. */
  | {
      readonly kind: "post";
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly body: Octets;
    };

/** What becomes of a call: it is made, or nobody waits for it any more. */
export type RequestAct = NetworkRequest | { readonly kind: "giveUp" };

/** What came of a call. */
export type RequestOutcome =
  /** No address where the name does not resolve. */
  | { readonly kind: "resolved"; readonly address: string | undefined }
  /** HTTP answered; of a long body only the beginning. */
  | { readonly kind: "posted"; readonly status: number; readonly body: Uint8Array }
  | { readonly kind: "notPosted"; readonly why: PostFailure };

/** Why HTTP did not answer. */
export type PostFailure =
  | "unresolved"
  /** Refused, unreachable, or anything else before there was a connection. */
  | "noSocket"
  /** The peer did not take what was sent. */
  | "sendFailed"
  /** What came is no answer, or none came before the peer closed. */
  | "notHttp";

/** A call that the module has made, and that is not over yet. */
export interface PendingRequest {
  readonly id: RequestId;
  /** When the module gives it up. */
  readonly until: Millis;
  /** What has come of it, while the module sleeps and cannot hear it. */
  readonly outcome?: RequestOutcome;
}

/** All of them: one of each kind at most. */
export type PendingRequests = { readonly [K in NetworkRequest["kind"]]?: PendingRequest };
