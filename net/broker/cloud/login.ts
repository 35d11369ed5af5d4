import type { CloudDevice } from "./device.js";

/** Who a client says it is. */
export interface CloudIdentity {
  readonly cloud: "Alibaba" | "Tencent";
  readonly productKey: string;
  readonly deviceName: string;
}

/** What a client of a cloud shows in its CONNECT; the password is text, as both clouds have it. */
export interface Credentials {
  readonly clientId: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** What is wrong with a login, in words for the log that hold no secret. */
export interface LoginFlaw {
  readonly flaw: string;
}

/** A login that is well-formed; whether it is true only the device's secret can tell. */
export interface CloudLogin extends CloudIdentity {
  /** The client id under which the broker knows the device, so that its session is its own. */
  readonly session: string;
  /** What is wrong with it, if this is the device. */
  check(device: CloudDevice): LoginFlaw | undefined;
}
