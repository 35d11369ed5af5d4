import type { DownReason } from "../../mqtt/session.js";

/** What node says when a link fails, in our words; what is not here is `failed`. */
const reasons: { readonly [code: string]: DownReason } = {
  ECONNREFUSED: "refused",
  ENOTFOUND: "unresolved",
  ENODATA: "unresolved",
  ESERVFAIL: "unresolved",
  EAI_AGAIN: "unresolved",
  EAI_FAIL: "unresolved",
  EAI_NODATA: "unresolved",
  EAI_NONAME: "unresolved",
  EHOSTUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable", // an IPv6 address where there is no IPv6
  ETIMEDOUT: "timedOut",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
};

/** Why a link failed. Where a name has several addresses, each of them failed: the first tells why. */
export function reasonOf(error: NodeJS.ErrnoException): DownReason {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  return reasons[first?.code ?? ""] ?? "failed";
}
