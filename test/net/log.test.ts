import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import { fromText } from "../../at/octets.js";
import { type ColourEnvironment, wantsColour } from "../../net/colour.js";
import { Log } from "../../net/log.js";
import { terminalLine } from "../../net/log-output.js";
import { connect, startModule } from "../interop/module.js";
import { until } from "./port-recorder.js";

describe("what a client does is told once", () => {
  test.each([
    ["info", []],
    ["trace", ["connected", "publishes 2 bytes to t, QoS 1", "gone"]],
  ] as const)("at level %s", async (logLevel, repeated) => {
    const { host, modem, log } = await startModule({ broker: { port: 0 }, logLevel });
    const other = await mqtt.connectAsync(`mqtt://${modem.broker?.address}`, { clientId: "other" });
    await connect(host, "meter");
    await host.publish('0,1,1,0,"t"', "hi");
    await host.urc(/\+QMTPUB: 0,1,0/);
    await host.command("AT+QMTDISC=0");
    await other.endAsync();
    await until("the other client is gone", () => log.includes("broker: client other gone"));
    await until("the module is gone", () => modem.broker?.clients().length === 0);
    expect(log).toContain('mqtt> PUBLISH 1 qos 1 "t" 2 bytes: hi');
    expect(log).toContain("broker: client other connected");
    expect(log.filter((line) => line.startsWith("broker: client meter"))).toEqual(
      repeated.map((what) => `broker: client meter ${what}`),
    );
  });
});

describe("a payload is shown", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["if it is a text", fromText("Grüße 你好"), ": Grüße 你好", ": Grüße 你好"],
    ["up to 200 characters", "x".repeat(300), `: ${"x".repeat(200)}…`, `: ${"x".repeat(200)}…`],
    ["by its octets at level trace, if it cannot be printed", "a\x1b[2J\xff", "", ": a<1B>[2J<FF>"],
    ["by its octets, if it turns the direction of the line", fromText("\u202e"), "", ": <E2><80><AE>"],
    ["only with a payload", "", "", ""],
  ];
  test.each(cases)("%s", (_, payload, atInfo, atTrace) => {
    const lineAt = (level: "info" | "trace"): string => {
      const lines: string[] = [];
      new Log(level, (line) => lines.push(line)).event({ kind: "payload", payload, size: 2 });
      return lines.join();
    };
    expect(lineAt("info")).toBe(`host> payload of 2 bytes${atInfo}`);
    expect(lineAt("trace")).toBe(`host> payload of 2 bytes${atTrace}`);
  });
});

describe("on a terminal", () => {
  test.each([
    ["    1.392 host> AT+CSQ", "    1.392 host>   AT+CSQ"],
    ["    1.392 module= power on", "    1.392 module= power on"],
    ["86400.000 broker: client a: gone", "86400.000 broker: client a: gone"],
    ["    1.392 fault 2 never acted: lose PUBACK", "    1.392         fault 2 never acted: lose PUBACK"],
    ["    1.392 host< ", "    1.392 host<   "],
  ])("%j has columns", (line, shown) => expect(terminalLine(line, "quiet", false)).toBe(shown));

  test("a line has the colour of its event", () => {
    const coloured: string[] = [];
    const write = (line: string, tone: Parameters<typeof terminalLine>[1]): number =>
      coloured.push(terminalLine(line, tone, true));
    const log = new Log("info", write, { now: () => 1500 });
    log.event({ kind: "urc", line: "+QMTSTAT: 0,1" });
    log.event({ kind: "answer", line: "OK" });
    log.warn("careful");
    expect(coloured).toEqual([
      "\x1b[2m    1.500\x1b[0m \x1b[31mhost<   +QMTSTAT: 0,1\x1b[0m",
      "\x1b[2m    1.500\x1b[0m \x1b[32mhost<   OK\x1b[0m",
      "\x1b[2m    1.500\x1b[0m \x1b[33m        careful\x1b[0m",
    ]);
  });

  test.each<[ColourEnvironment, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: "dumb" }, true, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, true],
  ])("%j, terminal %s: %s", (environment, isTerminal, wanted) => {
    expect(wantsColour(environment, isTerminal)).toBe(wanted);
  });
});
