import type { Aedes, AedesPublishPacket, Client } from "aedes";
import { fromText } from "../../at/octets.js";
import { isTopicName } from "../../emulator/topic.js";
import type { Qos } from "../../mqtt/packet.js";
import { UserError } from "../user-error.js";

/** A message that a client has published, or its will. */
export interface BrokerMessage {
  /** The client id; of a device of Alibaba's cloud, which may choose its client id, `DEVICE&PRODUCT`. */
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** How a message is published. Left out: QoS 0, not retained. */
export interface PublishOptions {
  readonly qos?: Qos;
  readonly retain?: boolean;
}

/** What a test or a program can see and do at the embedded broker without an MQTT client. */
export interface BrokerApi {
  /** The ids of the clients that are connected. */
  clients(): readonly string[];
  /**
   * Publishes a message that comes from no client; a string is sent as UTF-8. Resolves when the broker has accepted it.
   * Rejects with a UserError if the topic is not valid, or the broker is closed.
   */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /** Cuts the connection of a client, so that its will is published. Returns false if no client has that id. */
  disconnect(clientId: string): boolean;
  /** Calls `onMessage` for each message that clients publish from now on. Returns a function that ends that. */
  watch(onMessage: (message: BrokerMessage) => void): () => void;
}

/** The API of one aedes broker after another. @internal: its types are those of aedes, which is bundled. */
export function brokerApi(): BrokerApi & { attach(broker: Aedes): void } {
  const clients = new Map<string, Client>();
  const watchers = new Set<(message: BrokerMessage) => void>();
  let broker: Aedes;
  return {
    attach(next) {
      broker = next;
      clients.clear();
      next.on("client", (client) => clients.set(client.id, client)); // before its CONNACK is sent
      next.on("clientDisconnect", (client) => {
        if (clients.get(client.id) === client) clients.delete(client.id); // a newer client may have taken the id over
      });
      next.on("publish", (packet, client) => {
        if (client && broker === next && watchers.size > 0)
          for (const watcher of watchers) watcher(messageOf(packet, client));
      });
    },
    clients: () => [...clients.keys()],
    async publish(topic, payload, options) {
      refuseUnlessTopic(topic);
      if (broker.closed) throw new UserError(`publish to ${topic}: the broker is closed`);
      await publishTo(broker, topic, payload, options);
    },
    disconnect(clientId) {
      const client = clients.get(clientId);
      client?.conn.destroy();
      return client !== undefined;
    },
    watch(onMessage) {
      watchers.add(onMessage);
      return () => watchers.delete(onMessage);
    },
  };
}

/** Throws a UserError if a topic is not valid: aedes would send it, and every client that gets it would disconnect. */
function refuseUnlessTopic(topic: string): void {
  const octets = fromText(topic);
  if (octets.length >= 1 && octets.length <= 65535 && isTopicName(octets)) return;
  const shown = JSON.stringify(topic.length > 100 ? `${topic.slice(0, 100)}…` : topic);
  throw new UserError(`publish: ${shown} is not a topic; give 1 to 65535 bytes without +, # and NUL`, 2);
}

const publishTo = (
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
