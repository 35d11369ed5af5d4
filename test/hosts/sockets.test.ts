import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../index.js";
import { startModem, type TestDatagram } from "../../testing.js";
import { Program } from "../bin/program.js";
import { needs } from "../interop/needs.js";
import { run } from "../net/ports/pty/pty-hosts.js";
import { TelemetryHost } from "./telemetry-host.js";

describe.skipIf(!needs("python3-serial"))("a Python host that speaks MQTT itself", () => {
  test.each([
    ["at once", []],
    ["in a realistic network", ["--timing", "realistic", "--time-scale", "60", "--seed", "3"]],
  ])("%s", { timeout: 60_000 }, async (_, flags) => {
    const trace = ["--log-level", "info"];
    const emulator = new Program(["--json", "--tcp", "0", "--broker", "0", "--offline", ...trace, ...flags]);
    onTestFinished(() => void emulator.child.kill("SIGKILL"));
    const [line] = await emulator.prints(/^\{.*\}\n/);
    const { tcp, broker } = JSON.parse(line) as { readonly tcp: string; readonly broker: string };
    const [address = "", port = ""] = broker.split(":");
    const host = fileURLToPath(new URL("mqtt_by_hand.py", import.meta.url));
    if (flags.includes("realistic")) await new Promise((resolve) => setTimeout(resolve, 100)); // the module boots
    const program = run("/usr/bin/python3", ["-B", host, `socket://${tcp}`, address, port]);
    expect({ code: await program.ended, complained: program.stderr }).toEqual({ code: 0, complained: "" });
    const hex = (text: string): string => Buffer.from(text).toString("hex").toUpperCase();
    expect(emulator.err).toContain(hex("by-hand"));
    expect(emulator.err).not.toContain(hex("secret"));
  });
});

const minute = 60_000;
const address = "192.0.2.1";
const port = 5683;

/** How long the NAT between module and server remembers a socket. */
const natTimeoutMs = minute;

/** A server that acknowledges readings, and sends a command again until it is done. */
class TelemetryServer {
  readonly readings = new Map<number, string>();
  /** Readings that came more than once. */
  repeated = 0;
  readonly #clock: Clock;
  #heardAt = 0;
  #latest: TestDatagram | undefined;
  #command: string | undefined;
  #number = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly answer = (datagram: TestDatagram): string | undefined => {
    this.#heardAt = this.#clock.now();
    this.#latest = datagram;
    const [word = "", ...rest] = datagram.text.split(" ");
    if (word === "done" && rest[0] === `${this.#number}`) this.#command = undefined;
    if (!/^\d+$/.test(word)) return undefined;
    if (this.readings.has(Number(word))) this.repeated += 1;
    this.readings.set(Number(word), rest.join(" "));
    return `ack ${word}`;
  };

  command(what: string): void {
    this.#number += 1;
    this.#command = `do ${this.#number} ${what}`;
  }

  get isDone(): boolean {
    return this.#command === undefined;
  }

  /** Sends the command that is not done. Behind a NAT that has forgotten the socket it does not arrive. */
  tick(): void {
    if (this.#command !== undefined && this.#clock.now() - this.#heardAt < natTimeoutMs)
      this.#latest?.reply(this.#command);
  }
}

const faults: Readonly<Record<string, readonly string[]>> = {
  "nothing goes wrong": [],
  "a third of all datagrams is lost": [
    "lose every datagram from host with chance 33%",
    "lose every datagram to host with chance 33%",
  ],
  "the NAT forgets for two minutes, twice": [
    "when at 2min: lose every datagram to host for 2min",
    "when at 12min: lose every datagram to host for 2min",
  ],
  "coverage is lost, and the module resets": [
    "when at 3min: coverage off for 90s",
    "when at 9min: reset watchdog",
    "when at 14min: detach",
  ],
  "the network is slow": ["latency 1s..6s", "bandwidth 60B/s"],
};

describe.each(Object.entries(faults))("a host that sends telemetry over UDP: %s", (_, sentences) => {
  test.each([
    ["instant", 0],
    ["realistic", 1],
  ] as const)("with %s timing and seed %i", { timeout: 60_000 }, async (timing, seed) => {
    const profile = { base: "bc28", timing } as const;
    const modem = await startModem({ clock: "manual", broker: false, profile, seed, faults: sentences, offline: true });
    onTestFinished(() => modem.close());
    const { clock } = modem;
    const server = new TelemetryServer(clock);
    modem.network.udp(address, port, server.answer);
    const host = new TelemetryHost(modem, { address, port });
    const running = host.run();
    for (let at = 0; at < 40; at += 1) {
      host.measure(`reading ${at}`);
      if (at % 10 === 5) server.command(`valve ${at}`);
      for (let ticks = 0; ticks < 3; ticks += 1) {
        server.tick();
        await clock.advance(10_000);
      }
    }
    modem.faults.clear();
    for (let left = 40; left > 0 && (host.waiting > 0 || !server.isDone); left -= 1) {
      server.tick();
      await clock.advance(10_000);
    }
    host.stop();
    await clock.advance(5000);
    await running;
    expect([...server.readings.values()]).toEqual(Array.from({ length: 40 }, (_, at) => `reading ${at}`));
    expect(host.commands).toEqual(["valve 5", "valve 15", "valve 25", "valve 35"]);
    const acted = modem.trace.events.flatMap(({ event }) => (event.kind === "fault" ? [event.fault] : []));
    expect(new Set(acted)).toEqual(new Set(sentences));
    if (sentences.some((sentence) => sentence.startsWith("lose"))) expect(server.repeated).toBeGreaterThan(0);
    if (sentences.some((sentence) => sentence.includes("reset"))) expect(host.sockets).toBeGreaterThan(1);
  });
});
