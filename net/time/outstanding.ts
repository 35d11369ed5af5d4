import type { TraceEvent } from "../../emulator/trace.js";
import type { Packet } from "../../mqtt/packet.js";

type Type = Packet["type"];

/** The packet that answers each packet of the module; a PUBLISH is answered according to its QoS. MQTT 3.1.1, section 3 */
const answers: { readonly [T in Type]?: Type } = {
  CONNECT: "CONNACK",
  SUBSCRIBE: "SUBACK",
  UNSUBSCRIBE: "UNSUBACK",
  PUBREC: "PUBREL",
  PUBREL: "PUBCOMP",
  PINGREQ: "PINGRESP",
};
const acks = [undefined, "PUBACK", "PUBREC"] as const;

/** The answers that the broker still has to send, read off the trace. */
export class Outstanding {
  readonly #answers = new Set<string>();

  /** Whether the broker still has to answer something. */
  get isAny(): boolean {
    return this.#answers.size > 0;
  }

  /** Takes note of a trace event. */
  note(event: TraceEvent): void {
    if (event.kind === "packet") this.#notePacket(event.way, event.packet);
    else if (event.kind === "reboot" || (event.kind === "phase" && event.phase === "idle")) this.#answers.clear();
  }

  #notePacket(way: "sent" | "received", packet: Packet): void {
    const answer = packet.type === "PUBLISH" ? acks[packet.qos] : answers[packet.type];
    if (way === "received") this.#answers.delete(keyOf(packet.type, packet));
    else if (answer !== undefined) this.#answers.add(keyOf(answer, packet));
  }
}

const keyOf = (type: Type, packet: Packet): string => ("id" in packet ? `${type} ${packet.id}` : type);
