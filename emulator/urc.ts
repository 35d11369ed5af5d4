import { fromBytes, fromText, type Octets } from "../at/octets.js";
import type { Operation, Report } from "../mqtt/session.js";
import type { Quirks } from "./profile/quirks.js";

type Lines = {
  readonly [K in Report["kind"]]: (report: Extract<Report, { readonly kind: K }>, quirks: Quirks) => Octets;
};

const urcOf: Readonly<Record<Operation, Octets>> = {
  publish: "+QMTPUB",
  pubrel: "+QMTPUBREL", // guide, figure 1
  subscribe: "+QMTSUB",
  unsubscribe: "+QMTUNS",
};

/** The line of each report (note 3.2 and 5). The link id is always 0. */
const lines: Lines = {
  opened: ({ result }) => `+QMTOPEN: 0,${result}`,
  closed: ({ result }) => `+QMTCLOSE: 0,${result}`,
  connected: ({ returnCode }) => `+QMTCONN: 0,0,${returnCode}`,
  connectFailed: () => "+QMTCONN: 0,2",
  disconnected: ({ result }) => `+QMTDISC: 0,${result}`,
  subscribed: ({ id, granted }) => `+QMTSUB: 0,${id},0,${granted.join(",")}`,
  unsubscribed: ({ id }) => `+QMTUNS: 0,${id},0`,
  published: ({ id }) => `+QMTPUB: 0,${id},0`,
  retransmitted: ({ operation, id, times }) => `${urcOf[operation]}: 0,${id},1,${times}`,
  failed: ({ operation, id }) => `${urcOf[operation]}: 0,${id},2`,
  received: ({ id, topic, payload }, { receivedPayload }) => {
    const quote = receivedPayload === "quoted" ? '"' : "";
    return `+QMTRECV: 0,${id},"${fromText(topic)}",${quote}${fromBytes(payload)}${quote}`;
  },
  stat: ({ code }) => `+QMTSTAT: 0,${code}`,
};

/** The URC of a report, without CR and LF. */
export const urc = <K extends Report["kind"]>(report: Extract<Report, { readonly kind: K }>, quirks: Quirks): Octets =>
  (lines[report.kind] as Lines[K])(report, quirks);

/** The `<result_code>` of a failed AT+QMTENAUTH (note 3.2.2). */
export type TokenFailure = 1 | 2 | 3 | 4 | 5 | 6;

/** The URCs of AT+QMTENAUTH. */
export const grantedLine = (password: Octets): Octets => `+QMTTENAUTH: 0,${password}`;
export const refusedLine = (result: TokenFailure): Octets => `+QMTTENAUTH: ${result}`;

/** The URC of AT+QDNS (AT manual). */
export const resolvedLine = (address: string | undefined): Octets => `+QDNS:${address ?? "FAIL"}`;
