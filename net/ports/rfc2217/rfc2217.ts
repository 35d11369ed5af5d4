import type { PortEvents, SerialPort } from "../../serial.js";
import { listenForHosts, type TcpOptions } from "../sockets/tcp.js";
import { rfc2217Protocol } from "./rfc2217-protocol.js";

/**
 * Opens a TCP port that is a serial port by RFC 2217: beside the bytes there pass speed, break and modem lines. One host at
 * a time. For one that says nothing of Telnet it is a port of bytes, in which 255 is doubled.
 * @throws UserError if it cannot listen there.
 */
export const openRfc2217 = (options: TcpOptions, events: PortEvents): Promise<SerialPort> =>
  listenForHosts(options, rfc2217Protocol, events);
