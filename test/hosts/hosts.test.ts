import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { Program } from "../bin/program.js";
import { needs } from "../interop/needs.js";
import { run } from "../net/ports/pty/pty-hosts.js";

const host = fileURLToPath(new URL("publish.py", import.meta.url));

describe.skipIf(!needs("python3-serial"))("one Python host, by any front end", () => {
  let paths: { readonly pty: string; readonly tcp: string; readonly rfc2217: string };
  beforeAll(async () => {
    const program = new Program(["--json", "--pty", "--tcp", "0", "--rfc2217", "0", "--broker", "0"]);
    const [line] = await program.prints(/^\{.*\}\n/);
    paths = JSON.parse(line);
    return () => void program.child.kill("SIGKILL");
  });

  test.each([
    ["a pseudo-terminal", () => paths.pty],
    ["socket://", () => `socket://${paths.tcp}`],
    ["rfc2217://", () => `rfc2217://${paths.rfc2217}`],
  ])("%s", async (_, url) => {
    const program = run("/usr/bin/python3", ["-B", host, url()]);
    expect({ code: await program.ended, complained: program.stderr }).toEqual({ code: 0, complained: "" });
  });
});
