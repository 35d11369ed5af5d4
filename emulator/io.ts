import type { Octets } from "../at/octets.js";
import type { DownReason, LinkId } from "../mqtt/session.js";
import type { Nvm } from "./memory/nvm.js";
import type { RadioChange } from "./radio/radio.js";
import type { RebootCause } from "./reboot.js";
import type { RequestAct, RequestId, RequestOutcome } from "./request.js";
import type { SocketHandle } from "./sockets/endpoint.js";
import type { TraceEvent } from "./trace.js";

/** The inputs of the module. */
export type Stimulus =
  | { readonly from: "host"; readonly bytes: Uint8Array }
  | { readonly from: "link"; readonly link: LinkId; readonly event: LinkEvent }
  | { readonly from: "call"; readonly id: RequestId; readonly outcome: RequestOutcome }
  | { readonly from: "socket"; readonly handle: SocketHandle; readonly event: SocketEvent }
  | { readonly from: "world"; readonly change: WorldChange }
  | { readonly from: "clock" };

/** An event of a link. */
export type LinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: DownReason }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** `total` bytes of this link, from its start, have been handed to TCP. */
  | { readonly kind: "sent"; readonly total: number }
  | { readonly kind: "sendFailed" };

/** An event of a socket of the host. */
export type SocketEvent =
  | LinkEvent
  | { readonly kind: "datagram"; readonly address: string; readonly port: number; readonly bytes: Uint8Array }
  /** A datagram that had a number was handed to the network, or could not be. */
  | { readonly kind: "handed" | "notHanded"; readonly number: number };

/** Something that happens to the module from outside. */
export type WorldChange =
  | RadioChange
  /** The network detaches the module, which then searches again. */
  | { readonly kind: "detach" }
  | Reset
  /** The supply is cut, or comes back. */
  | { readonly kind: "power"; readonly on: boolean }
  /** The module sends this line as a URC. */
  | { readonly kind: "say"; readonly line: Octets };

/** A reset from outside. */
export interface Reset {
  readonly kind: "reset";
  readonly cause: RebootCause;
}

/** The outputs of the module, in their order. */
export type Effect =
  | { readonly to: "host"; readonly bytes: Uint8Array }
  | { readonly to: "link"; readonly link: LinkId; readonly act: LinkAct }
  | { readonly to: "call"; readonly id: RequestId; readonly act: RequestAct }
  | { readonly to: "socket"; readonly handle: SocketHandle; readonly act: SocketAct }
  /** The UART runs at `speed` bits per second from here on. With `cut`, output that has not left yet is lost. */
  | { readonly to: "port"; readonly speed: number; readonly cut?: true }
  /** The non-volatile memory has changed. */
  | { readonly to: "nvm"; readonly nvm: Nvm }
  | { readonly to: "trace"; readonly event: TraceEvent };

/** An action on a link. */
export type LinkAct =
  | { readonly kind: "dial"; readonly host: string; readonly port: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** FIN after the queued bytes. */
  | { readonly kind: "end" }
  /** RST at once. */
  | { readonly kind: "reset" }
  /** Reading stops until `resume`. Received bytes wait in TCP. */
  | { readonly kind: "pause" }
  | { readonly kind: "resume" };

/** An action on a socket of the host: on a TCP socket as on a link, or on a UDP socket. */
export type SocketAct =
  | LinkAct
  /** The first one opens the socket. Where it has a number, `handed` or `notHanded` is the answer. */
  | {
      readonly kind: "datagram";
      readonly address: string;
      readonly port: number;
      readonly bytes: Uint8Array;
      readonly number?: number;
    }
  | { readonly kind: "close" };
