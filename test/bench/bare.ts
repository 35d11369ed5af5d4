// What a pseudo-terminal can do at best in node: the answers of a module, and nothing behind them.
import { writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { ReadStream } from "node:tty";
import { generate } from "mqtt-packet";
import { openpty } from "../../net/ports/pty/pty-native.js";
import { makeRaw } from "../../net/ports/termios.js";
import * as messages from "./messages.js";

const { master, path } = openpty();
makeRaw(master, 9600);
process.stdout.write(`${path}\n`);

function say(words: string | Uint8Array): void {
  try {
    if (typeof words === "string") writeSync(master, words);
    else writeSync(master, words);
  } catch {} // nobody reads
}

const opened: Readonly<Record<string, string>> = {
  "AT+QMTOPEN": "+QMTOPEN: 0,0",
  "AT+QMTCONN": "+QMTCONN: 0,0,0",
  "AT+QMTDISC": "+QMTDISC: 0,0",
  "AT+QMTSUB": "+QMTSUB: 0,1,0,1",
};

let text = "";
let payload: { readonly id: string; readonly length: number } | undefined;

function playModule(bytes: Buffer): void {
  text += bytes.toString("latin1");
  for (;;) {
    if (payload !== undefined) {
      if (text.length < payload.length) return;
      text = text.slice(payload.length);
      if (broker === undefined) say(`\r\nOK\r\n${published(payload.id)}`);
      else publish(broker, Number(payload.id));
      payload = undefined;
    }
    const end = text.indexOf("\r");
    if (end < 0) return;
    answerLine(text.slice(0, end));
    text = text.slice(end + 1);
  }
}

const published = (id: number | string): string => `\r\n+QMTPUB: 0,${id},0\r\n`;

let broker: Socket | undefined;

/** The least that a client of MQTT can do: QoS 1, and every byte that comes is a PUBACK or the CONNACK. */
function open(port: number): void {
  broker = connect(port, "127.0.0.1").setNoDelay();
  broker.write(
    generate({ cmd: "connect", clientId: "bare", clean: true, keepalive: 0, protocolId: "MQTT", protocolVersion: 4 }),
  );
  broker.on("data", (bytes) => {
    let urcs = "";
    for (let at = 0; at < bytes.length; at += 4) if (bytes[at] === 0x40) urcs += published(bytes.readUInt16BE(at + 2));
    if (urcs !== "") say(urcs);
  });
}

function publish(socket: Socket, messageId: number): void {
  say("\r\nOK\r\n");
  const { topic, payload } = messages;
  socket.write(generate({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false }));
}

function answerLine(line: string): void {
  const [name = "", values = ""] = line.split("=");
  if (name === "AT+QMTOPEN" && part === "publish-mqtt") open(Number(values.split(",")[2]));
  if (name === "AT+QMTDISC") {
    broker?.destroy();
    broker = undefined;
  }
  if (name === "AT+QMTPUB") {
    const params = values.split(",");
    payload = { id: params[1] ?? "", length: Number(params.at(-1)) };
    say("\r\n>");
    return;
  }
  say(`\r\nOK\r\n\r\n${opened[name]}\r\n`);
  if (name === "AT+QMTSUB") flood();
}

/** One line a write, as a module without a buffer does it. */
function flood(): void {
  for (let count = 0; count < 20; count++) say(messages.received);
  setImmediate(flood);
}

const answers = { publish: playModule, "publish-mqtt": playModule, receive: playModule } as const;
const part = process.argv[2] as keyof typeof answers;
new ReadStream(master).on("data", answers[part]).on("error", () => {});
