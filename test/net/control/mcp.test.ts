import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { serveMcp } from "../../../net/control/mcp-server.js";
import { McpStdio, type McpStreams } from "../../../net/control/mcp-stdio.js";
import { tools } from "../../../net/control/mcp-tools.js";
import { command, Program } from "../../bin/program.js";
import { until } from "../port-recorder.js";

/** A client of the SDK that runs `bc28-emu mcp`; `call` returns what a tool tells. */
async function start(...args: readonly string[]) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [command, "mcp", ...args], stderr: "inherit" }),
  );
  onTestFinished(() => client.close());
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    const [first] = content as readonly { readonly text: string }[];
    return { ...JSON.parse(first?.text ?? "{}"), ...(isError === true && { isError }) };
  };
  return { client, call };
}

test("every tool has a schema, and a sentence that says when to use it", async () => {
  const { client } = await start();
  const { tools: listed } = await client.listTools();
  expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  for (const { description, inputSchema } of listed) {
    expect(description).toMatch(/Use it/);
    expect(inputSchema.type).toBe("object");
  }
  expect(client.getInstructions()).toContain("Call start");
});

test("an agent finds out why a publish fails", async () => {
  const { call } = await start();
  expect(await call("send", { line: "AT" })).toMatchObject({
    isError: true,
    error: "no module runs: call start first",
  });
  expect(await call("start", { faults: ["lose every PUBACK"], timeScale: 100 })).toMatchObject({
    module: { stage: "ready" },
    faults: [{ id: 1, state: "in force" }],
  });
  expect(await call("send", { line: 'AT+QMTOPEN=0,"mqtt.example.com",1883' })).toMatchObject({ result: "OK" });
  expect(await call("wait", { says: "+QMTOPEN:*", after: 0 })).toMatchObject({ line: "+QMTOPEN: 0,0" });
  await call("send", { line: 'AT+QMTCONN=0,"agent"' });
  expect(await call("wait", { says: "+QMTCONN:*", after: 0 })).toMatchObject({ line: "+QMTCONN: 0,0,0" });
  expect(await call("send", { line: 'AT+QMTPUB=0,1,1,0,"a/b"', payload: "hello" })).toMatchObject({ result: "OK" });
  expect(await call("wait", { says: "+QMTPUB: 0,1,?*", after: 0, within: 50 })).toMatchObject({ isError: true });
  expect(await call("wait", { says: "+QMTPUB:*", after: 0 })).toMatchObject({ line: "+QMTPUB: 0,1,2" });
  const { events } = await call("events", { kind: "fault" });
  expect(events).toContainEqual(expect.objectContaining({ fault: "lose every PUBACK", did: "PUBACK 1 lost" }));
  expect((await call("messages", { topic: "a/#" })).messages[0]).toMatchObject({ topic: "a/b", text: "hello" });

  expect(await call("new")).toEqual({ ok: true });
  expect(await call("clear_faults")).toEqual({ ok: true });
  await call("send", { line: 'AT+QMTOPEN=0,"mqtt.example.com",1883' });
  const { mqtt } = await call("state");
  expect(["open", "opening"]).toContain(mqtt.phase);
  expect(await call("add_faults", { faults: ["lose PUBCK"] })).toMatchObject({
    isError: true,
    error: 'fault "lose PUBCK": "PUBCK" cannot stand behind "lose"; did you mean PUBACK?',
  });
  expect(await call("send", { line: "AT+NOSUCH", colour: 1 })).toMatchObject({
    isError: true,
    error: "colour: there is no such key; there are line, payload, within",
  });
  expect(await call("send", { line: "AT\rAT" })).toEqual({
    isError: true,
    error: "line: there is a line end in it; send one command at a time, without its line end",
  });
  expect(await call("send", { line: " " })).toEqual({
    isError: true,
    error: "line: it is empty; give a command such as AT+CSQ",
  });
  expect(await call("send", {})).toMatchObject({ error: expect.stringMatching(/^line: it is missing; give text/) });
  expect(await call("send", { line: "AT+NOSUCH" })).toMatchObject({ result: "ERROR" });
  expect(await call("findings")).toEqual({ findings: [] });
  await call("send", { line: "AT+CFUN=7" });
  expect(await call("findings")).toMatchObject({ findings: [{ rule: "errors-unnumbered", count: 1 }] });
  const { met, of, gaps } = await call("coverage");
  expect(gaps).toContainEqual({ group: "results", item: "+QMTOPEN: 0,4", recipe: "unknown name" });
  expect(of - met).toBe(gaps.length);
  expect(await call("stop")).toEqual({ ok: true });
});

test("starts that come together leave one module, and it ends with the client", async () => {
  const { client, call } = await start();
  const started = await Promise.all([call("start"), call("start"), call("start")]);
  for (const { module } of started) expect(module.stage).toBe("ready");
  expect(await call("stop")).toEqual({ ok: true });
  expect(await call("state")).toMatchObject({ isError: true });
  await call("start");
  await client.close();
});

test("the end of its input ends the server, with a module or without one", async () => {
  const request = (id: number, method: string, params: object): string =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
  const hello = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "x", version: "1" } };
  const begun = `${request(0, "initialize", hello)}${request(1, "tools/call", { name: "start", arguments: {} })}`;
  for (const input of ["", "{broken\n", begun]) {
    const program = new Program(["mcp"]);
    program.type(input);
    if (input === begun) await until("the module", () => program.out.includes('"id":1'));
    program.child.stdin?.end();
    const { code, err } = await program.ended;
    expect({ code, err }).toEqual({
      code: 0,
      err: input.startsWith("{broken") ? expect.stringMatching(/^bc28-emu: mcp: a message cannot be read: .*\n$/) : "",
    });
  }
});

test("a line that cannot be read is answered, and the next one is read", async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const transport = new McpStdio({ input, output } as unknown as McpStreams);
  const warned: string[] = [];
  const server = await serveMcp({
    version: "1",
    start: () => Promise.reject(new Error("not here")),
    transport,
    warn: (line) => warned.push(line),
  });
  const answers = createInterface({ input: output })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<unknown> => {
    input.write(`${line}\n`);
    return JSON.parse((await answers.next()).value as string);
  };
  const refused = (code: number, id: unknown, message: unknown) => ({ jsonrpc: "2.0", id, error: { code, message } });
  expect(await ask("{broken")).toEqual(refused(-32_700, null, expect.stringMatching(/^the message is no JSON: /)));
  expect(await ask("[]")).toEqual(refused(-32_600, null, "the message is a list; send one message a line"));
  expect(await ask("5")).toEqual(refused(-32_600, null, "the message is no object; send a request of JSON-RPC 2.0"));
  expect(await ask('{"id":7,"method":"ping"}')).toEqual(refused(-32_600, 7, 'jsonrpc: give "2.0"'));
  expect(await ask('{"jsonrpc":"2.0","id":"a"}')).toEqual(
    refused(-32_600, "a", "method: it is missing; give the name of a method"),
  );
  expect(await ask('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}')).toEqual(
    refused(-32_600, 1, "params: give an object"),
  );
  expect(await ask('\r\n{"jsonrpc":"2.0","id":2,"method":"no/such"}\r')).toMatchObject({
    id: 2,
    error: { code: -32_601 },
  });
  expect(await ask("x".repeat(11 * 1024 * 1024))).toEqual(
    refused(-32_600, null, "the message is longer than 10485760 bytes"),
  );
  const ping = '{"jsonrpc":"2.0","id":3,"method":"ping"}';
  input.write(ping.slice(0, 20));
  expect(await ask(ping.slice(20))).toEqual({ jsonrpc: "2.0", id: 3, result: {} });
  expect(warned).toHaveLength(7);
  input.end();
  await server.gone;
});
