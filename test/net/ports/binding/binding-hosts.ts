import { SerialPort } from "serialport";
import type { SerialBinding } from "../../../../net/ports/binding/serial-binding.js";
import type { Host } from "../serial-port-contract.js";

/** Opens a host's port with the `serialport` package, whose types do not declare the option `binding`. */
export function openSerialPort(binding: SerialBinding, path: string, more: object = {}): Promise<SerialPort> {
  const options = { binding, path, baudRate: 9600, ...more };
  return new Promise((resolve, reject) => {
    const port: SerialPort = new SerialPort(options, (error) => (error ? reject(error) : resolve(port)));
  });
}

/** Calls a method with a callback; resolves or rejects with it. */
export const done = (start: (callback: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));

/** A host for the shared cases. */
export async function attachSerialPort(binding: SerialBinding, path: string, { reads = true } = {}): Promise<Host> {
  const port = await openSerialPort(binding, path);
  port.on("error", () => {});
  const received: Buffer[] = [];
  if (reads) port.on("data", (bytes: Buffer) => received.push(bytes));
  return {
    write: (bytes) => done((callback) => port.write(Buffer.from(bytes), callback)),
    get received() {
      return Buffer.concat(received);
    },
    leave: () => (port.isOpen ? done((callback) => port.close(callback)) : Promise.resolve()),
  };
}
