import { expect, test } from "vitest";
import type { PortEvents, SerialPort } from "../../../net/serial.js";
import { startModem } from "../../../net/start.js";

test("bytes that come before all front ends are open are lost: the module has no power", async () => {
  let received = "";
  let events: PortEvents | undefined;
  const port: SerialPort = {
    path: "early",
    write: (bytes) => {
      received += Buffer.from(bytes).toString("latin1");
    },
    set: () => {},
    close: async () => {},
  };
  const early = (given: PortEvents): SerialPort => {
    events = given;
    return port;
  };
  const late = async (): Promise<SerialPort> => {
    events?.onBytes(Buffer.from("AT\r"));
    return port;
  };
  const modem = await startModem({ ports: [early, late] });
  expect(received.startsWith("\r\nREBOOT_CAUSE")).toBe(true);
  await modem.close();
});
