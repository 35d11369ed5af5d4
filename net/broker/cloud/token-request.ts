import { isTencentId } from "./tencent.js";

/** What a device of Tencent's asks for a token with: the signed values as they were sent, and the signature. */
export interface TokenRequest {
  readonly clientId: string;
  readonly deviceName: string;
  readonly expire: string;
  readonly nonce: string;
  readonly productId: string;
  readonly timestamp: string;
  readonly signature: string;
}

const names = ["clientId", "deviceName", "expire", "nonce", "productId", "timestamp", "signature"] as const;

/** A token is good for 60 days at most, in seconds. */
const longest = 60 * 24 * 3600;

/** Reads the form of a request, its fields in any order; or says what is wrong with it. */
export function readTokenRequest(body: string): TokenRequest | { readonly problem: string } {
  const form = new URLSearchParams(body);
  const wrong = names.find((name) => form.getAll(name).length !== 1 || form.get(name) === "");
  if (wrong !== undefined) return { problem: `${wrong} must be there once` };
  const value = (name: (typeof names)[number]): string => form.get(name) ?? "";
  const request = {
    clientId: value("clientId"),
    deviceName: value("deviceName"),
    expire: value("expire"),
    nonce: value("nonce"),
    productId: value("productId"),
    timestamp: value("timestamp"),
    signature: value("signature"),
  };
  const problem = problemOf(request);
  return problem === undefined ? request : { problem };
}

function problemOf({ clientId, deviceName, expire, nonce, productId, timestamp }: TokenRequest): string | undefined {
  if (!isTencentId(clientId) || clientId !== `${productId}@${deviceName}`) return "clientId must be PRODUCT@DEVICE";
  if (!isWhole(expire) || Number(expire) < 1 || Number(expire) > longest) return `expire must be 1 to ${longest}`;
  if (!isWhole(nonce)) return "nonce must be a whole number";
  if (!isWhole(timestamp)) return "timestamp must be whole seconds";
  return undefined;
}

const isWhole = (text: string): boolean => /^\d{1,15}$/.test(text);
