import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** The number of a request. An outcome with another number is too late. */
export type RequestId = number;

/** A request of the module to the network, other than a link. */
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

/** Starts a request, or cancels it. */
export type RequestAct = NetworkRequest | { readonly kind: "giveUp" };

/** The outcome of a request. */
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

/** A request that is under way. */
export interface PendingRequest {
  readonly id: RequestId;
  /** The deadline. */
  readonly until: Millis;
  /** The outcome, where it came during PSM. */
  readonly outcome?: RequestOutcome;
}

/** The requests under way: at most one of each kind. */
export type PendingRequests = { readonly [K in NetworkRequest["kind"]]?: PendingRequest };
