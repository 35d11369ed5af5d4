import type { DownReason, LinkId } from "../mqtt/session.js";
import type { Nvm } from "./memory/nvm.js";
import type { RadioChange } from "./radio/radio.js";
import type { RebootCause } from "./reboot.js";
import type { RequestAct, RequestId, RequestOutcome } from "./request.js";
import type { TraceEvent } from "./trace.js";

/** Everything that can reach the module. */
export type Stimulus =
  | { readonly from: "host"; readonly bytes: Uint8Array }
  | { readonly from: "link"; readonly link: LinkId; readonly event: LinkEvent }
  | { readonly from: "call"; readonly id: RequestId; readonly outcome: RequestOutcome }
  | { readonly from: "world"; readonly change: RadioChange | Reset }
  | { readonly from: "clock" };

/** What a link tells. */
export type LinkEvent =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: DownReason }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** So many bytes of this link, from its start, have been handed to TCP. */
  | { readonly kind: "sent"; readonly total: number }
  | { readonly kind: "sendFailed" };

/** Somebody resets the module from outside. */
export interface Reset {
  readonly kind: "reset";
  readonly cause: RebootCause;
}

/** Everything that the module does, in the order in which it does it. */
export type Effect =
  | { readonly to: "host"; readonly bytes: Uint8Array }
  | { readonly to: "link"; readonly link: LinkId; readonly act: LinkAct }
  | { readonly to: "call"; readonly id: RequestId; readonly act: RequestAct }
  /** From here on the UART runs at so many bits per second; with `cut`, what it has not sent yet is lost. */
  | { readonly to: "port"; readonly speed: number; readonly cut?: true }
  /** What is to be kept over a power-off is now this. */
  | { readonly to: "nvm"; readonly nvm: Nvm }
  | { readonly to: "trace"; readonly event: TraceEvent };

/** What is asked of a link. */
export type LinkAct =
  | { readonly kind: "dial"; readonly host: string; readonly port: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** FIN after what is queued. */
  | { readonly kind: "end" }
  /** RST at once. */
  | { readonly kind: "reset" }
  /** Stop reading, and read on: what comes meanwhile waits in TCP. */
  | { readonly kind: "pause" }
  | { readonly kind: "resume" };
