import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Flags } from "../../bin/flags.js";
import { readFrontEnds } from "../../bin/front-ends.js";
import { onTerminal } from "../interop/terminal.js";
import { until } from "../net/port-recorder.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { dial, hostAt } from "../net/ports/sockets/sockets.js";
import { command, Program, runToEnd } from "./program.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-front-ends-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(...args: readonly string[]): Program {
  const program = new Program(args);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  return program;
}

/** The fields of the ready line. */
const ready = async (program: Program, where: "out" | "err" = "out"): Promise<Record<string, string>> =>
  JSON.parse((await program.prints(/^\{"event":"ready".*\}\n/m, where))[0]);

describe("the front ends of the flags", () => {
  test("without flags it is a pseudo-terminal, and so with a link", () => {
    expect(readFrontEnds({})).toEqual([{ kind: "pty", link: undefined }]);
    expect(readFrontEnds({ stdio: true, link: "/tmp/x" })).toEqual([
      { kind: "pty", link: "/tmp/x" },
      { kind: "stdio" },
    ]);
  });

  test("a port alone is on this machine", () => {
    expect(readFrontEnds({ tcp: ["7000", "[::]:0", "box.local:7001"] })).toEqual([
      { kind: "tcp", host: "127.0.0.1", port: 7000 },
      { kind: "tcp", host: "::", port: 0 },
      { kind: "tcp", host: "box.local", port: 7001 },
    ]);
  });

  const wrongFlags: readonly (readonly [flags: Flags, word: string])[] = [
    [{ tcp: [""] }, "--tcp"],
    [{ tcp: ["7000", "65536"] }, "65536"],
    [{ tcp: [":7000"] }, ":7000"],
    [{ tcp: ["::1:7000"] }, "::1:7000"],
    [{ tcp: ["[nowhere]:7000"] }, "[nowhere]"],
    [{ rfc2217: ["a:b"] }, "a:b"],
    [{ "tcp-connect": ["7000"] }, "7000"],
    [{ "tcp-connect": ["host:0"] }, "host:0"],
    [{ unix: [""] }, "--unix"],
    [{ link: "" }, "--link"],
    [{ device: ["/dev/x", "/dev/x"] }, "/dev/x is given twice"],
    [{ device: ["/tmp/x"], link: "/tmp/x" }, "/tmp/x is the --link"],
  ];
  test.each(wrongFlags)("%j is a usage error that names it", (flags, word) => {
    expect(() => readFrontEnds(flags)).toThrow(
      expect.objectContaining({ code: 2, message: expect.stringContaining(word) }),
    );
  });
});

test("all at once share one module: its output goes to all, and each host gets answers", async () => {
  const [link, unix] = [join(folder, "link"), join(folder, "socket")];
  const ways = ["--link", link, "--stdio", "--tcp", "0", "--unix", unix, "--rfc2217", "0"];
  const program = start("--json", "--log-level", "info", ...ways);
  const places = await ready(program, "err");
  const path = (kind: string): string => places[kind] ?? "";
  expect(Object.keys(places)).toEqual(["event", "pty", "link", "tcp", "unix", "rfc2217"]);
  expect(path("unix")).toBe(unix);
  const sockets = await Promise.all(["tcp", "unix", "rfc2217"].map((kind) => dial({ path: path(kind) })));
  const hosts = [await attach(link), ...sockets.map((socket) => hostAt(socket))];
  onTestFinished(() => Promise.all(hosts.map((host) => host.leave())).then(() => {}));
  await until(
    "the sockets to be attached",
    () => program.err.match(/(:\d+|socket): attach\n/g)?.length === sockets.length,
  );
  await hosts[0]?.write(Buffer.from("AT\r")); // a pseudo-terminal notices its host by its first bytes
  await until("the first answer at all hosts", () =>
    hosts.every(({ received: heard }) => heard.toString() === "\r\nOK\r\n"),
  );
  let answers = 1;
  for (const host of hosts) {
    await host.write(Buffer.from("AT\r"));
    answers += 1;
    await until("an answer at all hosts", () => hosts.every(({ received: heard }) => heard.length === 6 * answers));
  }
  program.type("AT+CGSN=1\r");
  await until("the answer to stdio", () => hosts.every(({ received: heard }) => heard.includes("+CGSN:")));
  for (const { received: heard } of hosts) expect(program.out.endsWith(heard.toString("latin1"))).toBe(true);
  expect(await program.end()).toMatchObject({ code: 0 });
  expect([existsSync(link), existsSync(unix)]).toEqual([false, false]);
});

test("several of a kind are a list in the ready line", async () => {
  const places = await ready(start("--json", "--tcp", "0", "--tcp", "[::1]:0"));
  expect(places).toMatchObject({ tcp: [expect.stringMatching(/^127/), expect.stringMatching(/^\[::1\]/)] });
  expect(places).not.toHaveProperty("pty");
});

test("the text for people has command lines for each", async () => {
  const odd = join(folder, "it's, a:b");
  const program = start("--tcp", "0.0.0.0:0", "--rfc2217", "0", "--unix", odd, "--tcp-connect", "127.0.0.1:1");
  await program.prints(/Ctrl-C ends it\.\n$/);
  expect(program.out).toMatch(/socket:\/\/127\.0\.0\.1:\d+/);
  expect(program.out).toMatch(/rfc2217:\/\/127\.0\.0\.1:\d+/);
  expect(program.out).toContain("A BC28 calls 127.0.0.1:1, ");
  const [, word] = await program.prints(/^ {2}socat -,rawer,escape=0x1d (.*)$/m);
  const address = `unix:${odd.replace(/[',:]/g, "\\$&")}`;
  expect(spawnSync("sh", ["-c", `printf %s ${word}`]).stdout.toString()).toBe(address);
  await program.prints(/0\.0\.0\.0:\d+ is not for this machine alone: anyone who reaches it can use the modem/, "err");
  await program.end();
});

describe("how it ends", () => {
  test("the end of piped input does not end it where hosts can attach elsewhere", async () => {
    const program = start("--json", "--stdio", "--tcp", "0", "--log-level", "info");
    const { tcp = "" } = await ready(program, "err");
    program.child.stdin?.end();
    await program.prints(/port= stdio: ended/, "err");
    const host = hostAt(await dial({ path: tcp }));
    await host.write(Buffer.from("AT\r"));
    await until("the answer", () => host.received.includes("OK"));
    await program.prints(/OK\r\n$/); // stdout still gets the output
    await host.leave();
    const { code, err } = await program.end();
    expect(code).toBe(0);
    expect(err).not.toContain("lost"); // the banner has come on stdout: its loss at the port without a host is not logged
  });

  test("Ctrl-] ends it, and there is no echo, which the other hosts would get", async () => {
    const terminal = onTerminal(process.execPath, [command, "--stdio", "--tcp", "0"]);
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    const welcome = terminal.screen.length;
    terminal.type("AT\r");
    await terminal.shows(/\nOK\n/);
    expect(terminal.screen.slice(welcome)).not.toContain("AT\n");
    terminal.type("\x1d");
    expect(await terminal.ended).toBe(0);
  });

  test("the socket of a killed one is replaced, one in use is not", async () => {
    const unix = join(folder, "stale");
    const killed = start("--json", "--unix", unix);
    await ready(killed);
    await killed.end("SIGKILL");
    expect(existsSync(unix)).toBe(true);
    const second = start("--json", "--unix", unix);
    await ready(second);
    const third = await runToEnd(["--json", "--unix", unix]);
    expect(third).toMatchObject({ code: 1, out: "" });
    expect(third.err).toMatch(/^bc28-emu: the socket [^\n]*stale: some program is using it[^\n]*\n$/);
    await second.end();
    expect(existsSync(unix)).toBe(false);
  });
});

test("a further host is refused, and the log names it", async () => {
  const program = start("--json", "--tcp", "0", "--log-level", "info");
  const { tcp = "" } = await ready(program);
  const [first, second] = [await dial({ path: tcp }), await dial({ path: tcp })];
  const { localPort } = second;
  second.resume();
  await new Promise((resolve) => second.once("close", resolve).on("error", () => {}));
  await program.prints(new RegExp(`port= ${tcp} is taken: 127\\.0\\.0\\.1:${localPort} was turned away`), "err");
  first.destroy();
  await program.end();
});
