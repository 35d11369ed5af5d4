import { explainScenario } from "../../emulator/faults/language/explain.js";
import { readyScenarios } from "../../net/storage/ready-scenarios.js";
import { loadScenario } from "../../net/storage/scenario-file.js";
import { usage } from "../../net/user-error.js";
import { textWidth, wrapped } from "../columns.js";
import type { Call, Outcome } from "../command.js";
import type { Flags } from "../flags.js";

/** `bc28-emu scenario`: prints the ready ones, or what one does. Throws a UserError (code 2) for a wrong one. */
export async function run({ words: [name, more], flags }: Call): Promise<Outcome> {
  if (more !== undefined) throw usage(`scenario: ${JSON.stringify(more)} is one word too many`);
  return { text: name === undefined ? await readyText(flags) : await scenarioText(name, flags) };
}

async function scenarioText(name: string, { json }: Flags): Promise<string> {
  const scenario = await loadScenario(name);
  const steps = explainScenario(scenario);
  if (json) return JSON.stringify({ ...scenario, steps }, undefined, 2);
  const about = scenario.about === undefined ? [] : [...wrapped(scenario.about, textWidth), ""];
  return [scenario.name, "", ...about, ...steps].join("\n");
}

async function readyText({ json }: Flags): Promise<string> {
  const ready = await Promise.all(readyScenarios().map(loadScenario));
  if (json)
    return JSON.stringify(
      ready.map(({ name, about }) => ({ name, about })),
      undefined,
      2,
    );
  const lines = ready.flatMap(({ name, about = "" }) => [
    name,
    ...wrapped(about, textWidth - 4).map((line) => `    ${line}`),
  ]);
  return ["Ready scenarios, for --scenario NAME; bc28-emu scenario NAME tells each step:", "", ...lines].join("\n");
}
