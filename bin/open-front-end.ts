import type { OpenPort } from "../net/serial.js";
import type { Baud } from "../net/uart/uart.js";
import type { FrontEnd } from "./front-ends.js";

/** Loads only the front end that is asked for: node-pty's binding is not needed for the others. */
export async function openerOf(frontEnd: FrontEnd, baud: Baud | undefined): Promise<OpenPort> {
  switch (frontEnd.kind) {
    case "pty": {
      const { openPty } = await import("../net/pty/pty.js");
      const named = frontEnd.link === undefined ? {} : { link: frontEnd.link };
      return (events) => openPty({ ...named, followSpeed: baud === "host" }, events);
    }
    case "stdio": {
      const { openStdio } = await import("../net/stdio.js");
      return (events) => openStdio({}, events);
    }
    case "device": {
      const { openDevice } = await import("../net/device/device.js");
      const speed = typeof baud === "number" ? { speed: baud } : {};
      return (events) => openDevice({ path: frontEnd.path, ...speed }, events);
    }
    case "tcp": {
      const { openTcp } = await import("../net/sockets/tcp.js");
      return (events) => openTcp(frontEnd, events);
    }
    case "tcp-connect": {
      const { openTcpConnect } = await import("../net/sockets/tcp-connect.js");
      return (events) => openTcpConnect(frontEnd, events);
    }
    case "unix": {
      const { openUnix } = await import("../net/sockets/unix.js");
      return (events) => openUnix(frontEnd, events);
    }
    case "rfc2217": {
      const { openRfc2217 } = await import("../net/rfc2217/rfc2217.js");
      return (events) => openRfc2217(frontEnd, events);
    }
  }
}
