import type { CloudDevice } from "./device.js";

/** The device that a client says it is. */
export interface CloudIdentity {
  readonly cloud: "Alibaba" | "Tencent";
  readonly productKey: string;
  readonly deviceName: string;
}

/** What a client gives in its CONNECT. The password is text, as in both clouds. */
export interface Credentials {
  readonly clientId: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** What is wrong with a login, as text for the log, without secrets. */
export interface LoginFlaw {
  readonly flaw: string;
}

/** A login that is well-formed; `check` compares it with the device's secret. */
export interface CloudLogin extends CloudIdentity {
  /** The client id that the broker uses for the device: it is unique, so that each device has its own session. */
  readonly session: string;
  /** What is wrong with the login if it is that of `device`; undefined: nothing. */
  check(device: CloudDevice): LoginFlaw | undefined;
}
