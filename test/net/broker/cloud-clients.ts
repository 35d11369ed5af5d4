import { request } from "node:http";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";
import { tokenForm } from "../../../emulator/cloud/tencent.js";
import { type BrokerOptions, type EmbeddedBroker, startBroker } from "../../../net/broker/broker.js";

/** A broker with the lines that it has logged. */
export interface LoggedBroker extends EmbeddedBroker {
  readonly logged: string[];
  readonly warnings: string[];
}

/** Starts a broker that is closed at the end of the test. */
export async function start(options: BrokerOptions = {}): Promise<LoggedBroker> {
  const logged: string[] = [];
  const warnings: string[] = [];
  const log = (line: string) => void logged.push(line);
  const warn = (line: string) => void warnings.push(line);
  const broker = await startBroker({ port: 0, log, warn, ...options });
  onTestFinished(() => broker.close());
  return { ...broker, logged, warnings };
}

/** Logs in with MQTT.js; resolves with the client, or with the return code that refuses it. */
export async function login(broker: EmbeddedBroker, how: IClientOptions): Promise<MqttClient | number> {
  const client = mqtt.connect(`mqtt://${broker.address}`, { protocolVersion: 4, reconnectPeriod: 0, ...how });
  onTestFinished(() => void client.end(true));
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve(client));
    client.on("error", (error) => ("code" in error ? resolve(Number(error.code)) : reject(error)));
  });
}

/** Logs in; rejects if that is refused. */
export async function loggedIn(broker: EmbeddedBroker, how: IClientOptions): Promise<MqttClient> {
  const client = await login(broker, how);
  if (typeof client === "number") throw new Error(`refused with ${client}`);
  return client;
}

/** The granted QoS; 128, which MQTT.js reports as an error, if it is refused. */
export const granted = (client: MqttClient, filter: string): Promise<number> =>
  new Promise((resolve) =>
    client.subscribe(filter, (error, packets) => resolve(error ? 128 : (packets?.[0]?.qos ?? 128))),
  );

/** Publishes with QoS 1; resolves with whether it was acknowledged: false if the broker closes the connection. */
export const published = (client: MqttClient, topic: string): Promise<boolean> =>
  new Promise((resolve) => {
    client.once("close", () => resolve(false));
    client.publish(topic, "x", { qos: 1 }, (error) => resolve(!error));
  });

/** Resolves when the connection of a client is closed. */
export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once("close", () => resolve()));

/** The answer of an HTTP server. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends an HTTP request. */
export const httpRequest = (broker: EmbeddedBroker, path: string, body = "", method = "POST"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const { host, port } = broker;
    const outgoing = request({ host, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.on("error", reject).end(body);
  });

/** The form of a device's token request; any value may be changed. */
export const tokenRequest = (secret: string, more: Partial<Parameters<typeof tokenForm>[0]> = {}): string =>
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
