import type { TraceEvent } from "../../emulator/trace.js";
import type { Packet } from "../../mqtt/packet.js";

type Type = Packet["type"];

/** What answers a packet; a PUBLISH is answered by its QoS. */
const answers: { readonly [T in Type]?: Type } = {
  CONNECT: "CONNACK",
  SUBSCRIBE: "SUBACK",
  UNSUBSCRIBE: "UNSUBACK",
  PUBREC: "PUBREL",
  PUBREL: "PUBCOMP",
  PINGREQ: "PINGRESP",
};
const acks = [undefined, "PUBACK", "PUBREC"] as const;

/** What the broker still has to answer, as the trace tells it. */
export class Outstanding {
  readonly #answers = new Set<string>();

  get isAny(): boolean {
    return this.#answers.size > 0;
  }

  note(event: TraceEvent): void {
    if (event.kind === "packet") this.#notePacket(event.way, event.packet);
    else if (event.kind === "reboot" || (event.kind === "phase" && event.phase === "idle")) this.#answers.clear();
  }

  #notePacket(way: "sent" | "came", packet: Packet): void {
    const answer = packet.type === "PUBLISH" ? acks[packet.qos] : answers[packet.type];
    if (way === "came") this.#answers.delete(nameOf(packet.type, packet));
    else if (answer !== undefined) this.#answers.add(nameOf(answer, packet));
  }
}

const nameOf = (type: Type, packet: Packet): string => ("id" in packet ? `${type} ${packet.id}` : type);
