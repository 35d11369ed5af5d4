import { type Octets, toBytes } from "../../at/octets.js";

/** The HMAC of a content by a secret. Node's hashes are loaded when a device first signs: most modules never do. */
export const hmac = (
  digest: "md5" | "sha1" | "sha256",
  secret: Octets,
  content: Octets,
  as: "hex" | "base64",
): Octets =>
  process.getBuiltinModule("node:crypto").createHmac(digest, toBytes(secret)).update(toBytes(content)).digest(as);
