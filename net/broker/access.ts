import type { AedesOptions, AuthenticateError, Client, ConnectPacket } from "aedes";
import type { Level, Qos } from "../../mqtt/packet.js";
import type { Clouds } from "./cloud/clouds.js";
import type { CloudIdentity, Credentials } from "./cloud/login.js";

/** What a client gives in its CONNECT. */
export interface Login {
  readonly clientId: string;
  /** The protocol level: 3 for MQTT 3.1, 4 for 3.1.1. */
  readonly level: Level;
  readonly user?: string;
  readonly password?: Uint8Array;
}

/** The return code of the CONNACK, MQTT 3.1.1 table 3.1: 0 accepts the client, the others refuse it. */
export type LoginAnswer = 0 | 2 | 3 | 4 | 5;

/** One topic filter of a SUBSCRIBE. */
export interface SubscriptionRequest {
  /** The client id; of a device of Alibaba's cloud, which may choose its client id, `DEVICE&PRODUCT`. */
  readonly clientId: string;
  readonly filter: string;
  readonly qos: Qos;
}

/** Decides which clients may do what, in addition to the cloud stand-ins. */
export interface AccessChecks {
  /** Accepts or refuses a client; may return a promise. Left out: every client is accepted. */
  authenticate?(login: Login): LoginAnswer | Promise<LoginAnswer>;
  /** Whether a client may subscribe to a filter; `false` gives it the return code 128. Left out: it may. */
  authorizeSubscribe?(request: SubscriptionRequest): boolean;
}

/**
 * The access options of aedes: they ask the cloud stand-ins first, and then the checks. `connected` is called with the
 * connection of each CONNECT. @internal: its types are those of aedes, which is bundled.
 */
export function aedesAccess(
  { authenticate, authorizeSubscribe }: AccessChecks,
  clouds: Clouds,
  connected: (connection: object) => void,
): AedesOptions {
  const identities = new WeakMap<Client, CloudIdentity>();
  const nameless = new WeakSet<Client>();
  const allows = (client: Client | null, what: "publish" | "subscribe", topic: string): boolean => {
    const identity = client === null ? undefined : identities.get(client);
    return identity === undefined || clouds.allows(identity, what, topic);
  };
  return {
    // MQTT 3.1 allows 23 characters; real brokers accept longer ids, and clouds need them.
    maxClientsIdLength: 65535,
    // aedes's defaults limit what is queued for a client, and for how long; the length of a packet is limited in aedes-fixes.
    connectTimeout: 2 ** 31 - 1, // the broker has a time-out of its own, by the module's clock
    preConnect(client, packet, done) {
      connected(client.conn);
      if (lacksClientId(packet)) nameless.add(client);
      done(null, true);
    },
    authenticate(client, user, password, done) {
      if (nameless.has(client)) {
        done(refusal(2), false);
        return;
      }
      const login = loginOf(client, user, password);
      const admission = clouds.admit(credentialsOf(login));
      if (admission.kind === "admitted" && admission.device) {
        identities.set(client, admission.device);
        client.id = admission.device.session;
      }
      const answer = (code: LoginAnswer): void => done(code === 0 ? null : refusal(code), code === 0);
      const decision = admission.kind === "refused" ? 4 : (authenticate?.(login) ?? 0);
      if (typeof decision === "number") answer(decision);
      else decision.then(answer);
    },
    authorizeSubscribe(client, subscription, done) {
      const { topic: filter, qos } = subscription;
      const request = { clientId: client?.id ?? "", filter, qos };
      const may = allows(client, "subscribe", filter) && (authorizeSubscribe?.(request) ?? true);
      done(null, may ? subscription : null);
    },
    // A PUBLISH can be refused only by closing the connection. [MQTT-3.3.5-2]
    authorizePublish(client, packet, done) {
      const { topic, qos } = packet;
      packet.dup = false; // that of the publisher is not passed on. [MQTT-3.3.1-3]
      const isSystem = topic.startsWith("$SYS/") && !topic.startsWith("$SYS/broker/connection/"); // a bridge of mosquitto
      if (qos > 0 && packet.messageId === 0)
        done(new Error("a PUBLISH with message identifier 0")); // [MQTT-2.3.1-1]
      else if (isSystem || !allows(client, "publish", topic)) done(new Error(`it may not publish to ${topic}`));
      else done(null);
    },
  };
}

/** Only a client of 3.1.1 with a clean session gets an id from the broker. [MQTT-3.1.3-8] */
const lacksClientId = ({ clientId, clean, protocolVersion }: ConnectPacket): boolean =>
  clientId === "" && (protocolVersion !== 4 || !clean);

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
