import type { CallOutcome, LinkEvent, Stimulus } from "../../emulator/border.js";
import { type RebootCause, rebootCauses } from "../../emulator/reboot.js";
import type { DownReason } from "../../mqtt/session.js";
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

/** `resolved <address>` or `unresolved`, perhaps of the call before the last; undefined where it is about a link. */
export function outcomeOf(text: string): CallOutcome | undefined {
  const [found, address] = /^(?:old )?(?:resolved (\S+)|unresolved)$/.exec(text) ?? [];
  return found === undefined ? undefined : { kind: "resolved", address };
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
