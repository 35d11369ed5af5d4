import type { Octets } from "../../at/octets.js";
import type { Endpoint, SocketId } from "../../emulator/sockets/endpoint.js";
import type { DownReason } from "../../mqtt/session.js";
import type { Millis } from "../time/clock.js";

/** What a line of the module tells of the far end: the network, or a server. */
export type Fact =
  | { readonly of: "open"; readonly result: number }
  /** A CONNACK; undefined: there was none. */
  | { readonly of: "connect"; readonly returnCode: number | undefined }
  | {
      readonly of: "publish" | "subscribe" | "unsubscribe";
      readonly id: number;
      readonly granted: readonly number[] | undefined;
    }
  | { readonly of: "message"; readonly id: number; readonly topic: Octets; readonly payload: Octets }
  | { readonly of: "stat"; readonly code: number }
  | { readonly of: "address"; readonly address: string | undefined }
  /** A password of the token server, or a result code. */
  | { readonly of: "token"; readonly token: Octets | number }
  | { readonly of: "coverage"; readonly coverage: boolean }
  /** A start that no command of the host has caused. */
  | { readonly of: "start"; readonly cause: string }
  /** The answer to AT+NSOCO, or +NSOCO where that tells of the connection; undefined: there was none. */
  | ({ readonly of: "connection"; readonly isUp: boolean | undefined } & OfSocket & Asked)
  /** +NSOSTR; undefined: there was none. */
  | ({ readonly of: "sent"; readonly seq: number; readonly isSent: boolean | undefined } & OfSocket & Asked)
  /** A datagram, or a piece of a stream, and from where as far as it is known. */
  | ({ readonly of: "arrival"; readonly bytes: Uint8Array; readonly from: Endpoint | undefined } & OfSocket)
  /** +NSOCLI: the far end has closed. */
  | ({ readonly of: "closed" } & OfSocket);

interface OfSocket {
  readonly socket: SocketId;
}

interface Asked {
  /** The index in the recording of the end of the command that it answers. */
  readonly asked: number;
}

/**
 * A fact with its time, the index in the recording of what the host said last before it, and how many octets the module had
 * said.
 */
export type PlacedFact = Fact & { readonly t: Millis; readonly after: number; readonly place: number };

/** Why a link was not established, by the result of +QMTOPEN (note 3.2.3). */
export const openFailures: Readonly<Record<number, DownReason>> = {
  3: "pdpRefused",
  4: "unresolved",
  5: "networkGone",
};

/** Why a link ended, by the code of +QMTSTAT (note 5.1). */
export const statReasons: Readonly<Record<number, DownReason>> = { 1: "closed", 7: "networkGone" };
