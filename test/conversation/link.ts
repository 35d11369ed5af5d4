import type { LinkAct, LinkEvent } from "../../emulator/io.js";
import type { LinkId } from "../../mqtt/session.js";
import { clientPackets, hexOf } from "./client-packet.js";

/** What the module does on a link: a packet, or an event of the link itself. */
export interface LinkOutput {
  readonly channel: "broker" | "network";
  readonly text: string;
  readonly bytes?: Buffer;
}

/** The network's end of one link: does what TCP would do. */
export class Link {
  readonly id: LinkId;
  /** TCP takes bytes, but does not report them as sent. */
  stuck = false;
  #state: "dialling" | "up" | "over" = "dialling";
  #paused = false;
  /** Bytes that the module has written. */
  #written = 0;
  /** Bytes that were reported to the module as sent. */
  #reported = 0;
  /** The beginning of a packet that is not complete. */
  #incomplete: Buffer = Buffer.of();
  /** What the broker has sent and the module has not read. */
  #unread: Buffer[] = [];

  constructor(id: LinkId) {
    this.id = id;
  }

  /** Carries out an act of the module; returns what can be seen of it on the line. */
  act(act: Exclude<LinkAct, { kind: "dial" }>): readonly LinkOutput[] {
    if (act.kind === "bytes") return this.#write(Buffer.from(act.bytes));
    if (this.#state === "over") return [{ channel: "network", text: `${act.kind} on a link that is over` }];
    if (act.kind === "pause" || act.kind === "resume") {
      this.#paused = act.kind === "pause";
      return [{ channel: "network", text: act.kind === "pause" ? "paused" : "resumed" }];
    }
    const { length } = this.#incomplete;
    const incomplete = length > 0 ? [{ channel: "broker", text: hexOf(this.#incomplete) } as const] : [];
    this.#state = "over";
    return [...incomplete, { channel: "network", text: act.kind === "end" ? "closed" : "reset" }];
  }

  #write(bytes: Buffer): readonly LinkOutput[] {
    if (this.#state !== "up") return [{ channel: "network", text: `${hexOf(bytes)} on a link that is not up` }];
    this.#written += bytes.length;
    const { packets, rest } = clientPackets(Buffer.concat([this.#incomplete, bytes]));
    this.#incomplete = rest;
    return packets.map((packet) => ({ channel: "broker", ...packet }));
  }

  /** An event of the link that is reported to the module. */
  event(event: LinkEvent): void {
    if (event.kind === "up") this.#state = "up";
    if (event.kind === "down") this.#state = "over";
  }

  /** The beginning of a packet that has not ended. */
  get incomplete(): readonly LinkOutput[] {
    return this.#incomplete.length === 0 ? [] : [{ channel: "broker", text: `${hexOf(this.#incomplete)} …` }];
  }

  /** The broker sends bytes. They wait while the module does not read. */
  receive(bytes: Buffer): void {
    this.#unread.push(bytes);
  }

  /** The next bytes of the broker, unless the module does not read. */
  nextBytes(): LinkEvent | undefined {
    const bytes = this.#paused ? undefined : this.#unread.shift();
    return bytes === undefined ? undefined : { kind: "bytes", bytes };
  }

  /** The next event that TCP has to report; undefined: none. */
  nextEvent(): LinkEvent | undefined {
    return this.nextBytes() ?? this.#nextSent();
  }

  #nextSent(): LinkEvent | undefined {
    if (this.stuck || this.#reported === this.#written) return undefined;
    this.#reported = this.#written;
    return { kind: "sent", total: this.#written };
  }
}
