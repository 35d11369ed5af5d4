import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { command as commandPath } from "../bin/program.js";
import { run } from "../net/ports/pty/pty-hosts.js";

/** A folder that goes with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-recipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with the command `bc28-emu` and these files in it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  const command = `#!/bin/sh\nexec "${process.execPath}" "${commandPath}" "$@"\n`;
  for (const [name, text] of Object.entries({ "bc28-emu": command, ...files })) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Runs a program in such a folder to its end. */
export async function runIn(
  folder: string,
  command: string,
): Promise<{ code: number | null; out: string; err: string }> {
  const program = run("sh", ["-c", `cd "$0" && PATH="$0:$PATH" exec ${command}`, folder]);
  return { code: await program.ended, out: program.stdout, err: program.stderr };
}
