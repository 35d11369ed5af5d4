import { type BindingPort, openBinding } from "../ports/binding/binding.js";
import type { SerialBinding } from "../ports/binding/serial-binding.js";
import { openPty } from "../ports/pty/pty.js";
import type { Baud } from "../ports/uart/uart.js";
import type { OpenPort, PortEvents } from "../serial.js";
import type { Clock } from "../time/clock.js";

/** The front ends of a test modem, beside that of its `host`. */
export interface FrontEndOptions {
  /** The speed of the lines, as with `--baud`, in bits per second; `host` has none. Left out: bytes arrive at once. */
  readonly baud?: Baud;
  /** Opens a pseudo-terminal too, for hosts in other processes; `link` is the path of a symlink to it. Left out: none. */
  readonly pty?: boolean | { readonly link: string };
  /** The path that hosts with the `serialport` package open. Left out: that of the pseudo-terminal, or `/dev/ttyBC28`. */
  readonly path?: string;
}

/** Functions that open the front ends, to be called in this order; `bound` resolves with the binding once it is open. */
export function frontEnds({ pty = false, path, baud }: FrontEndOptions): {
  readonly ports: readonly OpenPort[];
  readonly bound: Promise<BindingPort>;
} {
  let bindingPath = path ?? (typeof pty === "object" ? pty.link : undefined);
  let resolveBound = (_: BindingPort): void => {};
  const bound = new Promise<BindingPort>((resolve) => {
    resolveBound = resolve;
  });
  const openTerminal: OpenPort = (events) => {
    const terminal = openPty({ ...(typeof pty === "object" && pty), followSpeed: baud === "host" }, events);
    bindingPath ??= terminal.path;
    return terminal;
  };
  const bind: OpenPort = (events) => {
    const port = openBinding(bindingPath === undefined ? {} : { path: bindingPath }, withoutUnopenedDrops(events));
    resolveBound(port);
    return port;
  };
  return { ports: pty ? [openTerminal, bind] : [bind], bound };
}

/** The same events, without bytes that were dropped while no host had the port open. */
function withoutUnopenedDrops({ onBytes, onChange }: PortEvents): PortEvents {
  let isOpen = false;
  return {
    onBytes,
    onChange(change) {
      if (change.kind === "attach") isOpen = true;
      if (change.kind === "detach") isOpen = false;
      if (isOpen || change.kind !== "dropped") onChange(change);
    },
  };
}

/** The same binding; with a manual clock, time waits while a host opens it, which may have to load packages. */
export function withWaitForOpen({ list, open }: SerialBinding, { quiescence }: Clock): SerialBinding {
  return {
    list,
    async open(options) {
      const opened = quiescence?.asking();
      return open(options).finally(opened);
    },
  };
}
