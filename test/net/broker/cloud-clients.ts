import { request } from "node:http";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";
import { tokenForm } from "../../../emulator/cloud/tencent.js";
import { type BrokerOptions, type EmbeddedBroker, startBroker } from "../../../net/broker/broker.js";

/** A broker with what it told. */
export interface WatchedBroker extends EmbeddedBroker {
  readonly told: string[];
  readonly warned: string[];
}

/** Starts a broker; the end of the test ends it. */
export async function start(options: BrokerOptions = {}): Promise<WatchedBroker> {
  const told: string[] = [];
  const warned: string[] = [];
  const log = (line: string) => void told.push(line);
  const warn = (line: string) => void warned.push(line);
  const broker = await startBroker({ port: 0, log, warn, ...options });
  onTestFinished(() => broker.close());
  return { ...broker, told, warned };
}

/** Logs in with MQTT.js: the client, or the return code with which it was refused. */
export async function login(broker: EmbeddedBroker, how: IClientOptions): Promise<MqttClient | number> {
  const client = mqtt.connect(`mqtt://${broker.address}`, { protocolVersion: 4, reconnectPeriod: 0, ...how });
  onTestFinished(() => void client.end(true));
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve(client));
    client.on("error", (error) => ("code" in error ? resolve(Number(error.code)) : reject(error)));
  });
}

/** Logs in, and fails where that fails. */
export async function loggedIn(broker: EmbeddedBroker, how: IClientOptions): Promise<MqttClient> {
  const client = await login(broker, how);
  if (typeof client === "number") throw new Error(`refused with ${client}`);
  return client;
}

/** The QoS that is granted; MQTT.js makes an error of 128. */
export const granted = (client: MqttClient, filter: string): Promise<number> =>
  new Promise((resolve) =>
    client.subscribe(filter, (error, packets) => resolve(error ? 128 : (packets?.[0]?.qos ?? 128))),
  );

/** Publishes with QoS 1: true when it was acknowledged, false when the broker hung up. */
export const published = (client: MqttClient, topic: string): Promise<boolean> =>
  new Promise((resolve) => {
    client.once("close", () => resolve(false));
    client.publish(topic, "x", { qos: 1 }, (error) => resolve(!error));
  });

/** When the client has lost its connection. */
export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once("close", () => resolve()));

/** What an HTTP server answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request. */
export const ask = (broker: EmbeddedBroker, path: string, body = "", method = "POST"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const { host, port } = broker;
    const asked = request({ host, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    asked.on("error", reject).end(body);
  });

/** A device's wish for a token; every value may be another one. */
export const wish = (secret: string, more: Partial<Parameters<typeof tokenForm>[0]> = {}): string =>
  tokenForm(
    {
      productId: "iot-x",
      deviceName: "d",
      clientId: "iot-x@d",
      expire: 86_400,
      nonce: 123_456,
      timestamp: 1_530_784_981,
      ...more,
    },
    secret,
  );
