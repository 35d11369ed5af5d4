import type { Profile } from "../../emulator/profile/profile.js";
import { type StartOptions, startModem } from "../start.js";
import { loadScenario } from "../storage/scenario-file.js";
import { AtHost } from "../testing/host.js";
import { Waits } from "../testing/waits.js";
import { scaledClock } from "../time/clock.js";
import { Control } from "./control.js";
import type { McpModule, StartInput } from "./mcp-tools.js";

/** What the command line has asked for, and an agent's start adds to. */
export interface McpBase extends Omit<StartOptions, "clock" | "ports" | "direct" | "record"> {
  readonly profile: Profile;
  readonly version: string;
}

/** Starts a module for an agent: with a host on its UART, a broker, and its events recorded. */
export async function startMcpModule({ version, ...base }: McpBase, input: StartInput): Promise<McpModule> {
  const { faults = [], scenario, seed, timing, timeScale = 1 } = input;
  const clock = scaledClock(timeScale);
  const waits = new Waits(clock);
  const host = new AtHost(waits);
  const modem = await startModem({
    ...base,
    broker: base.broker ?? { port: 0 },
    profile: timing === undefined ? base.profile : { ...base.profile, timing },
    clock,
    record: true,
    direct: [(events) => host.open(events)],
    faults: [...(base.faults ?? []), ...faults],
    scenarios: [...(base.scenarios ?? []), ...(scenario === undefined ? [] : [await loadScenario(scenario)])],
    ...(seed !== undefined && { seed }),
  });
  const close = async (): Promise<void> => {
    waits.close();
    await modem.close();
  };
  return { control: new Control({ modem, clock, version, stop: () => void close() }), host, close };
}
