import type { RecordedEvent } from "../../trace/recorded-event.js";

/** What a fault has done to an MQTT packet. */
export interface PacketFault {
  readonly packet: string;
  readonly msgId: number | undefined;
  /** The direction of the packet, as the module sees it. */
  readonly way: "sent" | "received";
  readonly isLost: boolean;
  readonly isLate: boolean;
}

/** What a fault has done to a packet; undefined where it has done something else. */
export function packetFaultOf({ kind, effect, packet, way, msgId }: RecordedEvent): PacketFault | undefined {
  if (kind !== "fault" || typeof packet !== "string") return undefined;
  return {
    packet,
    msgId: typeof msgId === "number" ? msgId : undefined,
    way: way === "sent" ? "sent" : "received",
    isLost: effect === "lost" || effect === "answered",
    isLate: effect === "delayed",
  };
}

/** Whether an event is the packet that the fault has acted on. */
export const isPacketOf = (event: RecordedEvent, { packet, msgId, way }: PacketFault): boolean =>
  event.kind === "packet" &&
  event.packet === packet &&
  event.way === way &&
  (msgId === undefined || event.msgId === msgId);
