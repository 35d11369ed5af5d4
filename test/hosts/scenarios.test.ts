import { describe, expect, test } from "vitest";
import { loadScenario, manualClock, readyScenarios, startModem } from "../../testing.js";
import { publishedIn, SturdyHost } from "./sturdy-host.js";

const minute = 60_000;
/** How many readings the host takes, one every half minute, and how long it then has for the rest. */
const readings = 60;
const rest = 30;

/** Timing and seed of a run. */
const runs = [
  ["instant", 0],
  ["realistic", 1],
  ["realistic", 2],
] as const;

/** What arrives at least, of the readings, where bytes are damaged on the UART: a damaged reading looks like any other. */
const damaged: Readonly<Record<string, number>> = { "noisy-uart": 0.7 };

/** What never acts on this host: it does not publish with QoS 2 at that moment. */
const unused: Readonly<Record<string, string>> = { "lost-acks": "lose every PUBREC for 2min" };

describe.each(readyScenarios())("a host lives through %s", (name) => {
  test.each(runs)("with %s timing and seed %i", { timeout: 60_000 }, async (timing, seed) => {
    const clock = manualClock();
    const host = new SturdyHost(clock);
    const scenarios = [await loadScenario(name)];
    const modem = await startModem({ clock, ports: [host.open], profile: { base: "bc28", timing }, seed, scenarios });
    const { broker, faults, trace } = modem;
    const run = host.run();
    const taken = Array.from({ length: readings }, (_, at) => `reading ${at}`);
    for (const reading of taken) {
      host.measure(reading);
      await clock.advance(minute / 2);
    }
    await clock.advance(rest * minute);
    faults.clear();
    modem.radio.set({ coverage: true, sim: true, rssi: 25, network: "home" });
    await clock.advance(10 * minute);
    broker.publish("sturdy/down", "still there?", { qos: 1 });
    await clock.advance(minute);
    host.stop();
    await clock.advance(5 * minute);
    await run;
    const arrived = new Set(broker.messages.map(({ text }) => publishedIn(text)?.reading));
    const { findings } = modem;
    await modem.close();
    expect(host.done.map(({ reading }) => reading)).toEqual(taken);
    expect(host.commands).toContain("still there?");
    const share = taken.filter((reading) => arrived.has(reading)).length / readings;
    expect(share).toBeGreaterThanOrEqual(damaged[name] ?? 1);
    const isWrong = (line: string): boolean => line.includes("never acted") && !line.endsWith(unused[name] ?? ".");
    expect(trace.lines().filter(isWrong)).toEqual([]);
    expect(findings.map(({ severity, rule, text, count }) => `${severity} ${rule} ${count} ${text}`)).toEqual([]);
    if (process.env.SCENARIOS_LOG === "1") console.log(name, timing, seed, host.failures);
  });
});
