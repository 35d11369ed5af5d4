import { form, ok, refused, requested } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { int, isMqttString, optional, secret, text, type Values } from "../../at/params.js";
import { type HttpUrl, readHttpUrl } from "../addresses.js";
import { tokenForm, tokenUrl } from "../cloud/tencent.js";
import type { CommandView, Demand, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { isOnline } from "../radio/radio.js";
import type { NetworkRequest } from "../request.js";
import { refusedLine, type TokenFailure } from "../urc.js";

/** The unit of `<expire>`, in seconds (note 3.2.2). */
const daySeconds = 24 * 3600;
/** `<expire>` where it is left out, in days (note 3.2.2). */
const defaultDays = 7;

const isUrl = (octets: Octets): boolean => readHttpUrl(octets) !== undefined;
const urlOf = (length: number): Octets => "http://h/".padEnd(length, "a").slice(0, length);

const shape = {
  productId: text("product_id", 64, { check: isMqttString }),
  deviceName: text("device_name", 64, { check: isMqttString }),
  clientId: text("client_id", 128, { check: isMqttString }), // as long as AT+QMTCONN takes it
  deviceSecret: secret(text("device_secret", 256, { check: isMqttString })),
  expire: optional(int(1, 60)),
  url: optional(text("url", 255, { min: 8, check: isUrl, spell: urlOf })),
};

type Given = Values<typeof shape>;

const result = (code: TokenFailure): ModuleAnswer =>
  requested({ to: "later", line: refusedLine(code), after: 0 } as const);

/** Whether the names are of one device (note 3.2.2). If not, the trace masks all of them: one may be the secret. */
const isOneDevice = ({ productId, deviceName, clientId }: Given): boolean => clientId === `${productId}@${deviceName}`;

/** Makes the request from a nonce. */
function post({ host, port, path }: HttpUrl, given: Given, time: number): (nonce: number) => NetworkRequest {
  const { productId, deviceName, clientId, deviceSecret, expire = defaultDays } = given;
  const timestamp = Math.floor(time / 1000);
  return (nonce) => {
    const request = { productId, deviceName, clientId, expire: expire * daySeconds, nonce, timestamp };
    return { kind: "post", host, port, path, body: tokenForm(request, deviceSecret) };
  };
}

/** Handles the write form. Only one request may be pending. decided */
function ask(given: Given, { requests, radio, time }: CommandView): ModuleAnswer {
  const where = readHttpUrl(given.url ?? tokenUrl);
  if (where === undefined) return refused("badParameter");
  if (requests.post !== undefined) return refused("operationNotAllowed");
  if (where.scheme === "https") return result(3); // TLS is not modelled
  if (!isOnline(radio)) return result(2);
  return requested({ to: "networkWithNonce", request: post(where, given, time) } satisfies Demand);
}

function tokenInfo({ token, profile }: CommandView): ModuleAnswer {
  if (token === undefined) return ok();
  const quote = profile.quirks.edition === "note" ? '"' : "";
  const line = (shown: Octets): Octets => `+QMTTENAUTH: ${quote}${shown}${quote}`;
  return { kind: "ok", lines: [line(token)], shown: [line("***")] };
}

/** Get a Token from Tencent Cloud. The note has both spellings of the command; its answers always have two T. */
export const qmtenauth: ModuleCommand = {
  names: ["+QMTENAUTH", "+QMTTENAUTH"],
  manual: "note 3.2.2",
  within: 195_000,
  test: ({ profile }) => [
    profile.quirks.edition === "note"
      ? '+QMTTENAUTH: "<product_id>","<device_name>","<client_id>","<device_secret>"[,<expire>[,"<url>"]]'
      : "+QMTTENAUTH: <product_id>,<device_name>,<client_id>,<device_secret>,<expire>,<url>",
  ],
  read: tokenInfo,
  write: form(shape, ask, { agree: isOneDevice }),
};
