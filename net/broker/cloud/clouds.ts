import { short } from "../../log.js";
import type { Millis } from "../../time/clock.js";
import { isAliyunId, isAliyunTopicOf, readAliyunLogin } from "./aliyun.js";
import { type CloudDevice, nameOf } from "./device.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";
import { isTencentId, isTencentTopicOf, readTencentLogin } from "./tencent.js";
import { answerTokenRequest } from "./token-endpoint.js";
import { Tokens } from "./tokens.js";

/** What the stand-ins depend on. */
export interface CloudsOptions {
  /** Whom they know; none: they let everybody in who is well-formed. */
  readonly devices: readonly CloudDevice[];
  /** The calendar's time, in ms as Date has it. */
  readonly time: () => Millis;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** What becomes of a login; a client of neither cloud is nobody's device. */
export type Admission =
  | { readonly kind: "refused" }
  | { readonly kind: "admitted"; readonly device: CloudLogin | undefined };

/** So many unchecked clients are told of only once. */
const mostTold = 1000;

/** Stand-ins of Alibaba's and Tencent's cloud: who may come in, to which topics, and Tencent's tokens. */
export class Clouds {
  readonly #options: CloudsOptions;
  readonly #devices: ReadonlyMap<string, CloudDevice>;
  readonly #products: ReadonlySet<string>;
  readonly #tokens: Tokens;
  readonly #told = new Set<string>();

  constructor(options: CloudsOptions) {
    this.#options = options;
    this.#devices = new Map(options.devices.map((device) => [nameOf(device), device]));
    this.#products = new Set(options.devices.map(({ productKey }) => productKey));
    this.#tokens = new Tokens(options.time);
  }

  /** Checks a login that is of one of the clouds; every other one is none of our business. */
  admit(credentials: Credentials): Admission {
    const login = this.#read(credentials);
    if (login === undefined) return { kind: "admitted", device: undefined };
    const checked = "flaw" in login ? login : (this.#check(login) ?? login);
    if (!("flaw" in checked)) return { kind: "admitted", device: checked };
    this.#options.warn(`client ${short(credentials.clientId)} is refused: ${checked.flaw}`);
    return { kind: "refused" };
  }

  /** Whether a device may subscribe to this filter, or publish to this topic. */
  allows(identity: CloudIdentity, what: "publish" | "subscribe", topic: string): boolean {
    const isProduct = (name: string) => this.#products.has(name);
    const isItsOwn =
      identity.cloud === "Alibaba" ? isAliyunTopicOf(identity, topic) : isTencentTopicOf(identity, topic, isProduct);
    const who = `device ${short(nameOf(identity))}`;
    if (!isItsOwn) this.#options.warn(`${who} may not ${what} to ${short(topic)}: it is not its own`);
    return isItsOwn;
  }

  /** Answers the form with which a device of Tencent's asks for a token. */
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

  /** A driver that forgets the extension of its client id would get into no cloud either. */
  #isAliyunUser(user: string): boolean {
    const [deviceName = "", productKey = ""] = user.split("&");
    return this.#device({ productKey, deviceName }) !== undefined;
  }

  /** An id like an e-mail address is no device's, unless something else speaks for it. */
  #isTencent(clientId: string, user: string): boolean {
    const [productKey = ""] = clientId.split("@");
    return isTencentId(clientId) && (user === clientId || this.#products.has(productKey) || this.#tokens.has(clientId));
  }

  #check(login: CloudLogin): LoginFlaw | undefined {
    if (this.#devices.size === 0) return this.#tellUnchecked(login);
    const device = this.#device(login);
    return device === undefined ? { flaw: `there is no device ${short(nameOf(login))}` } : login.check(device);
  }

  #device(identity: Pick<CloudIdentity, "productKey" | "deviceName">): CloudDevice | undefined {
    return this.#devices.get(nameOf(identity));
  }

  #tellUnchecked(login: CloudLogin): undefined {
    const name = short(nameOf(login));
    if (this.#told.has(name)) return;
    if (this.#told.size >= mostTold) this.#told.clear();
    this.#told.add(name);
    this.#options.warn(
      `device ${name} of ${login.cloud}'s cloud is let in unchecked; --cloud-device ${name}/SECRET has it checked`,
    );
  }
}
