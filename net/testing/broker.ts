import type { BrokerApi, BrokerMessage, PublishOptions } from "../broker/broker-api.js";
import { Inbox } from "./inbox.js";
import { Recent } from "./recent.js";
import type { Waits } from "./waits.js";

/** A message of a client, with its payload as text. */
export interface TestMessage extends BrokerMessage {
  /** The payload decoded as UTF-8. */
  readonly text: string;
}

/** Which message is wanted: a topic filter, which may hold `+` and `#`, or a function that returns true for it. */
export type Wanted = string | ((message: TestMessage) => boolean);

/** The embedded broker of a test modem. */
export interface TestBroker {
  /** Its address, for instance `127.0.0.1:40123`, for MQTT clients of the test. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** The ids of the connected clients. */
  readonly clients: readonly string[];
  /** The messages that clients have published so far, wills included, oldest first; the latest 4 MiB of them. */
  readonly messages: readonly TestMessage[];
  /**
   * Waits for a message that is wanted, by default any. Messages that came before count, and each is returned once.
   * `within` is in ms of real time, 2000 if left out.
   * @throws Error if none comes in time
   */
  message(wanted?: Wanted, options?: { readonly within?: number }): Promise<TestMessage>;
  /** Publishes a message that comes from no client; a string is sent as UTF-8. Resolves when the broker has accepted it. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /** Cuts the connection of a client, so that its will is published. Returns false if no client has that id. */
  disconnect(clientId: string): boolean;
}

/** How many bytes of messages are kept. */
const maxBytes = 4 * 1024 * 1024;
/** The bytes of a message, with 200 for its object. */
const weight = ({ topic, payload }: TestMessage): number => topic.length + payload.length + 200;

/** The embedded broker with the messages that clients have published. */
export class RecordedBroker implements TestBroker {
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly publish: TestBroker["publish"];
  readonly disconnect: TestBroker["disconnect"];
  readonly #waits: Waits;
  readonly #api: BrokerApi;
  readonly #messages = new Recent<TestMessage>(maxBytes, weight);
  readonly #inbox: Inbox<TestMessage>;

  constructor(api: BrokerApi & Pick<TestBroker, "address" | "host" | "port">, waits: Waits) {
    this.address = api.address;
    this.host = api.host;
    this.port = api.port;
    this.publish = api.publish;
    this.disconnect = api.disconnect;
    this.#api = api;
    this.#waits = waits;
    this.#inbox = new Inbox(waits, maxBytes, weight);
    api.watch((message) => this.#record(message));
  }

  /** Forgets all messages. */
  forget(): void {
    this.#messages.clear();
    this.#inbox.clear();
  }

  get clients(): readonly string[] {
    return this.#api.clients();
  }

  get messages(): readonly TestMessage[] {
    return this.#messages.items;
  }

  message(wanted: Wanted = "#", { within }: { readonly within?: number } = {}): Promise<TestMessage> {
    const fits = typeof wanted === "string" ? (message: TestMessage) => matches(wanted, message.topic) : wanted;
    const problem = (): string =>
      `no message${typeof wanted === "string" ? ` to ${wanted}` : ""}, but ${this.#others()}`;
    const take = this.#inbox.take((message) => (fits(message) ? message : undefined), { within, problem });
    return this.#waits.asked(take, this.message);
  }

  #record(message: BrokerMessage): void {
    const recorded = { ...message, text: Buffer.from(message.payload).toString() };
    this.#messages.add(recorded);
    this.#inbox.put(recorded);
  }

  #others(): string {
    const others = this.#inbox.unread
      .slice(-10)
      .map(({ topic, text }) => `${topic} ${JSON.stringify(text.slice(0, 100))}`);
    return others.length === 0 ? "no client has published anything" : `there came ${others.join(", ")}`;
  }
}

/** Whether a topic matches a filter. [MQTT-4.7.1-2], [MQTT-4.7.1-3] */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  const rest = wanted.indexOf("#");
  const fits = wanted
    .slice(0, rest < 0 ? undefined : rest)
    .every((level, at) => (level === "+" ? at < levels.length : level === levels[at]));
  return fits && (rest >= 0 ? levels.length >= rest : levels.length === wanted.length);
}
