import { expect, test } from "vitest";
import { parseMapping, startModem } from "../../testing.js";

/** What a module hears and tells that dials a port; a CONNECT follows where the link opens. */
async function dialled(line: string, mappings: readonly string[] = []) {
  const modem = await startModem({ clock: "manual", mappings: mappings.map(parseMapping) });
  for (const command of [line, 'AT+QMTCONN=0,"meter"', line]) {
    modem.host.send(`${command}\r`);
    await modem.clock.advance(0);
  }
  const { heard } = modem.host;
  const told = modem.trace.lines().filter((text) => /port \d+ is|expect TLS/.test(text));
  await modem.close();
  return { heard, told: told.map((text) => text.trim().replace(/^[\d.]+ /, "")) };
}

test("the port of TLS: the link opens, CONNECT ends it, and the log says why, once", async () => {
  const { heard, told } = await dialled('AT+QMTOPEN=0,"mqtt.example.com",8883');
  expect(heard).toContain("+QMTOPEN: 0,0\r\n");
  expect(heard).toContain("+QMTSTAT: 0,1\r\n\r\n+QMTCONN: 0,2\r\n");
  expect(told).toEqual([
    "port 8883 is the port of MQTT over TLS, which the module does not speak here: the link opens, and its first packet ends it; take 1883, or send the name elsewhere: --map 'mqtt.example.com=HOST:8883'",
    "the broker closed the link after CONNECT, without a CONNACK: does this port expect TLS?",
  ]);
});

test("any other port: nobody listens", async () => {
  const { heard, told } = await dialled('AT+QMTOPEN=0,"mqtt.example.com",1884');
  expect(heard.match(/\+QMTOPEN: 0,-1/g)).toHaveLength(2);
  expect(told).toEqual([
    "port 1884 is not the port of a broker: nobody listens there; take 1883, or send the name elsewhere: --map 'mqtt.example.com=HOST:1884'",
  ]);
});

test("the port of MQTT leads to the broker, and so does a name with a mapping", async () => {
  const { heard, told } = await dialled('AT+QMTOPEN=0,"mqtt.example.com",1883');
  expect(heard).toContain("+QMTCONN: 0,0,0");
  expect(told).toEqual([]);
  const mapped = await dialled('AT+QMTOPEN=0,"mqtt.example.com",8883', ["mqtt.example.com=127.0.0.1:1"]);
  expect(mapped.heard).toContain("+QMTOPEN: 0,-1");
  expect(mapped.told).toEqual([]);
});
