import type { Octets } from "../../at/octets.js";
import type { AliAuth } from "../memory/mqtt-settings.js";
import { hmac } from "./hmac.js";

/** How Alibaba Cloud lets a device sign; the name stands in the client id. The first is the module's. */
export const aliSignMethods = ["hmacsha256", "hmacsha1", "hmacmd5"] as const;
export type AliSignMethod = (typeof aliSignMethods)[number];

/** Who a device is, as it signs it. Strings are the bytes of the wire, which are UTF-8. */
export interface AliIdentity extends Pick<AliAuth, "productKey" | "deviceName"> {
  /** Without the `|…|` behind it. */
  readonly clientId: Octets;
  /** Left out: none is signed. */
  readonly timestamp?: Octets | undefined;
}

/** What a device that signs connects with. */
export interface AliLogin {
  readonly clientId: Octets;
  readonly user: Octets;
  readonly password: Octets;
}

const digests = { hmacsha256: "sha256", hmacsha1: "sha1", hmacmd5: "md5" } as const satisfies Record<
  AliSignMethod,
  string
>;

/** What is signed: each name and its value, names in the order of the alphabet. */
export function aliyunContent({ clientId, deviceName, productKey, timestamp }: AliIdentity): Octets {
  const end = timestamp === undefined ? "" : `timestamp${timestamp}`;
  return `clientId${clientId}deviceName${deviceName}productKey${productKey}${end}`;
}

/** The signature of that, in small hexadecimal digits. */
export const aliyunPassword = (identity: AliIdentity, method: AliSignMethod, secret: Octets): Octets =>
  hmac(digests[method], secret, aliyunContent(identity), "hex");

/** What AT+QMTCONN sends where aliauth is set and no user is given. */
export function aliyunLogin(identity: AliIdentity, method: AliSignMethod, secret: Octets): AliLogin {
  const { clientId, deviceName, productKey, timestamp } = identity;
  const end = timestamp === undefined ? "" : `,timestamp=${timestamp}`;
  return {
    clientId: `${clientId}|securemode=3,signmethod=${method}${end}|`,
    user: `${deviceName}&${productKey}`,
    password: aliyunPassword(identity, method, secret),
  };
}
