import type { Duplex } from "node:stream";

/** The handler of each protocol; it reads the connection from its first byte. */
export interface ProtocolHandlers {
  mqtt(stream: Duplex): void;
  http(stream: Duplex): void;
}

/**
 * Gives a connection to the handler of its protocol, by its first byte: an HTTP request begins with a capital letter, an
 * MQTT connection with a CONNECT, 0x10. Destroys a connection that ends before that.
 */
export function detectProtocol(stream: Duplex, handlers: ProtocolHandlers): void {
  const giveUp = (): void => void stream.destroy();
  const onReadable = (): void => {
    const bytes: unknown = stream.read();
    if (!(bytes instanceof Uint8Array)) return; // the stream has ended
    stream.off("readable", onReadable).off("end", giveUp);
    stream.unshift(bytes);
    const handle = isCapital(bytes[0] ?? 0) ? handlers.http : handlers.mqtt;
    process.nextTick(() => stream.destroyed || handle(stream)); // a tick later: the stream has to notice first that nobody listens
  };
  stream.on("readable", onReadable).once("end", giveUp);
  stream.on("error", () => {}); // a close event follows
}

const isCapital = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
