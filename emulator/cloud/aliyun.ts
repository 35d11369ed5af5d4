import type { Octets } from "../../at/octets.js";
import type { AliAuth } from "../memory/mqtt-settings.js";
import { hmac } from "./hmac.js";

/** The sign methods of Alibaba Cloud, as the client id holds them. The first is the default. */
export const aliSignMethods = ["hmacsha256", "hmacsha1", "hmacmd5"] as const;
export type AliSignMethod = (typeof aliSignMethods)[number];

/** The names of a device that are signed. Strings are octets in UTF-8. */
export interface AliIdentity extends Pick<AliAuth, "productKey" | "deviceName"> {
  /** Without the suffix `|…|`. */
  readonly clientId: Octets;
  /** Left out: no timestamp is signed. */
  readonly timestamp?: Octets | undefined;
}

/** The credentials of a CONNECT. */
export interface AliLogin {
  readonly clientId: Octets;
  readonly user: Octets;
  readonly password: Octets;
}

const digests = { hmacsha256: "sha256", hmacsha1: "sha1", hmacmd5: "md5" } as const satisfies Record<
  AliSignMethod,
  string
>;

/** The text that is signed: each name with its value, in alphabetical order of the names. */
export function aliyunContent({ clientId, deviceName, productKey, timestamp }: AliIdentity): Octets {
  const end = timestamp === undefined ? "" : `timestamp${timestamp}`;
  return `clientId${clientId}deviceName${deviceName}productKey${productKey}${end}`;
}

/** The signature, in lower-case hexadecimal digits. */
export const aliyunPassword = (identity: AliIdentity, method: AliSignMethod, secret: Octets): Octets =>
  hmac(digests[method], secret, aliyunContent(identity), "hex");

/** The credentials that AT+QMTCONN sends if aliauth is set and no user is given. */
export function aliyunLogin(identity: AliIdentity, method: AliSignMethod, secret: Octets): AliLogin {
  const { clientId, deviceName, productKey, timestamp } = identity;
  const end = timestamp === undefined ? "" : `,timestamp=${timestamp}`;
  return {
    clientId: `${clientId}|securemode=3,signmethod=${method}${end}|`,
    user: `${deviceName}&${productKey}`,
    password: aliyunPassword(identity, method, secret),
  };
}
