import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { executable } from "../executable.js";
import { readTextFile, type TextFile } from "./text-file.js";

/** Where the ready scenarios are: in the root of the package, which is one to three folders above this file or its bundle. */
function readyFolder(): string {
  const above = ["..", "../..", "../../.."].map((way) =>
    fileURLToPath(new URL(`${way}/docs/scenarios/`, import.meta.url)),
  );
  return above.find((folder) => existsSync(folder)) ?? "docs/scenarios";
}

/** The names of the ready scenarios. */
export function readyScenarios(): readonly string[] {
  const carried = executable()?.scenarios;
  if (carried !== undefined) return Object.keys(carried);
  return readdirSync(readyFolder()).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** The file of a ready scenario, and the path that messages name. */
export function readyScenario(name: string, maxBytes: number): { readonly path: string; readonly file: TextFile } {
  const text = executable()?.scenarios[name];
  if (text !== undefined) return { path: name, file: { kind: "text", text } };
  const path = join(readyFolder(), `${name}.yaml`);
  return { path, file: readTextFile(path, maxBytes) };
}
