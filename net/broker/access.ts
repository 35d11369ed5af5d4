import type { AedesOptions, AuthenticateError, Client } from "aedes";
import type { Level, Qos } from "../../mqtt/packet.js";
import type { Clouds } from "./cloud/clouds.js";
import type { CloudIdentity, Credentials } from "./cloud/login.js";

/** What a client shows in its CONNECT. */
export interface Login {
  readonly clientId: string;
  readonly level: Level;
  readonly user?: string;
  readonly password?: Uint8Array;
}

/** The return code of the CONNACK: accepted, or one of the refusals of MQTT 3.1.1, table 3.1. */
export type LoginAnswer = 0 | 2 | 3 | 4 | 5;

/** One topic filter of a SUBSCRIBE. */
export interface SubscriptionRequest {
  /** For a device of Alibaba's, whose client id is free, `DEVICE&PRODUCT`. */
  readonly clientId: string;
  readonly filter: string;
  readonly qos: Qos;
}

/** Who decides, besides the clouds. */
export interface AccessChecks {
  /** Left out: everybody is let in. Who needs time to decide promises the answer. */
  authenticate?(login: Login): LoginAnswer | Promise<LoginAnswer>;
  /** `false` is told to the client as a granted QoS of 128. Left out: everything is allowed. */
  authorizeSubscribe?(wish: SubscriptionRequest): boolean;
}

/** What aedes asks before it lets a client in, or do something: first the clouds, then whom the options name. */
export function aedesAccess({ authenticate, authorizeSubscribe }: AccessChecks, clouds: Clouds): AedesOptions {
  const identities = new WeakMap<Client, CloudIdentity>();
  const allows = (client: Client | null, what: "publish" | "subscribe", topic: string): boolean => {
    const identity = client === null ? undefined : identities.get(client);
    return identity === undefined || clouds.allows(identity, what, topic);
  };
  return {
    // Real brokers take longer ids over MQTT 3.1 too, and clouds ask for them.
    maxClientsIdLength: 65535,
    // What waits for a client, and how long, is bounded by aedes's defaults; for one packet it knows no limit.
    authenticate(client, user, password, done) {
      const login = loginOf(client, user, password);
      const admission = clouds.admit(credentialsOf(login));
      if (admission.kind === "admitted" && admission.device) {
        identities.set(client, admission.device);
        client.id = admission.device.session;
      }
      const tell = (code: LoginAnswer): void => done(code === 0 ? null : refusal(code), code === 0);
      const answer = admission.kind === "refused" ? 4 : (authenticate?.(login) ?? 0);
      if (typeof answer === "number") tell(answer);
      else answer.then(tell);
    },
    authorizeSubscribe(client, wish, done) {
      const asked = { clientId: client?.id ?? "", filter: wish.topic, qos: wish.qos };
      done(null, allows(client, "subscribe", wish.topic) && (authorizeSubscribe?.(asked) ?? true) ? wish : null);
    },
    // The one way to refuse a PUBLISH is to hang up. [MQTT-3.3.5-2]
    authorizePublish(client, { topic }, done) {
      const may = !topic.startsWith("$SYS/") && allows(client, "publish", topic);
      done(may ? null : new Error("it may not publish that"));
    },
  };
}

const loginOf = (client: Client, user: string | undefined, password: Uint8Array | undefined): Login => ({
  clientId: client.id,
  level: client.version === 3 ? 3 : 4,
  ...(user !== undefined && { user }),
  ...(password && { password }),
});

const credentialsOf = ({ clientId, user, password }: Login): Credentials => ({
  clientId,
  user,
  password: password && Buffer.from(password).toString("utf8"),
});

const refusal = (returnCode: number): AuthenticateError =>
  Object.assign(new Error(`login refused with ${returnCode}`), { returnCode });
