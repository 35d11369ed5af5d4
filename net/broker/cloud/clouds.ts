import { truncate } from "../../log-text.js";
import type { Millis } from "../../time/clock.js";
import { isAliyunId, isAliyunTopicOf, readAliyunLogin } from "./aliyun.js";
import { type CloudDevice, nameOf } from "./device.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";
import { isTencentId, isTencentTopicOf, readTencentLogin } from "./tencent.js";
import { answerTokenRequest } from "./token-endpoint.js";
import { Tokens } from "./tokens.js";

/** What the cloud stand-ins need. */
export interface CloudsOptions {
  /** The known devices. None: every well-formed login is accepted. */
  readonly devices: readonly CloudDevice[];
  /** Calendar time, in ms since 1970 as `Date.now()` returns it. */
  readonly time: () => Millis;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** The decision on a login; `device` is undefined for a client of neither cloud. */
export type Admission =
  | { readonly kind: "refused" }
  | { readonly kind: "admitted"; readonly device: CloudLogin | undefined };

/** How many devices are remembered, so that each unchecked one is warned of only once. */
const maxWarned = 1000;

/** Stand-ins for Alibaba's and Tencent's clouds: they check logins and topics, and give Tencent's tokens. */
export class Clouds {
  readonly #options: CloudsOptions;
  readonly #devices: ReadonlyMap<string, CloudDevice>;
  readonly #products: ReadonlySet<string>;
  readonly #tokens: Tokens;
  readonly #warned = new Set<string>();

  constructor(options: CloudsOptions) {
    this.#options = options;
    this.#devices = new Map(options.devices.map((device) => [nameOf(device), device]));
    this.#products = new Set(options.devices.map(({ productKey }) => productKey));
    this.#tokens = new Tokens(options.time);
  }

  /** Checks a login of one of the clouds; every other one is accepted here. */
  admit(credentials: Credentials): Admission {
    const login = this.#read(credentials);
    if (login === undefined) return { kind: "admitted", device: undefined };
    const checked = "flaw" in login ? login : (this.#check(login) ?? login);
    if (!("flaw" in checked)) return { kind: "admitted", device: checked };
    this.#options.warn(`client ${truncate(credentials.clientId)} is refused: ${checked.flaw}`);
    return { kind: "refused" };
  }

  /** Whether a device may subscribe to this filter, or publish to this topic. */
  allows(identity: CloudIdentity, what: "publish" | "subscribe", topic: string): boolean {
    const isProduct = (name: string) => this.#products.has(name);
    const isAllowed =
      identity.cloud === "Alibaba" ? isAliyunTopicOf(identity, topic) : isTencentTopicOf(identity, topic, isProduct);
    const who = `device ${truncate(nameOf(identity))}`;
    if (!isAllowed) this.#options.warn(`${who} may not ${what} to ${truncate(topic)}: only its own topics are allowed`);
    return isAllowed;
  }

  /** The JSON answer to the form of a token request, Tencent. */
  token(form: string): string {
    const deviceOf = (productKey: string, deviceName: string) => this.#device({ productKey, deviceName });
    const checked = this.#devices.size > 0 ? deviceOf : undefined;
    return answerTokenRequest(form, { ...this.#options, deviceOf: checked, tokens: this.#tokens });
  }

  #read(credentials: Credentials): CloudLogin | LoginFlaw | undefined {
    const { clientId, user = "" } = credentials;
    if (isAliyunId(clientId) || this.#isAliyunUser(user)) return readAliyunLogin(credentials);
    return this.#isTencent(clientId, user) ? readTencentLogin(credentials, this.#tokens) : undefined;
  }

  /** Whether a user name is that of a known device of Alibaba's: its client id must have the cloud's form, too. */
  #isAliyunUser(user: string): boolean {
    const [deviceName = "", productKey = ""] = user.split("&");
    return this.#device({ productKey, deviceName }) !== undefined;
  }

  /** Whether a login is Tencent's. A client id like an e-mail address is not enough: something else must confirm it. */
  #isTencent(clientId: string, user: string): boolean {
    const [productKey = ""] = clientId.split("@");
    return isTencentId(clientId) && (user === clientId || this.#products.has(productKey) || this.#tokens.has(clientId));
  }

  #check(login: CloudLogin): LoginFlaw | undefined {
    if (this.#devices.size === 0) return this.#warnUnchecked(login);
    const device = this.#device(login);
    return device === undefined ? { flaw: `there is no device ${truncate(nameOf(login))}` } : login.check(device);
  }

  #device(identity: Pick<CloudIdentity, "productKey" | "deviceName">): CloudDevice | undefined {
    return this.#devices.get(nameOf(identity));
  }

  #warnUnchecked(login: CloudLogin): undefined {
    const name = truncate(nameOf(login));
    if (this.#warned.has(name)) return;
    if (this.#warned.size >= maxWarned) this.#warned.clear();
    this.#warned.add(name);
    this.#options.warn(
      `device ${name} of ${login.cloud}'s cloud is accepted without a check; give --cloud-device ${name}/SECRET to check it`,
    );
  }
}
