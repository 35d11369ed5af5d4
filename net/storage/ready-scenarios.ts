import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the ready scenarios are: in the root of the package, which is one to three folders above this file or its bundle. */
export function readyFolder(): string {
  const above = ["..", "../..", "../../.."].map((way) =>
    fileURLToPath(new URL(`${way}/docs/scenarios/`, import.meta.url)),
  );
  return above.find((folder) => existsSync(folder)) ?? "docs/scenarios";
}

/** The names of the ready scenarios. */
export const readyScenarios = (): readonly string[] =>
  readdirSync(readyFolder()).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
