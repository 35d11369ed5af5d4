import { type BindingPort, openBinding } from "../ports/binding/binding.js";
import type { SerialBinding } from "../ports/binding/serial-binding.js";
import { openPty } from "../ports/pty/pty.js";
import type { Baud } from "../ports/uart/uart.js";
import type { OpenPort, PortEvents } from "../serial.js";
import type { Clock } from "../time/clock.js";

/** Which ways in there are, apart from the test's own host. */
export interface FrontEndOptions {
  /** Gives the lines a speed, as with `--baud`, except that of `host`. Left out: bytes are there at once. */
  readonly baud?: Baud;
  /** A pseudo-terminal too, for hosts in other processes; `link` is a symlink to it. Left out: there is none. */
  readonly pty?: boolean | { readonly link: string };
  /** What hosts with the `serialport` package open. Left out: the pseudo-terminal's path, or `/dev/ttyBC28`. */
  readonly path?: string;
}

/** The front ends, to be opened in this order, and the binding among them once it is open. */
export function frontEnds({ pty = false, path, baud }: FrontEndOptions): {
  readonly ports: readonly OpenPort[];
  readonly bound: Promise<BindingPort>;
} {
  let known = path ?? (typeof pty === "object" ? pty.link : undefined);
  let open = (_: BindingPort): void => {};
  const bound = new Promise<BindingPort>((resolve) => {
    open = resolve;
  });
  const openTerminal: OpenPort = (events) => {
    const terminal = openPty({ ...(typeof pty === "object" && pty), followSpeed: baud === "host" }, events);
    known ??= terminal.path;
    return terminal;
  };
  const bind: OpenPort = (events) => {
    const port = openBinding(known === undefined ? {} : { path: known }, whileOpen(events));
    open(port);
    return port;
  };
  return { ports: pty ? [openTerminal, bind] : [bind], bound };
}

/** While no host has the port open all is lost that is said there: that is no news. */
function whileOpen({ onBytes, onChange }: PortEvents): PortEvents {
  let open = false;
  return {
    onBytes,
    onChange(change) {
      if (change.kind === "attach") open = true;
      if (change.kind === "detach") open = false;
      if (open || change.kind !== "dropped") onChange(change);
    },
  };
}

/** The same binding, for whose opening time waits: what it takes may have to be loaded first. */
export function waitedFor({ list, open }: SerialBinding, { movement }: Clock): SerialBinding {
  return {
    list,
    async open(options) {
      const done = movement?.asking();
      return open(options).finally(done);
    },
  };
}
