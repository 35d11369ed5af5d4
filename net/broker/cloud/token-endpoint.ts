import { createHmac } from "node:crypto";
import { tokenContent, tokenSignature } from "../../../emulator/cloud/tencent.js";
import { truncate } from "../../log-text.js";
import type { Millis } from "../../time/clock.js";
import type { CloudDevice } from "./device.js";
import { isTencentId } from "./tencent.js";
import type { Token, Tokens } from "./tokens.js";

/** What the token endpoint needs. */
export interface TokenEndpointOptions {
  /** Finds a known device. Undefined: there are none, and every signature is accepted. */
  readonly deviceOf: ((productKey: string, deviceName: string) => CloudDevice | undefined) | undefined;
  readonly tokens: Tokens;
  /** Calendar time, in ms since 1970 as `Date.now()` returns it. */
  readonly time: () => Millis;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** How far the timestamp of a request may be off, in either direction. */
const maxClockSkewMs: Millis = 24 * 3600 * 1000;

/** Answers the form of a token request with JSON, as Tencent's cloud does. Every `returnCode` but 0 is a refusal. */
export function answerTokenRequest(body: string, options: TokenEndpointOptions): string {
  const request = readTokenRequest(body);
  if ("problem" in request) return refuse(400, request.problem, "nobody", options);
  const { clientId, productId, deviceName } = request;
  const device = options.deviceOf?.(productId, deviceName);
  if (options.deviceOf && device === undefined) return refuse(404, "there is no such device", clientId, options);
  if (device && tokenSignature(device.deviceSecret, tokenContent(request)) !== request.signature) {
    return refuse(401, "the signature is not that of the device secret", clientId, options);
  }
  if (Math.abs(Number(request.timestamp) * 1000 - options.time()) > maxClockSkewMs) {
    return refuse(408, "the timestamp is more than a day off", clientId, options);
  }
  const token = issue(request, device, options.time());
  options.tokens.add(clientId, token);
  options.info(`Tencent: a token for ${truncate(clientId)}, good for ${request.expire} s`);
  const data = { id: token.id, secret: token.secret, expire: Number(request.expire) };
  return JSON.stringify({ returnCode: 0, data });
}

/**
 * Makes a token. Its id is the client id: AT+QMTENAUTH reports only the secret, so a host must know its user name before.
 * Its secret is derived from the request, so that the same run gives the same tokens.
 */
function issue({ clientId, expire, signature }: TokenRequest, device: CloudDevice | undefined, now: Millis): Token {
  const secret = createHmac("sha256", device?.deviceSecret ?? "")
    .update(`token ${signature}`)
    .digest("hex");
  return { id: clientId, secret: secret.slice(0, 32), until: now + Number(expire) * 1000 };
}

function refuse(returnCode: number, message: string, who: string, { warn }: TokenEndpointOptions): string {
  warn(`Tencent: no token for ${truncate(who)}: ${message}`);
  return JSON.stringify({ returnCode, message });
}

/** A token request of Tencent's cloud: the signed values as they were sent, and the signature. */
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

/** How long a token may be valid: 60 days, in seconds. */
const maxExpireSeconds = 60 * 24 * 3600;

/** Parses the form of a request, with its fields in any order; or returns what is wrong with it. */
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
  if (!isWhole(expire) || Number(expire) < 1 || Number(expire) > maxExpireSeconds)
    return `expire must be 1 to ${maxExpireSeconds}`;
  if (!isWhole(nonce)) return "nonce must be a whole number";
  if (!isWhole(timestamp)) return "timestamp must be whole seconds";
  return undefined;
}

const isWhole = (text: string): boolean => /^\d{1,15}$/.test(text);
