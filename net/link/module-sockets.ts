import type { SocketAct, SocketEvent } from "../../emulator/io.js";
import type { SocketHandle } from "../../emulator/sockets/socket.js";
import type { Dial } from "./dialer.js";
import type { Link } from "./link.js";
import type { OpenUdp, UdpSocket } from "./udp.js";

/** What sockets of the module are opened with. */
export interface SocketWiring {
  readonly dial: Dial;
  readonly openUdp: OpenUdp;
}

/** Carries out what the module does with sockets of its host, and tells it what happens to them. */
export class ModuleSockets {
  readonly #wiring: SocketWiring;
  readonly #tell: (handle: SocketHandle, event: SocketEvent) => void;
  readonly #tcp = new Map<SocketHandle, Link>();
  readonly #udp = new Map<SocketHandle, UdpSocket>();

  constructor(wiring: SocketWiring, tell: (handle: SocketHandle, event: SocketEvent) => void) {
    this.#wiring = wiring;
    this.#tell = tell;
  }

  /** Does something with a socket. Does nothing where it has ended. */
  act(handle: SocketHandle, act: SocketAct): void {
    if (act.kind === "datagram") {
      const { address, port, bytes, number } = act;
      this.#udpOf(handle).send({ address, port }, bytes, number);
    } else if (act.kind === "close") {
      this.#udp.get(handle)?.close();
      this.#udp.delete(handle);
    } else if (act.kind === "dial") this.#dial(handle, act.host, act.port);
    else if (act.kind === "bytes") this.#tcp.get(handle)?.write(act.bytes);
    else {
      this.#tcp.get(handle)?.[act.kind]();
      if (act.kind === "end" || act.kind === "reset") this.#tcp.delete(handle);
    }
  }

  /** Closes all sockets at once. */
  close(): void {
    for (const link of this.#tcp.values()) link.reset();
    for (const socket of this.#udp.values()) socket.close();
    this.#tcp.clear();
    this.#udp.clear();
  }

  #udpOf(handle: SocketHandle): UdpSocket {
    const known = this.#udp.get(handle);
    if (known !== undefined) return known;
    const socket = this.#wiring.openUdp({
      datagram: ({ address, port }, bytes) => this.#tell(handle, { kind: "datagram", address, port, bytes }),
      done: (number, isHanded) => this.#tell(handle, { kind: isHanded ? "handed" : "notHanded", number }),
    });
    this.#udp.set(handle, socket);
    return socket;
  }

  #dial(handle: SocketHandle, host: string, port: number): void {
    const link = this.#wiring.dial(host, port, {
      up: () => this.#tell(handle, { kind: "up" }),
      down: (reason) => {
        this.#tcp.delete(handle);
        this.#tell(handle, { kind: "down", reason });
      },
      bytes: (bytes) => this.#tell(handle, { kind: "bytes", bytes }),
      sent: (total) => this.#tell(handle, { kind: "sent", total }),
      sendFailed: () => this.#tell(handle, { kind: "sendFailed" }),
    });
    this.#tcp.set(handle, link);
  }
}
