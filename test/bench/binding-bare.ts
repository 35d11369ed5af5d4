// The port of the mock binding, which nothing stands behind but an OK.
import { SerialPortMock } from "serialport";
import { answerWithLatency } from "./binding-host.js";

/** What is used of an open port of the mock, whose own types are not found where a package's `exports` count. */
interface MockPort {
  write(bytes: Uint8Array): Promise<void>;
  emitData(words: string): void;
}

/** The mock tells nobody of a write. */
function answerWrites(port: MockPort): void {
  const write = port.write.bind(port);
  port.write = async (bytes) => {
    await write(bytes);
    port.emitData("\r\nOK\r\n");
  };
}

const path = "/dev/ttyBare";
SerialPortMock.binding.createPort(path);
const host = new SerialPortMock({ path, baudRate: 9600 });
host.once("open", () => {
  answerWrites(host.port as unknown as MockPort);
  answerWithLatency(host);
});
