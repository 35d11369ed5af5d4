import type { Baud } from "../net/ports/uart/uart.js";
import type { OpenPort } from "../net/serial.js";
import type { FrontEnd } from "./front-ends.js";

/** Loads only the front end that is asked for: node-pty's binding is not needed for the others. */
export async function openerOf(frontEnd: FrontEnd, baud: Baud | undefined): Promise<OpenPort> {
  switch (frontEnd.kind) {
    case "pty": {
      const { openPty } = await import("../net/ports/pty/pty.js");
      const named = frontEnd.link === undefined ? {} : { link: frontEnd.link };
      return (events) => openPty({ ...named, followSpeed: baud === "host" }, events);
    }
    case "stdio": {
      const { openStdio } = await import("../net/ports/stdio.js");
      return (events) => openStdio({}, events);
    }
    case "device": {
      const { openDevice } = await import("../net/ports/device/device.js");
      const speed = typeof baud === "number" ? { speed: baud } : {};
      return (events) => openDevice({ path: frontEnd.path, ...speed }, events);
    }
    case "tcp": {
      const { openTcp } = await import("../net/ports/sockets/tcp.js");
      return (events) => openTcp(frontEnd, events);
    }
    case "tcp-connect": {
      const { openTcpConnect } = await import("../net/ports/sockets/tcp-connect.js");
      return (events) => openTcpConnect(frontEnd, events);
    }
    case "unix": {
      const { openUnix } = await import("../net/ports/sockets/unix.js");
      return (events) => openUnix(frontEnd, events);
    }
    case "rfc2217": {
      const { openRfc2217 } = await import("../net/ports/rfc2217/rfc2217.js");
      return (events) => openRfc2217(frontEnd, events);
    }
  }
}
