import { fromText, printable } from "../../at/octets.js";
import { encode } from "../../mqtt/encode.js";
import { truncate } from "../log-text.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { type Captured, interfaceBlock, linkTypes, namesBlock, packetBlock, sectionHeader } from "./pcapng.js";
import { packetOf } from "./recorded-packet.js";
import { type Endpoint, TcpConversation } from "./tcp-conversation.js";

/** The interfaces of the capture. */
const mqttInterface = 0;
const serialInterface = 1;
/** The port that Wireshark takes for MQTT; the real one stands in the comment of the SYN. */
const mqttPort = 1883;
/** The first port of the module, which each dial counts up. */
const firstPort = 49_152;

/** What a capture holds. */
export interface Capture {
  readonly bytes: Buffer;
  readonly mqttPackets: number;
  readonly serialPackets: number;
}

/**
 * A trace as a capture for Wireshark: the links as TCP connections on one interface, the serial line on another one.
 * @param address the module's IPv4 address
 */
export async function captureOf(
  events: AsyncIterable<RecordedEvent>,
  { program, address }: { readonly program: string; readonly address: string },
): Promise<Capture> {
  const links = new Links(address);
  const captured: Captured[] = [];
  let [mqttPackets, serialPackets] = [0, 0];
  let origin: number | undefined;
  for await (const event of events) {
    origin ??= Date.parse(event.wall) - event.t;
    const time = origin + event.t; // the module's clock is finer than the calendar
    if (event.kind === "bytes") {
      captured.push(serialPacket(event, time));
      serialPackets += 1;
    } else {
      const packets = links.take(event, time);
      if (event.kind === "packet" && packets.length > 0) mqttPackets += 1;
      captured.push(...packets);
    }
  }
  const blocks = [
    sectionHeader(program),
    interfaceBlock(linkTypes.raw, "mqtt", "the module's link to its broker"),
    interfaceBlock(linkTypes.upperPdu, "serial", "the serial line between host and module"),
    namesBlock(links.names),
    ...captured.map(packetBlock),
  ];
  return { bytes: Buffer.concat(blocks), mqttPackets, serialPackets };
}

/** The tags in front of a packet that name its dissector, protocol and direction (Wireshark, exported PDU). */
const tags = { end: 0, dissector: 12, protocol: 33, direction: 35 } as const;

/** A tag with its value, filled up to four bytes. */
function tag(type: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Math.ceil(bytes.length / 4) * 4;
  return Buffer.concat([Buffer.from([0, type, length >> 8, length & 255]), bytes, Buffer.alloc(length - bytes.length)]);
}

/** A piece of the serial line. Wireshark reads AT commands and answers; what is no text it shows as bytes. */
function serialPacket({ way, text, base64 }: RecordedEvent, at: number): Captured {
  const octets =
    typeof base64 === "string" ? Buffer.from(base64, "base64").toString("latin1") : fromText(String(text ?? ""));
  const isReceived = way === "received";
  const header = [
    tag(tags.dissector, /^[\x20-\x7e\r\n]+$/.test(octets) ? "at" : "data"),
    tag(tags.protocol, "serial"),
    tag(tags.direction, Uint8Array.of(0, 0, 0, Number(isReceived))),
    tag(tags.end, ""),
  ];
  return {
    on: serialInterface,
    at,
    bytes: Buffer.concat([...header, Buffer.from(octets, "latin1")]),
    comment: `host${isReceived ? ">" : "<"} ${truncate(printable(octets))}`,
    way: isReceived ? "received" : "sent",
  };
}

/** The links of a module, each a TCP connection. */
class Links {
  readonly #client: readonly number[];
  readonly #servers = new Map<string, readonly number[]>();
  #open: TcpConversation | undefined;
  #isUp = false;
  #dials = 0;

  constructor(address: string) {
    this.#client = address.split(".").map(Number);
  }

  /** The names of the servers, with the addresses that stand for them. */
  get names(): readonly (readonly [address: Uint8Array, name: string])[] {
    return [...this.#servers].map(([name, address]) => [Uint8Array.from(address), name] as const);
  }

  take(event: RecordedEvent, at: number): readonly Captured[] {
    switch (event.kind) {
      case "dial":
        return this.#dial(String(event.host), Number(event.port), at);
      case "up":
        this.#isUp = true;
        return this.#open?.accepted(at) ?? [];
      case "packet":
        return this.#packet(event, at);
      case "hangUp":
        return this.#end(event.how === "reset" ? "reset" : "close", "client", at, event.why);
      case "down":
        return this.#end(event.reason === "closed" ? "close" : "reset", "server", at, event.reason);
      default:
        return [];
    }
  }

  #dial(host: string, port: number, at: number): readonly Captured[] {
    this.#dials += 1;
    this.#isUp = false;
    const client: Endpoint = { address: this.#client, port: firstPort + (this.#dials % 16_000) };
    this.#open = new TcpConversation(client, { address: this.#addressOf(host), port: mqttPort }, mqttInterface);
    return this.#open.syn(at, `dial ${host}:${port}`);
  }

  /** The address of a server; for a name one of those for documentation (RFC 5737). */
  #addressOf(host: string): readonly number[] {
    if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return host.split(".").map(Number);
    const known = this.#servers.get(host);
    if (known !== undefined) return known;
    const address = [198, 51, 100, 1 + (this.#servers.size % 254)];
    this.#servers.set(host, address);
    return address;
  }

  #packet(event: RecordedEvent, at: number): readonly Captured[] {
    const packet = packetOf(event);
    if (packet === undefined) return [];
    const again = "dup" in packet && packet.dup ? "sent again" : undefined;
    return this.#open?.send(event.way === "sent" ? "client" : "server", at, encode(packet), again) ?? [];
  }

  #end(how: "close" | "reset", by: "client" | "server", at: number, why: unknown): readonly Captured[] {
    const conversation = this.#open;
    this.#open = undefined;
    const comment = typeof why === "string" ? why : undefined;
    if (conversation === undefined) return [];
    if (!this.#isUp) return by === "server" && why === "refused" ? conversation.refused(at, comment ?? "") : [];
    return conversation[how](by, at, comment);
  }
}
