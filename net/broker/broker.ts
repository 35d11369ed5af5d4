import type { EventEmitter } from "node:events";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import type { Aedes, Client } from "aedes";
import { addressText, listenAt } from "../listening.js";
import { truncate } from "../log-text.js";
import type { Millis } from "../time/clock.js";
import { type AccessChecks, aedesAccess } from "./access.js";
import { type FixableBroker, fixDupStream, fixNumberCache, fixQos2, fixRedelivery } from "./aedes-fixes.js";
import { type BrokerApi, brokerApi } from "./broker-api.js";
import { Clouds } from "./cloud/clouds.js";
import { type CloudDevice, checkCloudDevices } from "./cloud/device.js";
import { TokenServer } from "./cloud/token-server.js";
import { detectProtocol } from "./protocol-detection.js";

/** The client that knows itself what a line of the broker's log tells, by its client identifier. */
export interface ToldByClient {
  readonly client: string;
}

/** Where the embedded broker listens, which clients it accepts, and what it logs. */
export interface BrokerOptions extends AccessChecks {
  /** The port; 0 picks a free one. Left out: 1883. */
  readonly port?: number;
  /** The address to listen on. Left out: 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
  /**
   * The devices that are known, whose logins are checked as Alibaba's and Tencent's clouds do. Left out: every well-formed
   * login of a device is accepted.
   */
  readonly cloudDevices?: readonly CloudDevice[];
  /** Calendar time by which tokens expire, in ms since 1970 as `Date.now()` returns it. Left out: `Date.now`. */
  time?(): Millis;
  /** Called with a line of text for each event, without a line end; `told` is given where a client's own packets tell it. */
  log?(line: string, told?: ToldByClient): void;
  /** Called instead of `log` with what the user should see at the default log level. Left out: `log` is called. */
  warn?(line: string): void;
}

/** The embedded broker: MQTT 3.1 and 3.1.1, QoS 0 to 2; sessions and retained messages are kept in memory. */
export interface EmbeddedBroker extends BrokerApi {
  /** The address on which it listens. */
  readonly host: string;
  /** The port on which it listens; where 0 was given, the one that was picked. */
  readonly port: number;
  /** Both as the user would type them: `127.0.0.1:1883`. */
  readonly address: string;
  /** Forgets everything: connections, sessions, retained messages. Its port stays open. */
  renew(): Promise<void>;
  /** Accepts a connection that did not come through its port. Returns false if the broker is closed. */
  accept(stream: Duplex): boolean;
  /** Stops listening and closes all connections; may be called more than once. Resolves when that is done. */
  close(): Promise<void>;
}

/** Does something after a span of time; returns a function that prevents it. */
export type After = (span: Millis, act: () => void) => () => void;

/** How long a connection may be without a CONNECT, in ms. Clouds take 5 to 10 s. field */
const connectTimeoutMs = 10_000;

const inRealTime: After = (span, act) => {
  const timer = setTimeout(act, span);
  return () => clearTimeout(timer);
};

/**
 * Starts the embedded broker. `after` counts the time for a CONNECT; left out: in real time. Rejects with a UserError if it
 * cannot listen there, or a cloud device is not valid.
 */
export async function startBroker(options: BrokerOptions = {}, after: After = inRealTime): Promise<EmbeddedBroker> {
  const clouds = cloudsOf(options);
  const { Aedes } = await import("aedes"); // loaded late: it is slow to load
  fixNumberCache();
  const stopWaiting = new WeakMap<object, () => void>();
  const connected = (stream: object): void => stopWaiting.get(stream)?.();
  const log = escaping(options.log);
  const { attach, ...api } = brokerApi();
  const newBroker = async (): Promise<Aedes> => {
    const made = await Aedes.createBroker(aedesAccess(options, clouds, connected));
    const { persistence } = made as unknown as FixableBroker;
    fixQos2(persistence);
    fixRedelivery(persistence);
    logEvents(made, log);
    attach(made);
    return made;
  };
  let broker = await newBroker();
  const tokens = new TokenServer((form) => clouds.token(form));
  const streams = new Set<Duplex>();
  let closing: Promise<void> | undefined;
  const accept = (stream: Duplex): boolean => {
    if (closing) return false;
    streams.add(stream);
    const hangUp = (): void => {
      log("a connection is closed: no CONNECT for 10 s");
      stream.destroy();
    };
    stopWaiting.set(stream, after(connectTimeoutMs, hangUp));
    stream.once("close", () => {
      streams.delete(stream);
      connected(stream);
    });
    detectProtocol(stream, {
      mqtt: () => broker.handle(fixDupStream(stream)),
      http: () => {
        connected(stream);
        tokens.serve(stream);
      },
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
  const renew = async (): Promise<void> => {
    const old = broker;
    for (const stream of streams) stream.destroy();
    broker = await newBroker();
    old.close();
  };
  const host = options.host ?? "127.0.0.1";
  try {
    const { port } = await listenAt(server, { host, port: options.port ?? 1883 }, "the broker");
    return { ...api, host, port, address: addressText({ host, port }), renew, accept, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function cloudsOf({ cloudDevices, time, log, warn }: BrokerOptions): Clouds {
  const devices = checkCloudDevices(cloudDevices ?? []);
  return new Clouds({ devices, time: time ?? Date.now, info: escaping(log), warn: escaping(warn ?? log) });
}

/** The same logger; control and invisible characters, which clients may put into names, are written as `\u{…}`. */
const escaping =
  (log: NonNullable<BrokerOptions["log"]> = () => {}) =>
  (line: string, told?: ToldByClient): void =>
    log(
      line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`),
      told,
    );

/** Logs the events of a broker. Errors of clients and of the broker are lines of the log, too, and no exceptions. */
function logEvents(broker: Aedes, log: NonNullable<BrokerOptions["log"]>): void {
  const logOf = ({ id }: Pick<Client, "id">, what: string): void =>
    log(`client ${truncate(id)}${what}`, { client: id });
  broker.on("clientReady", (client) => logOf(client, " connected"));
  broker.on("clientDisconnect", (client) => logOf(client, " gone"));
  (broker as EventEmitter).on("error", (error: Error) => log(`broker: ${error.message}`));
  broker.on("clientError", ({ id }, error) => log(`client ${truncate(id)}: ${error.message}`));
  broker.on("connectionError", (_client, error) => log(`a connection without CONNECT: ${error.message}`));
  broker.on("subscribe", (subscriptions, client) => {
    for (const { topic, qos } of subscriptions) logOf(client, ` subscribes to ${truncate(topic)}, granted ${qos}`);
  });
  broker.on("unsubscribe", (topics, client) => {
    if (client.closed) return; // aedes removes the subscriptions of a client that is gone
    for (const topic of topics) logOf(client, ` unsubscribes from ${truncate(topic)}`);
  });
  broker.on("publish", ({ topic, payload, qos, retain }, client) => {
    const how = `QoS ${qos}${retain ? ", retained" : ""}`;
    if (client) logOf(client, ` publishes ${payload.length} bytes to ${truncate(topic)}, ${how}`);
  });
}

/** Stops a broker. Every connection is destroyed here: aedes closes only those of clients that were accepted. */
function stop(server: Server, broker: Aedes, streams: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    broker.close();
    for (const stream of streams) stream.destroy();
  });
}
