import type { LinkAct, LinkEvent } from "../../emulator/io.js";
import type { LinkId } from "../../mqtt/session.js";
import { hexOf } from "./client-packet.js";
import { clientPackets } from "./client-stream.js";

/** What is heard from a link: a packet, or something about the link itself. */
export interface FromLink {
  readonly wire: "broker" | "network";
  readonly text: string;
  readonly bytes?: Buffer;
}

/** The world's end of one dial: what TCP would do with it. */
export class Link {
  readonly id: LinkId;
  /** Nothing leaves: TCP takes bytes and does not say that they are gone. */
  stuck = false;
  #state: "dialling" | "up" | "over" = "dialling";
  #paused = false;
  #handed = 0;
  #told = 0;
  #unread: Buffer = Buffer.of();
  /** What the broker sent while the modem did not read. */
  #held: Buffer[] = [];

  constructor(id: LinkId) {
    this.id = id;
  }

  /** What the modem's act is to somebody who listens on the wire. */
  hear(act: Exclude<LinkAct, { kind: "dial" }>): readonly FromLink[] {
    if (act.kind === "bytes") return this.#hearBytes(Buffer.from(act.bytes));
    if (this.#state === "over") return [{ wire: "network", text: `${act.kind} on a link that is over` }];
    if (act.kind === "pause" || act.kind === "resume") {
      this.#paused = act.kind === "pause";
      return [{ wire: "network", text: act.kind === "pause" ? "paused" : "resumed" }];
    }
    const torn = this.#unread.length > 0 ? [{ wire: "broker", text: hexOf(this.#unread) } as const] : [];
    this.#state = "over";
    return [...torn, { wire: "network", text: act.kind === "end" ? "closed" : "reset" }];
  }

  #hearBytes(bytes: Buffer): readonly FromLink[] {
    if (this.#state !== "up") return [{ wire: "network", text: `${hexOf(bytes)} on a link that is not up` }];
    this.#handed += bytes.length;
    const { packets, rest } = clientPackets(Buffer.concat([this.#unread, bytes]));
    this.#unread = rest;
    return packets.map((packet) => ({ wire: "broker", ...packet }));
  }

  /** What happens to the link changes it too. */
  tell(event: LinkEvent): void {
    if (event.kind === "up") this.#state = "up";
    if (event.kind === "down") this.#state = "over";
  }

  /** A packet that has begun and not ended. */
  get torn(): readonly FromLink[] {
    return this.#unread.length === 0 ? [] : [{ wire: "broker", text: `${hexOf(this.#unread)} …` }];
  }

  /** What the broker says waits while the modem does not read. */
  hold(bytes: Buffer): void {
    this.#held.push(bytes);
  }

  /** What the broker has said and the modem may read. */
  nextBytes(): LinkEvent | undefined {
    const bytes = this.#paused ? undefined : this.#held.shift();
    return bytes === undefined ? undefined : { kind: "bytes", bytes };
  }

  /** What TCP has to tell next, if anything. */
  next(): LinkEvent | undefined {
    return this.nextBytes() ?? this.#nextSent();
  }

  #nextSent(): LinkEvent | undefined {
    if (this.stuck || this.#told === this.#handed) return undefined;
    this.#told = this.#handed;
    return { kind: "sent", total: this.#handed };
  }
}
