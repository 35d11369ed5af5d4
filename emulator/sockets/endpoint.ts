/** The number of a socket as the host has it, 0 to 6. */
export type SocketId = number;

/** The number of a socket in the network: a new one for each dial, and for each UDP socket that sends. */
export type SocketHandle = number;

/** An IPv4 address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}
