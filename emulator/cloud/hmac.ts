import { type Octets, toBytes } from "../../at/octets.js";

/** The HMAC of a content with a secret. `node:crypto` is loaded at the first call, because most modules never sign. */
export const hmac = (
  digest: "md5" | "sha1" | "sha256",
  secret: Octets,
  content: Octets,
  as: "hex" | "base64",
): Octets =>
  process.getBuiltinModule("node:crypto").createHmac(digest, toBytes(secret)).update(toBytes(content)).digest(as);
