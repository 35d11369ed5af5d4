import type { PortEvents, SerialPort } from "../../serial.js";
import { addressText, type TcpAddress } from "../../tcp-address.js";
import { PortEventQueue } from "../port-events.js";
import { ReconnectingClient } from "./reconnecting-client.js";
import { rawSpeech, SocketPort } from "./socket-port.js";

/** Calls a host that listens, for instance a simulator's serial port; calls it again whenever it is not connected. */
export function openTcpConnect(to: TcpAddress, events: PortEvents): SerialPort {
  const teller = new PortEventQueue(events);
  const caller = new ReconnectingClient(to, {
    met: (socket) => port.welcome(socket),
    failed: (why) => teller.change({ kind: "unreachable", why }),
  });
  const port = new SocketPort({ path: addressText(to), teller, speak: rawSpeech, stop: () => caller.stop() });
  caller.call();
  return port;
}
