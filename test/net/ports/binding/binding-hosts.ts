import { SerialPort } from "serialport";
import type { SerialBinding } from "../../../../net/ports/binding/serial-binding.js";
import type { Host } from "../front-ends.js";

/** A host's port by the `serialport` package, open; its types do not know that it takes a binding. */
export function openSerialPort(binding: SerialBinding, path: string, more: object = {}): Promise<SerialPort> {
  const options = { binding, path, baudRate: 9600, ...more };
  return new Promise((resolve, reject) => {
    const port: SerialPort = new SerialPort(options, (error) => (error ? reject(error) : resolve(port)));
  });
}

/** What a port's method does, as a promise. */
export const done = (start: (callback: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));

/** A host as the shared cases want it. */
export async function attachSerialPort(binding: SerialBinding, path: string, { reads = true } = {}): Promise<Host> {
  const port = await openSerialPort(binding, path);
  port.on("error", () => {});
  const heard: Buffer[] = [];
  if (reads) port.on("data", (bytes: Buffer) => heard.push(bytes));
  return {
    write: (bytes) => done((callback) => port.write(Buffer.from(bytes), callback)),
    get heard() {
      return Buffer.concat(heard);
    },
    leave: () => (port.isOpen ? done((callback) => port.close(callback)) : Promise.resolve()),
  };
}
