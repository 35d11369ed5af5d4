import type { Octets } from "../../at/octets.js";
import { hidden, type Secrets } from "../../emulator/secrets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../time/clock.js";
import type { Recorder, Way } from "../trace/recorder.js";
import { type HostPart, type ModulePart, TalkReader } from "./talk-reader.js";

/** The most bytes that one event tells; of more it would tell the number alone. */
const maxBytes = 4096;

/**
 * Hears a host and a module talk, and records what they say as events of a trace. It changes nothing, and reads no clock.
 * Secrets are masked before anything is recorded, unless `secrets` reveals them.
 */
export class AtListener {
  readonly #recorder: Pick<Recorder, "bytes">;
  readonly #tell: (event: TraceEvent) => void;
  readonly #secrets: Secrets;
  readonly #reader = new TalkReader();

  /** `tell` gets each event when it is complete. */
  constructor(recorder: Pick<Recorder, "bytes">, tell: (event: TraceEvent) => void, secrets: Secrets = hidden) {
    this.#recorder = recorder;
    this.#tell = tell;
    this.#secrets = secrets;
  }

  /** The host has sent bytes. */
  host(bytes: Uint8Array, now: Millis): void {
    this.#record("received", bytes);
    for (const part of this.#reader.host(bytes, now)) this.#tell(inputEvent(part, this.#secrets));
  }

  /** The module has sent bytes. */
  module(bytes: Uint8Array, now: Millis): void {
    this.#record("sent", bytes);
    for (const part of this.#reader.module(bytes, now))
      if (part.kind !== "echo") this.#tell(lineEvent(part, this.#secrets));
  }

  #record(way: Way, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += maxBytes) this.#recorder.bytes(way, bytes.subarray(at, at + maxBytes));
  }
}

function inputEvent({ input }: HostPart, secrets: Secrets): TraceEvent {
  switch (input.kind) {
    case "line":
      return { kind: "line", line: secrets.line(input.line), terminator: input.terminator };
    case "overlong":
      return { kind: "line", line: "", terminator: input.terminator };
    case "payload":
      return { kind: "payload", payload: secrets.payload(input.payload), size: input.payload.length };
    case "cancelled":
      return { kind: "cancelled" };
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
  if (!/^\+QMTCFG: ?"aliauth",/i.test(text)) return text;
  const isPlain = /^[^"]*"[^"]*"(?:,"[^"]*"){3}$/.test(text);
  return isPlain ? text.replace(/"[^"]*"$/, '"***"') : '+QMTCFG: "aliauth",***';
}
