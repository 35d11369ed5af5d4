import { fromBytes, fromText, type Octets, toText } from "../../at/octets.js";
import { atLeast, oneOf, text, whole } from "../profile/schema.js";
import { hmac } from "./hmac.js";

/** The URL of the token server, if the host gives none (note 3.2.2). */
export const tokenUrl = "http://gz.auth-device-iot.tencentcloudapi.com/token";

/** The fields of a token request. Strings are octets in UTF-8. */
export interface TokenRequest {
  readonly productId: Octets;
  readonly deviceName: Octets;
  /** `<product_id>@<device_name>` */
  readonly clientId: Octets;
  /** How long the password is valid, in seconds. */
  readonly expire: number | Octets;
  readonly nonce: number | Octets;
  /** Seconds since 1970. */
  readonly timestamp: number | Octets;
}

/** The fields in their order, without the signature. */
const fieldsOf = ({ clientId, deviceName, expire, nonce, productId, timestamp }: TokenRequest) =>
  Object.entries({ clientId, deviceName, expire, nonce, productId, timestamp }).map(
    ([name, value]) => [name, `${value}`] as const,
  );

/** The text that is signed. Its values are not escaped. */
export const tokenContent = (request: TokenRequest): Octets =>
  fieldsOf(request)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

/** The signature of a content, in Base64. */
export const tokenSignature = (secret: Octets, content: Octets): Octets => hmac("sha256", secret, content, "base64");

/** The octets that are escaped in a form. RFC 3986 2.3 */
const reserved = /[^A-Za-z0-9._~-]/g;

const escaped = (octets: Octets): string =>
  octets.replace(reserved, (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

/** The body of the request: application/x-www-form-urlencoded. */
export function tokenForm(request: TokenRequest, secret: Octets): Octets {
  const signature = tokenSignature(secret, tokenContent(request));
  return [...fieldsOf(request), ["signature", signature] as const]
    .map(([name, value]) => `${name}=${escaped(value)}`)
    .join("&");
}

/** A form with its signature masked, for the trace. */
export const maskedForm = (form: Octets): Octets => form.replace(/(?<=(?:^|&)signature=)[^&]*/g, "***");

/** Whether a text can be sent to the host in a line, and given to AT+QMTCONN as a password. */
const isPassword = (password: string): boolean =>
  !/[\p{Cc}\p{Cs}]/u.test(password) && password !== "" && fromText(password).length <= 256;

const answer = atLeast({
  returnCode: oneOf(0),
  data: atLeast({
    id: text("text", () => true),
    secret: text("a password", isPassword),
    expire: whole(0, Number.MAX_SAFE_INTEGER),
  }),
});

/** The password in an answer of the token server; undefined where it holds none, or is not valid. */
export function grantedPassword(body: Uint8Array): Octets | undefined {
  const checked = answer(parsed(body), "");
  return "value" in checked ? fromText(checked.value.data.secret) : undefined;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(toText(fromBytes(body)) ?? "");
  } catch {
    return undefined;
  }
}
