import { fromBytes, type Octets } from "../../at/octets.js";
import { hidden, type Secrets, type SocketSecrets } from "../../emulator/secrets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../time/clock.js";
import type { RunEvent, Way } from "../trace/recorded-event.js";
import { type HostPart, type ModulePart, TalkReader } from "./talk-reader.js";

/** The most bytes that one event tells; of more it would tell the number alone. */
const maxBytes = 4096;

/**
 * Hears a host and a module talk, and tells what they say as events of a trace. It changes nothing, and reads no clock.
 * The secrets of lines and payloads are masked, unless `secrets` reveals them; those in the bytes are left to the recorder.
 */
export class AtListener {
  readonly #tell: (happened: RunEvent) => void;
  readonly #secrets: Secrets;
  readonly #socketSecrets: SocketSecrets;
  readonly #reader = new TalkReader();

  /** `tell` gets each event when it is complete. */
  constructor(tell: (happened: RunEvent) => void, secrets: Secrets = hidden) {
    this.#tell = tell;
    this.#secrets = secrets;
    this.#socketSecrets = secrets.newSocketSecrets();
  }

  /** The host has sent bytes. */
  host(bytes: Uint8Array, now: Millis): void {
    this.#tellBytes("received", bytes);
    for (const part of this.#reader.host(bytes, now)) this.#tell(this.#inputEvent(part));
  }

  /** The module has sent bytes. */
  module(bytes: Uint8Array, now: Millis): void {
    this.#tellBytes("sent", bytes);
    for (const part of this.#reader.module(bytes, now))
      if (part.kind !== "echo") this.#tell(lineEvent(part, this.#secrets));
  }

  #inputEvent({ input }: HostPart): TraceEvent {
    switch (input.kind) {
      case "line":
        return {
          kind: "line",
          line: this.#secrets.line(this.#socketSecrets.line(input.line)),
          terminator: input.terminator,
        };
      case "overlong":
        return { kind: "line", line: "", terminator: input.terminator };
      case "payload":
        return { kind: "payload", payload: this.#secrets.payload(input.payload), size: input.payload.length };
      case "cancelled":
        return { kind: "cancelled" };
    }
  }

  #tellBytes(way: Way, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += maxBytes)
      this.#tell({ kind: "bytes", way, octets: fromBytes(bytes.subarray(at, at + maxBytes)) });
  }
}

const lineEvent = ({ kind, text }: ModulePart, secrets: Secrets): TraceEvent => ({
  kind: kind === "urc" ? "urc" : "answer",
  line: secrets.said(text, maskedAnswer(text)),
});

/** A line of the module with the secrets masked that it may repeat: a password, the keys of AT+QMTCFG, an echo. */
function maskedAnswer(text: Octets): Octets {
  if (!text.startsWith("+")) return hidden.payload(text);
  if (/^\+QMTT?ENAUTH: ?\d,/.test(text)) return text.replace(/(?<=: ?\d,).*/s, "***");
  if (/^\+CGAUTH: ?\d/i.test(text)) return maskedLogin(text);
  if (!/^\+QMTCFG: ?"aliauth",/i.test(text)) return text;
  const isPlain = /^[^"]*"[^"]*"(?:,"[^"]*"){3}$/.test(text);
  return isPlain ? text.replace(/"[^"]*"$/, '"***"') : '+QMTCFG: "aliauth",***';
}

/** `+CGAUTH:0,2,"user","***"`; where the user's name cannot be told from the password, both are masked. */
function maskedLogin(text: Octets): Octets {
  const isPlain = /^[^"]*"[^"]*","[^"]*"$/.test(text);
  return isPlain ? text.replace(/"[^"]*"$/, '"***"') : text.replace(/(?<=^[^,]*,\d+,).*/s, "***");
}
