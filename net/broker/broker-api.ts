import type { Aedes, AedesPublishPacket, Client } from "aedes";
import { fromText } from "../../at/octets.js";
import { isTopicName } from "../../emulator/topic.js";
import type { Qos } from "../../mqtt/packet.js";
import { UserError } from "../user-error.js";

/** A message that a client has published, or left behind as its will. */
export interface BrokerMessage {
  /** For a device of Alibaba's, whose client id is free, `DEVICE&PRODUCT`. */
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** How a message is published; left out: QoS 0, not retained. */
export interface PublishOptions {
  readonly qos?: Qos;
  readonly retain?: boolean;
}

/** What can be seen and done at the broker's own desk, without being a client. */
export interface BrokerApi {
  /** The ids of the clients that are connected. */
  clients(): readonly string[];
  /** Publishes a message that comes from no client; a string goes as UTF-8. Resolves when the broker has it. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /** Hangs up on a client without a word, so that its will is published; false where there is none of that id. */
  disconnect(clientId: string): boolean;
  /** Calls `hear` for whatever clients publish from now on; returns how to end that. */
  watch(hear: (message: BrokerMessage) => void): () => void;
}

/** The desk of a broker. */
export function brokerApi(broker: Aedes): BrokerApi {
  const clients = new Map<string, Client>();
  broker.on("client", (client) => clients.set(client.id, client)); // before its CONNACK goes out
  broker.on("clientDisconnect", (client) => {
    if (clients.get(client.id) === client) clients.delete(client.id); // a later one of that id may have taken over
  });
  return {
    clients: () => [...clients.keys()],
    async publish(topic, payload, options) {
      refuseUnlessTopic(topic);
      if (broker.closed) throw new UserError(`publish to ${topic}: the broker is closed`);
      await handOver(broker, topic, payload, options);
    },
    disconnect(clientId) {
      const client = clients.get(clientId);
      client?.conn.destroy();
      return client !== undefined;
    },
    watch(hear) {
      const listen = (packet: AedesPublishPacket, client: Client | null): void => {
        if (client) hear(messageOf(packet, client));
      };
      broker.on("publish", listen);
      return () => broker.off("publish", listen);
    },
  };
}

/** aedes would send it, and every client that is sent it would hang up. */
function refuseUnlessTopic(topic: string): void {
  const octets = fromText(topic);
  if (octets.length >= 1 && octets.length <= 65535 && isTopicName(octets)) return;
  const shown = JSON.stringify(topic.length > 100 ? `${topic.slice(0, 100)}…` : topic);
  throw new UserError(`publish: ${shown} is no topic; give 1 to 65535 bytes without +, # and NUL`, 2);
}

const handOver = (
  broker: Aedes,
  topic: string,
  payload: string | Uint8Array,
  { qos = 0, retain = false }: PublishOptions = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    const packet = {
      cmd: "publish",
      topic,
      payload: Buffer.from(payload as Uint8Array),
      qos,
      retain,
      dup: false,
    } as const;
    broker.publish(packet, (error) => (error ? reject(error) : resolve()));
  });

const messageOf = ({ topic, payload, qos, retain }: AedesPublishPacket, { id }: Client): BrokerMessage => ({
  clientId: id,
  topic,
  payload: Buffer.from(payload as Uint8Array),
  qos,
  retain,
});
