import type { LinkEvent, Stimulus } from "../../emulator/io.js";
import { type RebootCause, rebootCauses } from "../../emulator/reboot.js";
import type { PostFailure, RequestAct, RequestOutcome } from "../../emulator/request.js";
import { downReasons } from "../../mqtt/io.js";
import { bytesOf } from "./escapes.js";
import { hexBytes } from "./host-text.js";
import { serverPacket } from "./server-packet.js";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** The ms of a span such as `10 s`. */
export function spanOf(text: string): number {
  const [, amount, unit = ""] = /^(\d+) (ms|s|min|h)$/.exec(text) ?? [];
  const factor = units[unit];
  if (amount === undefined || factor === undefined) throw new SyntaxError(`"${text}" is no span of time`);
  return Number(amount) * factor;
}

/** The link event of `up`, `down <reason>` or `sendFailed`. */
export function linkEventOf(text: string): LinkEvent {
  if (text === "up" || text === "sendFailed") return { kind: text };
  const reason = downReasons.find((each) => text === `down ${each}`);
  if (reason === undefined) throw new SyntaxError(`the network cannot say "${text}"`);
  return { kind: "down", reason };
}

const failures: readonly PostFailure[] = ["unresolved", "noSocket", "sendFailed", "notHttp"];

/**
 * The outcome of a request: `resolved <address>` or `unresolved`, `posted <status> "<body>"` or `not posted <why>`, each
 * with `old` before it for the request before the last. Undefined for a line about a link.
 */
export function outcomeOf(text: string): RequestOutcome | undefined {
  const outcome = text.replace(/^old /, "");
  const [found, address] = /^(?:resolved (\S+)|unresolved)$/.exec(outcome) ?? [];
  if (found !== undefined) return { kind: "resolved", address };
  const why = failures.find((each) => outcome === `not posted ${each}`);
  if (why !== undefined) return { kind: "notPosted", why };
  const [, status, body = ""] = /^posted (\d+) "(.*)"$/.exec(outcome) ?? [];
  return status === undefined ? undefined : { kind: "posted", status: Number(status), body: bytesOf(body) };
}

/** The text of a request in a `network<` line. */
export function requestText(act: RequestAct): string {
  if (act.kind === "giveUp") return "given up";
  if (act.kind === "resolve") return `resolve "${act.host}"`;
  const name = act.host.includes(":") ? `[${act.host}]` : act.host;
  return `post "http://${name}:${act.port}${act.path}" ${act.body}`;
}

/** The bytes of a `broker>` line: packets in their notation with ` / ` between them, or bytes as `0x…`. */
export function brokerInput(text: string): Buffer {
  return hexBytes(text) ?? Buffer.concat(text.split(" / ").map(serverPacket));
}

const changes: Readonly<Record<string, object>> = {
  "coverage lost": { coverage: false },
  "coverage back": { coverage: true },
  "sim removed": { sim: false },
  "sim inserted": { sim: true },
  "network home": { network: "home" },
  "network roaming": { network: "roaming" },
  "network denied": { network: "denied" },
};

const isCause = (name: string): name is RebootCause => rebootCauses.some((cause) => cause === name);

/** The stimulus of a `module>` line: a change of coverage, SIM, network or signal, or a reset. */
export function outsideChangeOf(text: string): Stimulus {
  const [, rssi] = /^rssi (\d+)$/.exec(text) ?? [];
  if (rssi !== undefined) return { from: "world", change: { kind: "radio", rssi: Number(rssi) } };
  const cause = `REBOOT_CAUSE_${text.replace(/^reset /, "")}`;
  if (text.startsWith("reset ") && isCause(cause)) return { from: "world", change: { kind: "reset", cause } };
  const change = changes[text];
  if (change === undefined) throw new SyntaxError(`the module does not know "${text}"`);
  return { from: "world", change: { kind: "radio", ...change } };
}
