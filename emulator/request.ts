import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";

/** The number of a request. An outcome with another number is too late. */
export type RequestId = number;

/** A request of the module to the network, other than a link. */
export type NetworkRequest =
  | { readonly kind: "resolve"; readonly host: string }
  /** An HTTP POST of an encoded form. */
  | {
      readonly kind: "post";
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly body: Octets;
    };

/** The start of a request, or its cancellation. */
export type RequestAct = NetworkRequest | { readonly kind: "giveUp" };

/** The outcome of a request. */
export type RequestOutcome =
  /** `address` is undefined where the name does not resolve. */
  | { readonly kind: "resolved"; readonly address: string | undefined }
  /** An HTTP answer. Of a long body there is only the beginning. */
  | { readonly kind: "posted"; readonly status: number; readonly body: Uint8Array }
  | { readonly kind: "notPosted"; readonly why: PostFailure };

/** Why there is no HTTP answer. */
export type PostFailure =
  | "unresolved"
  /** Refused, unreachable, or any other failure before the connection was up. */
  | "noSocket"
  /** The request could not be sent. */
  | "sendFailed"
  /** The peer sent no HTTP answer, or closed before it. */
  | "notHttp";

/** A request without an outcome, or with one that waits. */
export interface PendingRequest {
  readonly id: RequestId;
  /** The deadline. */
  readonly until: Millis;
  /** The outcome, when it came during PSM. */
  readonly outcome?: RequestOutcome;
}

/** The pending requests: at most one of each kind. */
export type PendingRequests = { readonly [K in NetworkRequest["kind"]]?: PendingRequest };
