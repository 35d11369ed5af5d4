import type { Octets } from "../at/octets.js";
import type { ClientPacket, Millis, ServerPacket } from "../mqtt/packet.js";
import type { DownReason, LinkId, Phase } from "../mqtt/session.js";
import type { RadioChange } from "./radio/radio.js";
import type { RebootCause } from "./reboot.js";
import type { NetworkRequest, RequestOutcome } from "./request.js";
import type { SocketId } from "./sockets/endpoint.js";

/** The outcome of a request. Only the size of an answer is shown, because it may hold a password. */
export type ShownOutcome =
  | Exclude<RequestOutcome, { readonly kind: "posted" }>
  | { readonly kind: "posted"; readonly status: number; readonly size: number }
  | { readonly kind: "givenUp" };

/** What happens to a socket of the host. */
export type SocketChange =
  | { readonly state: "created"; readonly protocol: "UDP" | "TCP"; readonly port: number }
  | { readonly state: "dialled"; readonly address: string; readonly port: number }
  | { readonly state: "up" }
  /** It was lost, or not established. */
  | { readonly state: "down"; readonly reason: DownReason }
  /** The module closes it. */
  | { readonly state: "closed" }
  /** A datagram that had no room was dropped. */
  | { readonly state: "full"; readonly bytes: number }
  /** A datagram did not reach the module, because there is no network. */
  | { readonly state: "unreachable"; readonly bytes: number }
  /** Data of the host that came before the connection were dropped. */
  | { readonly state: "early"; readonly bytes: number };

/** What a fault has acted on, where that is one packet or one line for the host, and what became of it. */
export interface FaultHit {
  readonly effect: "lost" | "delayed" | "doubled" | "corrupted" | "answered";
  /** The type of a packet, its way as the module sees it, and its identifier if it has one. */
  readonly packet?: string;
  readonly way?: "sent" | "received";
  readonly msgId?: number;
  /** A URC, or the prompt. */
  readonly line?: Octets;
}

/** A setting that the host has changed. */
export interface SettingChange {
  /** `E`, `V`, `CMEE`, a setting of AT+QMTCFG, `QREGSWT`, or a function of AT+NCONFIG. */
  readonly name: string;
  readonly value: string;
  readonly before: string;
  /** It takes effect at the next reboot. Left out: at once. */
  readonly from?: "reboot";
}

/** An event of the trace, in order with the effects. Secrets are masked. */
export type TraceEvent =
  /** A command line of the host, without its terminator. */
  | {
      readonly kind: "line";
      readonly line: Octets;
      readonly terminator: Octets;
      /** How many ms before this event the first byte of the line came. Left out: 0. */
      readonly begun?: Millis;
      /** Its first byte came before the final result of the line before it. */
      readonly early?: true;
    }
  /** A payload of the host, masked from the first command in it on, and its size in bytes. */
  | {
      readonly kind: "payload";
      readonly payload: Octets;
      readonly size: number;
      /** How many of its bytes came before the prompt. Left out: none. */
      readonly early?: number;
      /** How many bytes of the host were over the limit, and are not part of it. Left out: none. */
      readonly lost?: number;
      /** It ended when it had its length, or was full. Left out: at Ctrl+Z. */
      readonly end?: "length" | "full";
    }
  | { readonly kind: "cancelled" }
  /** An information line, a final result or the prompt, without CR and LF. */
  | { readonly kind: "answer"; readonly line: Octets }
  | { readonly kind: "urc"; readonly line: Octets }
  | { readonly kind: "packet"; readonly way: "sent"; readonly packet: ClientPacket }
  | { readonly kind: "packet"; readonly way: "received"; readonly packet: ServerPacket }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "dial"; readonly link: LinkId; readonly host: string; readonly port: number }
  | { readonly kind: "up"; readonly link: LinkId }
  | { readonly kind: "down"; readonly link: LinkId; readonly reason: DownReason }
  | { readonly kind: "hangUp"; readonly link: LinkId; readonly how: "end" | "reset"; readonly why: string | undefined }
  /** A DNS look-up or an HTTP POST starts. */
  | { readonly kind: "call"; readonly call: NetworkRequest }
  | { readonly kind: "outcome"; readonly outcome: ShownOutcome }
  | ({ readonly kind: "socket"; readonly socket: SocketId } & SocketChange)
  | {
      readonly kind: "datagram";
      readonly socket: SocketId;
      readonly way: "sent" | "received";
      readonly address: string;
      readonly port: number;
      readonly payload: Uint8Array;
    }
  /** Bytes of a TCP socket. */
  | {
      readonly kind: "data";
      readonly socket: SocketId;
      readonly way: "sent" | "received";
      readonly payload: Uint8Array;
    }
  /** Input without an effect, or that is not allowed. */
  | { readonly kind: "ignored"; readonly what: string }
  | { readonly kind: "violation"; readonly why: string }
  | { readonly kind: "radio"; readonly change: RadioChange }
  | { readonly kind: "network"; readonly state: "attached" | "detached" | "asleep" | "awake" }
  | { readonly kind: "reboot"; readonly cause: RebootCause }
  /** The boot has ended with the banner. */
  | { readonly kind: "booted"; readonly cause: RebootCause }
  | { readonly kind: "power"; readonly on: boolean }
  /** A fault has acted: its number, its sentence, and what it did. */
  | ({ readonly kind: "fault"; readonly id: number; readonly fault: string; readonly did: string } & Partial<FaultHit>)
  | ({ readonly kind: "setting" } & SettingChange)
  /** A secret stands in a topic or a payload that goes to the broker. */
  | { readonly kind: "exposed"; readonly secret: "password" | "device secret"; readonly in: "topic" | "payload" }
  /** Input of the host that was lost: without power, during a boot, beyond the limit while an answer was pending, by a fault. */
  | { readonly kind: "dropped"; readonly bytes: number; readonly why: "off" | "boot" | "busy" | "fault" };
