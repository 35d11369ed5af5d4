import { onTestFinished } from "vitest";
import { openRfc2217 } from "../../net/ports/rfc2217/rfc2217-protocol.js";
import { openTcp } from "../../net/ports/sockets/tcp.js";
import type { OpenPort } from "../../net/serial.js";
import type { ManualClock, TestModem, TestOptions } from "../../testing.js";
import { openSerialPort } from "../net/ports/binding/binding-hosts.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { dial } from "../net/ports/sockets/sockets.js";
import { start } from "./start.js";

/** A modem, and a function that sends at the host's end of its line. */
export interface HostLine {
  readonly modem: TestModem<ManualClock>;
  send(text: string): void;
}

/** How the modem is started. */
export type LineOptions = TestOptions & { readonly clock: ManualClock };

/** A way for hosts to attach; `onBytes` gets the input at their end. */
export interface Attachment {
  readonly name: string;
  attach(onBytes: (bytes: Uint8Array) => void, options: LineOptions): Promise<HostLine>;
}

/** In this process, by the `serialport` package. */
export const bySerialport: Attachment = {
  name: "serialport",
  async attach(onBytes, options) {
    const modem = await start(options);
    const port = await openSerialPort(modem.binding, modem.path);
    port.on("data", onBytes).on("error", () => {});
    return { modem, send: (text) => void port.write(text) };
  },
};

const byTerminal: Attachment = {
  name: "a pseudo-terminal",
  async attach(onBytes, options) {
    const modem = await start({ ...options, pty: true });
    const there = await attach(modem.path, { onBytes });
    onTestFinished(() => there.leave());
    return { modem, send: (text) => void there.write(Buffer.from(text)) };
  },
};

const bySocket = (name: string, open: OpenPort): Attachment => ({
  name,
  async attach(onBytes, options) {
    let path = "";
    const port: OpenPort = async (events) => {
      const opened = await open(events);
      path = opened.path;
      return opened;
    };
    const modem = await start({ ...options, ports: [port] });
    const socket = await dial({ path });
    onTestFinished(() => void socket.destroy());
    socket.on("data", onBytes).on("error", () => {});
    return { modem, send: (text) => void socket.write(text) };
  },
});

/** Through the system, as hosts in other processes do. */
export const bySystem: readonly Attachment[] = [
  byTerminal,
  bySocket("TCP", (events) => openTcp({ port: 0 }, events)),
  bySocket("RFC 2217", (events) => openRfc2217({ port: 0 }, events)),
];
