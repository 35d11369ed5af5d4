import { expect, test } from "vitest";
import { type ManualClock, startModem, type TestModem } from "../../testing.js";
import { recipes } from "../recipes.js";

/** What the host sends for each word of `does`. */
const sends: Readonly<Record<string, string>> = {
  opens: 'AT+QMTOPEN=0,"mqtt.example.com",1883\r',
  connects: 'AT+QMTCONN=0,"meter-7"\r',
  disconnects: "AT+QMTDISC=0\r",
  closes: "AT+QMTCLOSE=0\r",
  publishes: 'AT+QMTPUB=0,1,1,0,"flow"\r22.5\x1a',
  "publishes at QoS 2": 'AT+QMTPUB=0,1,2,0,"flow"\r22.5\x1a',
  subscribes: 'AT+QMTSUB=0,1,"flow",1\r',
  unsubscribes: 'AT+QMTUNS=0,1,"flow"\r',
  "asks for a token": 'AT+QMTENAUTH="product","device","product@device","secret"\r',
  "looks a name up": 'AT+QDNS=0,"mqtt.example.com"\r',
  pings: "AT+NPING=192.0.2.1\r",
  "asks whether it is attached": "AT+CGATT?\r",
  "asks for its registration": "AT+CEREG?\r",
  "asks for the signal": "AT+CSQ\r",
  "asks for the operator": "AT+COPS?\r",
  "creates a UDP socket": "AT+NSOCR=DGRAM,17,0\r",
  "sends a datagram": "AT+NSOST=0,192.0.2.1,5683,1,31,7\r",
  "creates a TCP socket": "AT+NSOCR=STREAM,6,0\r",
  "connects it": "AT+NSOCO=0,192.0.2.1,80\r",
  "wants a shorter time-out": 'AT+QMTCFG="timeout",0,5,3,0\r',
  "wants notices": 'AT+QMTCFG="timeout",0,10,3,1\r',
  "wants error numbers": "AT+CMEE=1\r",
  "wants to hear of its registration": "AT+CEREG=1\r",
};

const inputOf = (word: string): string =>
  sends[word] ??
  (/^sends (AT.*)$/.test(word) ? `${word.slice("sends ".length)}\r` : expect.fail(`nobody can do "${word}"`));

/** The span of `waits 15 s`; without one, long enough for every time-out. */
const spanOf = (word: string): number => Number(/^waits (\d+) s$/.exec(word)?.[1] ?? 300) * 1000;

async function doAll({ host, clock, network }: TestModem<ManualClock>, does: readonly string[]) {
  network.udp("192.0.2.1", 5683, ({ bytes }) => bytes);
  network.tcp("192.0.2.1", 80);
  for (const word of does) {
    if (word.startsWith("waits")) await clock.advance(spanOf(word));
    else host.send(inputOf(word));
    await clock.advance(0);
  }
}

const metIn = ({ coverage }: TestModem, item: string) => coverage.find((each) => each.item === item)?.met;

test("there is a recipe for every result, status and error of the note", () => {
  const heard = new Set(recipes.map(({ hears }) => hears));
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
  for (const wanted of [
    ...[-1, ...range(1, 5)].map((result) => `+QMTOPEN: 0,${result}`),
    ...range(1, 5).map((code) => `+QMTCONN: 0,0,${code}`),
    ...range(1, 7).map((code) => `+QMTSTAT: 0,${code}`),
    ...range(1, 6).map((result) => `+QMTTENAUTH: ${result}`),
    ...["PUB", "SUB", "UNS"].flatMap((name) => [`+QMT${name}: 0,1,1,1`, `+QMT${name}: 0,1,2`]),
    ...["+QMTCONN: 0,2", "+QMTCLOSE: 0,-1", "+QMTDISC: 0,-1"],
    ...[3, 30, 50, 159].map((number) => `+CME ERROR: ${number}`),
  ])
    expect(heard).toContain(wanted);
});

test.each(recipes)("$fault closes the gap $item", async ({ item, hears, fault, does }) => {
  const modem = await startModem({ clock: "manual", faults: [fault] });
  try {
    await doAll(modem, does);
    if (hears !== undefined) expect(modem.host.heard).toContain(`\r\n${hears}\r\n`);
    expect(metIn(modem, item), modem.trace.lines().join("\n")).toBeGreaterThan(0);
    expect(modem.trace.lines().join("\n")).toContain(`fault= 1 ${fault}`);
  } finally {
    await modem.close();
  }
});

test("without its fault, none of them is met", async () => {
  for (const { item, hears, does } of recipes.filter(({ group }) => group !== "refusals")) {
    const modem = await startModem({ clock: "manual" });
    await doAll(modem, does);
    if (hears !== undefined) expect(modem.host.heard).not.toContain(`\r\n${hears}\r\n`);
    expect(metIn(modem, item), item).toBe(0);
    await modem.close();
  }
});
