import type { Duplex } from "node:stream";

/** Who takes a connection over; what has been read of it comes again. */
export interface Takers {
  mqtt(stream: Duplex): void;
  http(stream: Duplex): void;
}

/** How long a connection may say nothing, in ms of real time: as long as the broker waits for a CONNECT. */
const patience = 30_000;

/** Tells MQTT from HTTP by the first byte of a connection: a letter begins an HTTP request, and no packet of MQTT's. */
export function sortByFirstByte(stream: Duplex, takers: Takers): void {
  const giveUp = (): void => void stream.destroy();
  const timer = setTimeout(giveUp, patience);
  const look = (): void => {
    const bytes: unknown = stream.read();
    if (!(bytes instanceof Uint8Array)) return; // the end
    clearTimeout(timer);
    stream.off("readable", look).off("end", giveUp);
    stream.unshift(bytes);
    const taker = isLetter(bytes[0] ?? 0) ? takers.http : takers.mqtt;
    process.nextTick(() => stream.destroyed || taker(stream)); // it listens anew only when the stream has seen us go
  };
  stream.on("readable", look).once("end", giveUp);
  stream.once("close", () => clearTimeout(timer));
  stream.on("error", () => {}); // the close follows
}

const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
