import type { BrokerApi, BrokerMessage, PublishOptions } from "../broker/broker-api.js";
import { Inbox } from "./inbox.js";
import { Recent } from "./recent.js";
import type { Waits } from "./waits.js";

/** A message of a client, as a test reads it. */
export interface TestMessage extends BrokerMessage {
  /** The payload read as UTF-8. */
  readonly text: string;
}

/** Which message is meant: a topic filter with `+` and `#`, or whatever the function says. */
export type Wanted = string | ((message: TestMessage) => boolean);

/** The embedded broker, as a test sees it. */
export interface TestBroker {
  /** `127.0.0.1:40123`, for clients of the test's own. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** The ids of the clients that are connected. */
  readonly clients: readonly string[];
  /** What clients have published so far, wills included, the latest 4 MiB of it. */
  readonly messages: readonly TestMessage[];
  /** The next message that is meant, even one that came before; each is handed out once. `within` is ms of real time. */
  message(wanted?: Wanted, options?: { readonly within?: number }): Promise<TestMessage>;
  /** Publishes a message that comes from no client; a string goes as UTF-8. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>;
  /** Loses the link to a client, so that its will is published; false where there is none of that id. */
  disconnect(clientId: string): boolean;
}

const mostBytes = 4 * 1024 * 1024;
const weight = ({ topic, payload }: TestMessage): number => topic.length + payload.length + 200;

/** The desk, and what happened in front of it. */
export class WatchedBroker implements TestBroker {
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly publish: TestBroker["publish"];
  readonly disconnect: TestBroker["disconnect"];
  readonly #waits: Waits;
  readonly #desk: BrokerApi;
  readonly #seen = new Recent<TestMessage>(mostBytes, weight);
  readonly #inbox: Inbox<TestMessage>;

  constructor(desk: BrokerApi & Pick<TestBroker, "address" | "host" | "port">, waits: Waits) {
    this.address = desk.address;
    this.host = desk.host;
    this.port = desk.port;
    this.publish = desk.publish;
    this.disconnect = desk.disconnect;
    this.#desk = desk;
    this.#waits = waits;
    this.#inbox = new Inbox(waits, mostBytes, weight);
    desk.watch((message) => this.#see(message));
  }

  get clients(): readonly string[] {
    return this.#desk.clients();
  }

  get messages(): readonly TestMessage[] {
    return this.#seen.items;
  }

  message(wanted: Wanted = "#", { within }: { readonly within?: number } = {}): Promise<TestMessage> {
    const fits = typeof wanted === "string" ? (message: TestMessage) => matches(wanted, message.topic) : wanted;
    const complain = (): string =>
      `no message${typeof wanted === "string" ? ` to ${wanted}` : ""}, but ${this.#sofar()}`;
    const take = this.#inbox.take((message) => (fits(message) ? message : undefined), { within, complain });
    return this.#waits.asked(take, this.message);
  }

  #see(message: BrokerMessage): void {
    const seen = { ...message, text: Buffer.from(message.payload).toString() };
    this.#seen.add(seen);
    this.#inbox.put(seen);
  }

  #sofar(): string {
    const others = this.#inbox.unread
      .slice(-10)
      .map(({ topic, text }) => `${topic} ${JSON.stringify(text.slice(0, 100))}`);
    return others.length === 0 ? "no client has published anything" : `there came ${others.join(", ")}`;
  }
}

/** Whether a topic fits a filter. [MQTT-4.7.1-2], [MQTT-4.7.1-3] */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  const rest = wanted.indexOf("#");
  const fits = wanted
    .slice(0, rest < 0 ? undefined : rest)
    .every((level, at) => (level === "+" ? at < levels.length : level === levels[at]));
  return fits && (rest >= 0 ? levels.length >= rest : levels.length === wanted.length);
}
