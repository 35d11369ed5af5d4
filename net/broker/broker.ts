import type { EventEmitter } from "node:events";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import type { Aedes, Client } from "aedes";
import { addressText, listenAt } from "../listening.js";
import { short } from "../log.js";
import type { Millis } from "../time/clock.js";
import { type AccessChecks, aedesAccess } from "./access.js";
import { type FixableBroker, fixDupStream, fixNumberCache, fixQos2 } from "./aedes-fixes.js";
import { type BrokerApi, brokerApi } from "./broker-api.js";
import { Clouds } from "./cloud/clouds.js";
import { type CloudDevice, checkCloudDevices } from "./cloud/device.js";
import { TokenServer } from "./cloud/token-server.js";
import { sortByFirstByte } from "./protocol-detection.js";

/** Where the embedded broker listens, whom it lets in, and who hears about it. */
export interface BrokerOptions extends AccessChecks {
  /** 0 picks a free one. Left out: 1883. */
  readonly port?: number;
  /** The address to listen on. Left out: 127.0.0.1, for this machine only. */
  readonly host?: string;
  /** Whose logins are checked as Alibaba's and Tencent's cloud do. Left out: whoever says that he is a device is one. */
  readonly cloudDevices?: readonly CloudDevice[];
  /** The calendar's time, in ms as Date has it, by which tokens expire. Left out: the machine's. */
  time?(): Millis;
  /** One readable line for everything that happens, without a line end. */
  log?(line: string): void;
  /** The same for what people should know without asking. Left out: it goes to `log`. */
  warn?(line: string): void;
}

/** A broker of our own, MQTT 3.1 and 3.1.1, sessions and retained messages in memory. */
export interface EmbeddedBroker extends BrokerApi {
  readonly host: string;
  readonly port: number;
  /** As the user would type it: `127.0.0.1:1883`. */
  readonly address: string;
  /** Takes a connection that did not come by its port; false where it is closed. */
  accept(stream: Duplex): boolean;
  /** Hangs up on every client; may be called more than once. */
  close(): Promise<void>;
}

/** Starts the embedded broker; throws a UserError when it cannot listen there, or a cloud's device is none. */
export async function startBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const clouds = cloudsOf(options);
  const { Aedes } = await import("aedes"); // slow to load, so only where it is wanted
  fixNumberCache();
  const broker = await Aedes.createBroker(aedesAccess(options, clouds));
  fixQos2((broker as unknown as FixableBroker).persistence);
  tell(broker, readable(options.log));
  const desk = brokerApi(broker);
  const tokens = new TokenServer((form) => clouds.token(form));
  const streams = new Set<Duplex>();
  let closing: Promise<void> | undefined;
  const accept = (stream: Duplex): boolean => {
    if (closing) return false;
    streams.add(stream.once("close", () => streams.delete(stream)));
    sortByFirstByte(stream, {
      mqtt: () => broker.handle(fixDupStream(stream)),
      http: () => tokens.serve(stream),
    });
    return true;
  };
  const server = createServer((socket) => {
    if (!accept(socket.setNoDelay())) socket.destroy();
  });
  const close = (): Promise<void> => {
    closing ??= stop(server, broker, streams);
    return closing;
  };
  const host = options.host ?? "127.0.0.1";
  try {
    const { port } = await listenAt(server, { host, port: options.port ?? 1883 }, "the broker");
    return { ...desk, host, port, address: addressText({ host, port }), accept, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function cloudsOf({ cloudDevices, time, log, warn }: BrokerOptions): Clouds {
  const devices = checkCloudDevices(cloudDevices ?? []);
  return new Clouds({ devices, time: time ?? Date.now, info: readable(log), warn: readable(warn ?? log) });
}

/** Names come from clients, with whatever is in them: what moves a cursor, ends a line or cannot be seen is spelled out. */
const readable =
  (log: (line: string) => void = () => {}) =>
  (line: string): void =>
    log(line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${odd.codePointAt(0)?.toString(16)}}`));

/** What goes wrong with a client, or in the broker itself, is a line and never an exception. */
function tell(broker: Aedes, say: (line: string) => void): void {
  const tellOf = ({ id }: Pick<Client, "id">, what: string): void => say(`client ${short(id)}${what}`);
  broker.on("clientReady", (client) => tellOf(client, " connected"));
  broker.on("clientDisconnect", (client) => tellOf(client, " gone"));
  (broker as EventEmitter).on("error", (error: Error) => say(`broker: ${error.message}`));
  broker.on("clientError", (client, error) => tellOf(client, `: ${error.message}`));
  broker.on("connectionError", (_client, error) => say(`a connection without CONNECT: ${error.message}`));
  broker.on("subscribe", (wishes, client) => {
    for (const { topic, qos } of wishes) tellOf(client, ` subscribes to ${short(topic)}, granted ${qos}`);
  });
  broker.on("unsubscribe", (topics, client) => {
    if (client.closed) return; // aedes tidying up after it
    for (const topic of topics) tellOf(client, ` unsubscribes from ${short(topic)}`);
  });
  broker.on("publish", ({ topic, payload, qos, retain }, client) => {
    const how = `QoS ${qos}${retain ? ", retained" : ""}`;
    if (client) tellOf(client, ` publishes ${payload.length} bytes to ${short(topic)}, ${how}`);
  });
}

/** aedes closes only the clients that logged in, so every connection is destroyed here. */
function stop(server: Server, broker: Aedes, streams: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    broker.close();
    for (const stream of streams) stream.destroy();
  });
}
