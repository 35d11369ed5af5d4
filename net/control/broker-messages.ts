import { topicMatches } from "../../emulator/topic.js";
import type { EmbeddedBroker } from "../broker/broker.js";
import type { BrokerMessage } from "../broker/broker-api.js";
import { ControlError } from "./control-error.js";

/** A message as JSON has it: its payload as text where it is UTF-8, and as base64 always. */
export interface PublishedMessage {
  readonly clientId: string;
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly text?: string;
  readonly base64: string;
}

/** How many bytes of messages are kept; the older half goes first. decided */
const maxBytes = 4 * 1024 * 1024;
/** About how many bytes a message takes beside its topic and payload. */
const bytesOfMessage = 200;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The embedded broker, and the messages that clients have published to it. */
export class BrokerMessages {
  readonly #broker: EmbeddedBroker | undefined;
  #messages: { readonly message: PublishedMessage; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(broker: EmbeddedBroker | undefined) {
    this.#broker = broker;
    broker?.watch((message) => this.#keep(message));
  }

  /** The embedded broker. Throws a ControlError (409) where there is none. */
  get broker(): EmbeddedBroker {
    return this.#assertBroker();
  }

  /** The messages, oldest first, of topics that fit a filter. Throws a ControlError (409) where there is no broker. */
  list(filter = "#"): readonly PublishedMessage[] {
    this.#assertBroker();
    return this.#messages.flatMap(({ message }) => (topicMatches(filter, message.topic) ? [message] : []));
  }

  /** Forgets all messages. */
  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }

  #assertBroker(): EmbeddedBroker {
    if (this.#broker !== undefined) return this.#broker;
    throw new ControlError(409, "there is no embedded broker: start bc28-emu with --broker");
  }

  #keep({ clientId, topic, payload, qos, retain }: BrokerMessage): void {
    const text = textOf(payload);
    const base64 = Buffer.from(payload).toString("base64");
    const message = { clientId, topic, qos, retain, ...(text !== undefined && { text }), base64 };
    const bytes = topic.length + 2 * payload.length + bytesOfMessage;
    this.#messages.push({ message, bytes });
    this.#bytes += bytes;
    if (this.#bytes <= maxBytes) return;
    this.#messages = this.#messages.slice(Math.ceil(this.#messages.length / 2));
    this.#bytes = this.#messages.reduce((sum, each) => sum + each.bytes, 0);
  }
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return strict.decode(payload);
  } catch {
    return undefined;
  }
}
