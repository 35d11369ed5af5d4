import type { LinkEvent, Stimulus } from "../../emulator/io.js";
import { type RebootCause, rebootCauses } from "../../emulator/reboot.js";
import type { PostFailure, RequestAct, RequestOutcome } from "../../emulator/request.js";
import type { DownReason } from "../../mqtt/session.js";
import { bytesOf } from "./escapes.js";
import { hexBytes } from "./host-text.js";
import { serverPacket } from "./server-packet.js";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** `10 s` in ms. */
export function spanOf(text: string): number {
  const [, amount, unit = ""] = /^(\d+) (ms|s|min|h)$/.exec(text) ?? [];
  const factor = units[unit];
  if (amount === undefined || factor === undefined) throw new SyntaxError(`"${text}" is no span of time`);
  return Number(amount) * factor;
}

const reasons: readonly DownReason[] = [
  "closed",
  "reset",
  "refused",
  "unresolved",
  "unreachable",
  "timedOut",
  "networkGone",
  "failed",
];

/** `up`, `down <reason>` or `sendFailed`. */
export function linkEventOf(text: string): LinkEvent {
  if (text === "up" || text === "sendFailed") return { kind: text };
  const reason = reasons.find((each) => text === `down ${each}`);
  if (reason === undefined) throw new SyntaxError(`the network cannot say "${text}"`);
  return { kind: "down", reason };
}

const failures: readonly PostFailure[] = ["unresolved", "noSocket", "sendFailed", "notHttp"];

/**
 * `resolved <address>` or `unresolved`, `posted <status> "<body>"` or `not posted <why>`, perhaps of the call before the
 * last; undefined where it is about a link.
 */
export function outcomeOf(text: string): RequestOutcome | undefined {
  const told = text.replace(/^old /, "");
  const [found, address] = /^(?:resolved (\S+)|unresolved)$/.exec(told) ?? [];
  if (found !== undefined) return { kind: "resolved", address };
  const why = failures.find((each) => told === `not posted ${each}`);
  if (why !== undefined) return { kind: "notPosted", why };
  const [, status, body = ""] = /^posted (\d+) "(.*)"$/.exec(told) ?? [];
  return status === undefined ? undefined : { kind: "posted", status: Number(status), body: bytesOf(body) };
}

/** A call as a conversation hears it. */
export function callText(act: RequestAct): string {
  if (act.kind === "giveUp") return "given up";
  if (act.kind === "resolve") return `resolve "${act.host}"`;
  const name = act.host.includes(":") ? `[${act.host}]` : act.host;
  return `post "http://${name}:${act.port}${act.path}" ${act.body}`;
}

/** Packets in their notation, ` / ` between them, or bytes as `0x…`. */
export function brokerSays(text: string): Buffer {
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

/** What the world does to the module: coverage, SIM, network, signal, a reset. */
export function worldOf(text: string): Stimulus {
  const [, rssi] = /^rssi (\d+)$/.exec(text) ?? [];
  if (rssi !== undefined) return { from: "world", change: { kind: "radio", rssi: Number(rssi) } };
  const cause = `REBOOT_CAUSE_${text.replace(/^reset /, "")}`;
  if (text.startsWith("reset ") && isCause(cause)) return { from: "world", change: { kind: "reset", cause } };
  const change = changes[text];
  if (change === undefined) throw new SyntaxError(`the module does not know "${text}"`);
  return { from: "world", change: { kind: "radio", ...change } };
}
