import { isIP } from "node:net";
import type { Mapping } from "./name-map.js";
import { mapsName } from "./name-map.js";

/** What a dial to a port finds where the embedded broker does not listen. */
export type WrongPort =
  /** A server for TLS: TCP opens, and what is not TLS makes it hang up. */
  | "tls"
  /** Nobody listens. */
  | "closed";

/** The port of MQTT, to which every name leads, and that of MQTT over TLS. */
const mqttPort = 1883;
const tlsPort = 8883;

/**
 * What a link to a name finds at a wrong port; undefined: the port is right. With the embedded broker, a name leads to it at
 * MQTT's port and at the broker's own. Addresses, and names with a mapping, have no wrong port here.
 */
export function wrongPort(
  mappings: readonly Mapping[],
  broker: { readonly port: number },
  host: string,
  port: number,
): WrongPort | undefined {
  if (isIP(host) !== 0 || mapsName(mappings, host)) return undefined;
  if (port === mqttPort || port === broker.port) return undefined;
  return port === tlsPort ? "tls" : "closed";
}

/** Warns the user of a wrong port, once for each port. */
export class WrongPortWarnings {
  readonly #warn: (line: string) => void;
  #told: readonly number[] = [];

  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  tell(what: WrongPort, host: string, port: number): void {
    if (this.#told.includes(port)) return;
    this.#told = [...this.#told, port];
    const why =
      what === "tls"
        ? "is the port of MQTT over TLS, which the module does not speak here: the link opens, and its first packet ends it"
        : "is not the port of a broker: nobody listens there";
    this.#warn(`port ${port} ${why}; take ${mqttPort}, or send the name elsewhere: --map '${host}=HOST:${port}'`);
  }
}
