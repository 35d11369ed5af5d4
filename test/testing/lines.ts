import { onTestFinished } from "vitest";
import { openRfc2217 } from "../../net/ports/rfc2217/rfc2217-protocol.js";
import { openTcp } from "../../net/ports/sockets/tcp.js";
import type { OpenPort } from "../../net/serial.js";
import type { ManualClock, TestModem, TestOptions } from "../../testing.js";
import { openSerialPort } from "../net/ports/binding/binding-hosts.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { dial } from "../net/ports/sockets/sockets.js";
import { start } from "./start.js";

/** A modem, and how to speak at a host's end of its line. */
export interface Line {
  readonly modem: TestModem<ManualClock>;
  say(text: string): void;
}

/** How a modem for hosts is started. */
export type LineOptions = TestOptions & { readonly clock: ManualClock };

/** A way for hosts to attach; `hear` gets what comes at their end. */
export interface Way {
  readonly name: string;
  attach(hear: (bytes: Uint8Array) => void, options: LineOptions): Promise<Line>;
}

/** In the test's own process, by the `serialport` package. */
export const bySerialport: Way = {
  name: "serialport",
  async attach(hear, options) {
    const modem = await start(options);
    const port = await openSerialPort(modem.binding, modem.path);
    port.on("data", hear).on("error", () => {});
    return { modem, say: (text) => void port.write(text) };
  },
};

const byTerminal: Way = {
  name: "a pseudo-terminal",
  async attach(onBytes, options) {
    const modem = await start({ ...options, pty: true });
    const there = await attach(modem.path, { onBytes });
    onTestFinished(() => there.leave());
    return { modem, say: (text) => void there.write(Buffer.from(text)) };
  },
};

const bySocket = (name: string, open: OpenPort): Way => ({
  name,
  async attach(hear, options) {
    let path = "";
    const port: OpenPort = async (events) => {
      const opened = await open(events);
      path = opened.path;
      return opened;
    };
    const modem = await start({ ...options, ports: [port] });
    const socket = await dial({ path });
    onTestFinished(() => void socket.destroy());
    socket.on("data", hear).on("error", () => {});
    return { modem, say: (text) => void socket.write(text) };
  },
});

/** Through the system, as programs elsewhere do. */
export const bySystem: readonly Way[] = [
  byTerminal,
  bySocket("TCP", (events) => openTcp({ port: 0 }, events)),
  bySocket("RFC 2217", (events) => openRfc2217({ port: 0 }, events)),
];
