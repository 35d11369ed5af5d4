import type { SerialPort } from "../serial.js";

/** The same front end; `said` is called before the module says something on it. */
export const withWriteHook = (port: SerialPort, said: () => void): SerialPort => ({
  get path() {
    return port.path;
  },
  write(bytes) {
    said();
    port.write(bytes);
  },
  set: (what) => port.set(what),
  close: () => port.close(),
});
