import { onTestFinished } from "vitest";
import { openPty } from "../../net/ports/pty/pty.js";
import { type RunningModem, startModem } from "../../net/start.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { AtHost, type Line } from "./at-host.js";

/** A host on the terminal, which can leave again. */
export interface PtyHost extends AtHost {
  leave(): Promise<void>;
}

/** A module in this process on a pseudo-terminal. */
export interface PtyModule {
  readonly modem: RunningModem;
  /** Attaches a host. One that does not read leaves the output to others. */
  attach(how?: { readonly reads: boolean }): Promise<PtyHost>;
}

/** Starts a module on a pseudo-terminal; every name leads to this port. Both ends are closed at the end of the test. */
export async function startPtyModule(port: number): Promise<PtyModule> {
  const modem = await startModem({
    ports: [(events) => openPty({}, events)],
    mappings: [{ name: "*", host: "127.0.0.1", port }],
  });
  onTestFinished(() => modem.close());
  const path = modem.ports[0]?.path ?? "";
  return { modem, attach: (how) => hostAt(path, how) };
}

async function hostAt(path: string, how?: { readonly reads: boolean }): Promise<PtyHost> {
  let onInput = (_: Uint8Array): void => {};
  const there = await attach(path, { ...how, onBytes: (bytes) => onInput(bytes) });
  onTestFinished(() => there.leave());
  let written: Promise<void> = Promise.resolve();
  const line: Line = {
    write: (bytes) => {
      written = written.then(() => there.write(Buffer.from(bytes)));
    },
    listen: (onBytes) => {
      onInput = onBytes;
    },
  };
  const leave = () => written.then(() => there.leave());
  return Object.assign(new AtHost(line), { leave });
}
