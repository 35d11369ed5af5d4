import { LocalServers } from "./local-servers.js";
import { type OpenUdp, type UdpOptions, udpOpener } from "./udp.js";

/** What only modules with sockets need: UDP, and servers in this process. */
export class SocketNetwork {
  readonly servers = new LocalServers();
  readonly openUdp: OpenUdp;

  constructor(options: Omit<UdpOptions, "local">) {
    this.openUdp = udpOpener({ ...options, local: this.servers });
  }
}
