import { type LookupFunction, Socket } from "node:net";
import type { EmbeddedBroker } from "../broker/broker.js";
import type { Connection } from "./link.js";
import type { Destination } from "./name-map.js";
import { streamPair } from "./stream-pair.js";

const nextAddressAfter = 1000; // node's own 250 ms give up on a broker that is merely far away

/** Begins a TCP connection; what fails is told a tick later, whatever it is. */
export function connectSocket({ host, port }: Destination, lookup: LookupFunction): Socket {
  // Node takes no noDelay in connect(), and Nagle would hold a small packet back for 40 ms.
  const socket = new Socket().setNoDelay();
  try {
    socket.connect({ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextAddressAfter, lookup });
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
  return socket;
}

/** Begins a connection to the embedded broker without the system in between; `moved` is called for whatever passes. */
export function connectInProcess(broker: Pick<EmbeddedBroker, "accept">, moved: () => void): Connection {
  const [near, far] = streamPair(moved);
  if (broker.accept(far)) near.connect();
  else near.destroy(Object.assign(new Error("the broker is closed"), { code: "ECONNREFUSED" }));
  return near;
}
