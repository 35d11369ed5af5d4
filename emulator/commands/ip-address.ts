import type { Octets } from "../../at/octets.js";
import { type Param, text } from "../../at/params.js";
import { isIpv4 } from "../ipv4.js";

/** An IPv4 address in its dotted form, in quotes or bare. */
export const ipAddress = (name: string): Param<Octets> => ({
  ...text(name, 15, { check: isIpv4 }),
  probes: {
    good: ["0.0.0.0", "255.255.255.255", '"10.0.0.1"'],
    bad: ["256.0.0.1", "10.0.0", "10.0.0.1.1", "10.0.0.", "example", '""', "", "10.0. 0.1", '"10.0.0.1'],
  },
});
