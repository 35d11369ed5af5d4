import { request } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, onTestFinished, test } from "vitest";
import { Log, manualClock, type StartOptions, startModem } from "../../../index.js";
import { checked } from "../../../net/control/checked.js";
import { Control } from "../../../net/control/control.js";
import { ControlError } from "../../../net/control/control-error.js";
import { type ControlServerOptions, startControlServer } from "../../../net/control/http-server.js";
import { tools } from "../../../net/control/mcp-tools.js";
import { routes } from "../../../net/control/routes.js";
import { findings as findingsSchema } from "../../../net/control/schemas.js";

/** A running module with its control port, and a host that has said nothing. */
async function start(
  { token, ...options }: StartOptions & { readonly token?: string } = {},
  more: Partial<ControlServerOptions> = {},
) {
  const lines: string[] = [];
  const log = new Log("warn", (line) => lines.push(line));
  const clock = options.clock ?? manualClock();
  let say = (_line: string): void => {};
  let heard = "";
  const modem = await startModem({
    clock,
    record: true,
    broker: { port: 0 },
    log,
    ports: [
      (events) => {
        say = (line) => events.onBytes(Buffer.from(`${line}\r`));
        const write = (bytes: Uint8Array): void => {
          heard += Buffer.from(bytes).toString("latin1");
        };
        return { path: "wire", write, set() {}, close: async () => {} };
      },
    ],
    ...options,
  });
  let stopped = false;
  const control = new Control({ modem, clock, version: "1.2.3", stop: () => (stopped = true) });
  const server = await startControlServer(control, { host: "127.0.0.1", port: 0, token, log, ...more });
  onTestFinished(async () => {
    await server.close();
    await modem.close();
  });
  const url = server.url;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (isJson(response) ? await response.json() : {}) as Record<string, never>,
      headers: response.headers,
    };
  };
  return {
    url,
    call,
    modem,
    clock,
    lines,
    say: (line: string) => say(line),
    heard: () => heard,
    isStopped: () => stopped,
  };
}

const isJson = ({ headers }: Response): boolean => headers.get("content-type")?.startsWith("application/json") ?? false;

/** A request with headers that fetch does not let pass. */
function raw(url: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}

describe("the routes", () => {
  test("health, and a state that tells what a host would see", async () => {
    const { call, say } = await start();
    expect(await call("GET", "/api/health")).toMatchObject({ status: 200, body: { ok: true, version: "1.2.3" } });
    say('AT+QMTCFG="aliauth",0,"key","name","a secret"');
    const { body } = await call("GET", "/api/state");
    expect(body).toMatchObject({
      module: { stage: "ready", isAsleep: false, clock: 0 },
      radio: { sim: true, rssi: 25, stage: "attached" },
      mqtt: { phase: "idle", inFlight: [], settings: { pktTimeout: 10, aliauth: { deviceSecret: "***" } } },
      dte: { echo: false, cmee: 0 },
      ports: [{ path: "wire" }],
      broker: { clients: [] },
    });
    expect(JSON.stringify(body)).not.toContain("a secret");
    say('AT+CLCK="SC",1,"1234"');
    for (const line of ["AT+NSOCR=DGRAM,17,4000,1", "AT+NSOCR=STREAM,6,0,0", 'AT+QMTOPEN=0,"b",1883']) say(line);
    const later = (await call("GET", "/api/state")).body;
    expect(later).toMatchObject({
      mqtt: { socket: 2 },
      sockets: [
        { id: 0, protocol: "UDP", phase: "created", receives: true, port: 4000, unread: 0, unsent: [] },
        { id: 1, protocol: "TCP", phase: "created", receives: false, port: 0, unread: 0, unsent: [] },
      ],
      nvm: { sim: { pin: "***", puk: "***", firstPin: "***" } },
    });
    expect(JSON.stringify(later)).not.toContain("1234");
  });

  test("faults: given all or none, listed, taken back", async () => {
    const { call } = await start();
    const given = await call("POST", "/api/faults", { faults: ["lose 2 PUBACK", "rssi 9"] });
    expect(given.body.faults).toMatchObject([
      { id: 1, state: "in force", left: 2 },
      { id: 2, state: "over", left: 0, hits: 1 },
    ]);
    expect(await call("POST", "/api/faults", { faults: ["lose PUBREC", "lose PUBCK"] })).toMatchObject({
      status: 400,
      body: { error: 'fault "lose PUBCK": "PUBCK" cannot stand behind "lose"; did you mean PUBACK?' },
    });
    expect((await call("GET", "/api/faults")).body.faults).toMatchObject([{ id: 1 }]);
    expect((await call("DELETE", "/api/faults/1")).status).toBe(200);
    expect(await call("DELETE", "/api/faults/1")).toMatchObject({ status: 404 });
    await call("POST", "/api/faults", { fault: "lose every PUBACK" });
    await call("DELETE", "/api/faults");
    expect((await call("GET", "/api/faults")).body).toEqual({ faults: [] });
  });

  test("the language of faults: its words, its meaning, its problems, and the ready scenarios", async () => {
    const { call } = await start();
    expect((await call("GET", "/api/faults/language")).body.faults).toContainEqual(
      expect.objectContaining({ syntax: "lose [COUNT] PACKET", seam: "packets" }),
    );
    expect((await call("GET", "/api/faults/words?text=lose%202%20PUBA")).body).toMatchObject({ words: ["PUBACK"] });
    expect((await call("GET", "/api/faults/words?text=lose%20PUBACK")).body.means).toMatch(
      /PUBACK from the broker is lost/,
    );
    expect((await call("GET", "/api/faults/words?text=lose")).body.problem).toMatch(/something is missing/);
    expect((await call("GET", "/api/scenarios")).body.scenarios).toContainEqual(
      expect.objectContaining({ name: "no-sim" }),
    );
    expect((await call("POST", "/api/scenarios", { name: "no-sim" })).status).toBe(200);
    expect((await call("GET", "/api/state")).body.radio).toMatchObject({ sim: false });
    expect(await call("POST", "/api/scenarios", { name: "/etc/passwd" })).toMatchObject({ status: 400 });
  });

  test("bytes as from a further host: all hosts hear the answer", async () => {
    const { call, heard } = await start();
    expect((await call("POST", "/api/host", { text: "AT+CSQ\r" })).status).toBe(200);
    expect(heard()).toContain("+CSQ:25,99");
    await call("POST", "/api/host", { base64: Buffer.from("AT\r").toString("base64") });
    expect((await call("GET", "/api/events?hears=AT")).body.events).toHaveLength(1);
    expect(await call("POST", "/api/host", { text: "a", base64: "YQ==" })).toMatchObject({ status: 400 });
  });

  test("events page by page, and one that is waited for", async () => {
    const { call, say } = await start();
    const { body: before } = await call("GET", "/api/events");
    const waiting = call("GET", `/api/wait?says=${encodeURIComponent("+CSQ*")}&within=2s`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    say("AT+CSQ");
    expect((await waiting).body).toMatchObject({ kind: "answer", line: "+CSQ:25,99" });
    const { body } = await call("GET", `/api/events?after=${before.next}&limit=3`);
    expect(body.events).toMatchObject([{ kind: "bytes" }, { kind: "line", line: "AT+CSQ" }, { kind: "answer" }]);
    expect((await call("GET", `/api/events?after=${body.next}&kind=answer`)).body.events).toMatchObject([
      { line: "OK" },
    ]);
    expect(await call("GET", "/api/wait?packet=PUBACK&way=received&within=10ms")).toMatchObject({
      status: 408,
      body: { error: "no event with packet PUBACK, way received; there came nothing", instead: [] },
    });
  });

  test("time by hand, and a clock that goes by itself", async () => {
    const { call } = await start({ faults: ["when at 30s: reset watchdog"] });
    expect((await call("POST", "/api/clock/advance", { ms: 30_000 })).body).toEqual({ clock: 30_000 });
    expect((await call("GET", "/api/events?kind=reboot")).body.events).toHaveLength(1);
    await call("POST", "/api/faults", { fault: "coverage off for 10s" });
    expect((await call("POST", "/api/clock/next")).body).toEqual({ clock: 40_000 });
    const other = await start({ clock: (await import("../../../index.js")).systemClock() });
    expect((await other.call("POST", "/api/clock/advance", { ms: 1 })).status).toBe(409);
  });

  test("the broker: messages and clients", async () => {
    const { call, say, heard } = await start();
    say('AT+QMTOPEN=0,"mqtt.example.com",1883');
    await call("POST", "/api/clock/advance", { ms: 0 });
    say('AT+QMTCONN=0,"meter"');
    await call("POST", "/api/clock/advance", { ms: 0 });
    say('AT+QMTSUB=0,1,"down",1');
    await call("POST", "/api/clock/advance", { ms: 0 });
    say('AT+QMTPUB=0,0,0,0,"up/x"\r22.5\x1a');
    await call("POST", "/api/clock/advance", { ms: 0 });
    expect((await call("GET", "/api/broker/clients")).body).toEqual({ clients: ["meter"] });
    expect((await call("GET", "/api/broker/messages?topic=up/%2B")).body.messages).toMatchObject([
      { clientId: "meter", topic: "up/x", text: expect.stringContaining("22.5") },
    ]);
    expect((await call("GET", "/api/broker/messages?topic=down")).body).toEqual({ messages: [] });
    await call("POST", "/api/broker/publish", { topic: "down", base64: "aGk=", qos: 1 });
    await call("POST", "/api/clock/advance", { ms: 0 });
    expect(heard()).toMatch(/\+QMTRECV: 0,\d+,"down",hi/);
    expect((await call("POST", "/api/broker/publish", { topic: "a/#" })).status).toBe(400);
    expect((await call("POST", "/api/broker/publish", { topic: "a", text: "x", base64: "aGk=" })).status).toBe(400);
    await call("DELETE", "/api/broker/messages");
    expect((await call("POST", "/api/broker/disconnect", { clientId: "meter" })).status).toBe(200);
    expect((await call("POST", "/api/broker/disconnect", { clientId: "nobody" })).status).toBe(404);
    const alone = await start({ broker: undefined } as never);
    expect(alone.modem.broker).toBeUndefined();
    expect((await alone.call("GET", "/api/broker/clients")).status).toBe(409);
  });

  test("reset, new, findings and stop", async () => {
    const { call, heard, modem, isStopped, say } = await start({ faults: ["rssi 9"] });
    say("AT+CFUN=7");
    const { findings } = (await call("GET", "/api/findings")).body;
    expect(v.parse(findingsSchema, { findings })).toMatchObject({
      findings: [{ rule: "errors-unnumbered", count: 1 }],
    });
    await call("POST", "/api/reset");
    await call("POST", "/api/reset", { cause: "watchdog" });
    expect(heard()).toMatch(/RESET_PIN.*APPLICATION_WATCHDOG/s);
    expect((await call("POST", "/api/reset", { cause: "boredom" })).status).toBe(400);
    await call("POST", "/api/faults", { fault: "lose every PUBACK" });
    const { next = 0 } = (await call("POST", "/api/new")).body;
    expect((await call("GET", `/api/events?after=${next - 1}&limit=1`)).body.events).toMatchObject([
      { kind: "renewed" },
    ]);
    expect(modem.faults.list()).toEqual([]);
    expect(modem.state().radio.rssi).toBe(9);
    expect((await call("GET", "/api/findings")).body).toEqual({ findings: [] });
    const { items } = (await call("GET", "/api/coverage")).body as unknown as { readonly items: readonly object[] };
    expect(items).toContainEqual({
      ...{ group: "resets", item: "REBOOT_CAUSE_APPLICATION_WATCHDOG" },
      ...{ met: 1, recipe: "when PUBLISH sent: reset watchdog" },
    });
    expect((await call("POST", "/api/stop")).status).toBe(200);
    expect(isStopped()).toBe(true);
  });
});

describe("what is wrong is refused, and nothing changes", () => {
  test.each([
    ["GET", "/api/nothing", undefined, 404, "there is no /api/nothing"],
    ["PUT", "/api/faults", undefined, 405, "/api/faults takes GET, POST, DELETE, not PUT"],
    ["POST", "/api/faults", "{", 400, "the body is no JSON"],
    ["POST", "/api/faults", {}, 400, 'give {"fault": "lose 2 PUBACK"}'],
    ["POST", "/api/faults", [], 400, 'the body: a list has no fault; give {"fault": "lose 2 PUBACK"} or {"faults"'],
    ["POST", "/api/faults", { fault: "rssi 9", x: 1 }, 400, "x: there is no such key; there is fault"],
    ["POST", "/api/faults", { fault: 9 }, 400, "fault: 9 does not fit; give text (A sentence such as `lose 2 PUBACK`)"],
    ["POST", "/api/faults", { faults: [] }, 400, "faults: the list is empty; give 1 to 1000 sentences"],
    ["POST", "/api/faults", { faults: ["rssi 9", 5] }, 400, "faults.1: 5 does not fit; give text"],
    ["POST", "/api/clock/advance", { ms: "soon" }, 400, 'ms: "soon" does not fit; give a number from 0 to 604800000'],
    ["POST", "/api/broker/disconnect", {}, 400, "clientId: it is missing; give text (The id of a client, as GET"],
    ["POST", "/api/broker/disconnect", null, 400, "the body: null does not fit; give an object with clientId"],
    ["POST", "/api/host", [], 400, "the body: a list does not fit; give an object with text, base64"],
    ["POST", "/api/reset", [], 400, "the body: a list does not fit; give an object with cause"],
    ["POST", "/api/broker/publish", { text: "x" }, 400, "topic: it is missing; give text (The topic of the message"],
    ["POST", "/api/broker/publish", { topic: "t", qos: 3 }, 400, "qos: 3 does not fit; give 0, 1 or 2"],
    ["POST", "/api/broker/publish", { topic: "t", retain: 1 }, 400, "retain: 1 does not fit; give true or false"],
    ["POST", "/api/broker/publish", { topic: "t", base64: "%" }, 400, 'base64: "%" is no base64; give the payload as'],
    ["GET", "/api/wait?within=soon", undefined, 400, 'within: "soon" is no span of time; give one such as 500ms or 5s'],
    ["GET", "/api/wait?within=2min", undefined, 400, "within: 120000ms is too long; give at most 60s"],
    ["GET", "/api/wait?way=up", undefined, 400, 'way: "up" does not fit; give sent or received'],
    ["GET", "/api/events?after=-1", undefined, 400, `after: "-1" is no number; give 0 to `],
    ["GET", "/api/events?limit=0", undefined, 400, "limit: 0 is below 1; give 1 to 10000"],
    [
      "GET",
      "/api/wait?packet=PUBCK",
      undefined,
      400,
      'packet: "PUBCK" is no type of packet; there are CONNECT, CONNACK',
    ],
    ["GET", "/api/wait?kind=", undefined, 400, 'kind: "" is no kind of event; there are answer, booted'],
    ["GET", "/api/events?after=1&after=2", undefined, 400, "after: it stands twice"],
    ["GET", "/api/events?colour=red", undefined, 400, "colour: there is no such key"],
    ["GET", "/api/state?x=1", undefined, 400, "x: this route takes no query"],
  ])("%s %s %j", async (method, path, body, status, error) => {
    const { call, modem } = await start();
    const refused = await call(method, path, body);
    expect([refused.status, refused.body.error]).toEqual([status, expect.stringContaining(error)]);
    expect(modem.faults.list()).toEqual([]);
    if (status === 405) expect(refused.headers.get("allow")).toBe("GET, HEAD, POST, DELETE");
  });

  test("no words of the validation library, whatever is given", () => {
    const given = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(
          ..."fault faults ms topic text base64 qos retain clientId cause after limit within kind way".split(" "),
        ),
        fc.jsonValue(),
      ),
    );
    const schemas = [...routes.flatMap(({ body, query }) => [body, query]), ...tools.map(({ input }) => input)];
    const schema = fc.constantFrom(...schemas.filter((each) => each !== undefined));
    const problem = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof ControlError) return error.message;
        throw error;
      }
      return "";
    };
    fc.assert(
      fc.property(schema, given, (wanted, json) => {
        const line = problem(() => checked(wanted, json));
        expect(line).toMatch(/^$|^[^\n]+: [^\n]+(?:; |give )[^\n]+$/);
        expect(line).not.toMatch(/Invalid|Expected|Received|undefined|\[object/);
      }),
      { numRuns: 2000 },
    );
  });

  test("HEAD is answered where GET is, without a body", async () => {
    const { url } = await start();
    const head = (path: string, headers = {}) => fetch(url + path, { method: "HEAD", headers });
    const paths = ["/api/health", "/api/state", "/api/events?limit=1", "/api/openapi.json", "/api/faults"];
    for (const path of paths) {
      const [answered, got] = [await head(path), await fetch(url + path)];
      const length = String((await got.arrayBuffer()).byteLength);
      expect([path, answered.status, await answered.text()]).toEqual([path, 200, ""]);
      expect([path, answered.headers.get("content-length")]).toEqual([path, length]);
    }
    const live = await head("/api/events", { accept: "text/event-stream" });
    expect([live.status, live.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect((await head("/api/nothing")).status).toBe(404);
    expect((await head("/api/reset")).status).toBe(405);
  });

  test("a body that is too long, or no JSON", async () => {
    const { url, call } = await start();
    expect(
      (await call("POST", "/api/faults", { fault: "x".repeat(1_100_000) }).catch(() => ({ status: 413 }))).status,
    ).toBe(413);
    const plain = await fetch(`${url}/api/faults`, { method: "POST", body: "fault=drop link" });
    expect(plain.status).toBe(415);
    expect((await call("GET", "/api/health")).status).toBe(200);
  });
});

describe("it is safe on a developer's machine", () => {
  test.each([
    [{ host: "evil.example" }, 403],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{}, 200],
    [{ host: "localhost:1" }, 200],
  ])("%j", async (headers, status) => {
    const { url } = await start();
    expect(await raw(`${url}/api/state`, headers as Record<string, string>)).toBe(status);
  });

  test("its own page may use it", async () => {
    const { url } = await start();
    expect(await raw(`${url}/api/new`, { origin: url, "sec-fetch-site": "same-origin" }, "POST")).toBe(200);
  });

  test("a token is asked for where there is one", async () => {
    const { call } = await start({ token: "s3cret" });
    expect((await call("GET", "/api/state")).status).toBe(401);
    expect((await call("GET", "/api/state", undefined, { authorization: "Bearer s3cre" })).status).toBe(401);
    expect((await call("GET", "/api/state", undefined, { authorization: "Bearer s3cret" })).status).toBe(200);
  });

  test("secrets are masked in events", async () => {
    const { call, say } = await start();
    say('AT+QMTCONN=0,"me","user","pass word"');
    say('AT+QMTCFG="aliauth",0,"key","name","deep secret"');
    const { body } = await call("GET", "/api/events");
    expect(JSON.stringify(body)).not.toMatch(/pass word|deep secret/);
    expect(JSON.stringify(body)).toContain("***");
  });
});

describe("live events", () => {
  /** Reads server-sent events until so many ids have come. */
  async function ids(url: string, count: number, headers: Record<string, string> = {}): Promise<readonly number[]> {
    const gone = new AbortController();
    const { body } = await fetch(`${url}/api/events`, {
      headers: { accept: "text/event-stream", ...headers },
      signal: gone.signal,
    });
    let text = "";
    const found = (): readonly number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (found().length >= count) break;
    }
    gone.abort();
    return found().slice(0, count);
  }

  test("come with their numbers, and a client that comes back misses none", async () => {
    const { url, say, modem } = await start();
    say("AT");
    const first = await ids(url, modem.events.lastSeq);
    expect(first).toEqual(first.map((_, at) => at + 1));
    for (let times = 0; times < 20; times += 1) say("AT+CSQ");
    const rest = await ids(url, modem.events.lastSeq - first.length, { "last-event-id": `${first.length}` });
    expect(rest[0]).toBe(first.length + 1);
    expect(rest.at(-1)).toBe(modem.events.lastSeq);
  });

  test("a reader that does not read is dropped, with a line", async () => {
    const { url, say, lines } = await start();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write(`GET /api/events HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAccept: text/event-stream\r\n\r\n`);
    socket.pause();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let times = 0; times < 40_000 && lines.length === 0; times += 1) {
      say(`AT+${"X".repeat(200)}`);
      if (times % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(lines).toContain("control: a reader of events is too slow, and is dropped");
    socket.resume();
    await closed;
  });
});

test("the OpenAPI document has every route, and a linter finds nothing", async () => {
  const { call } = await start();
  const { body } = await call("GET", "/api/openapi.json");
  for (const { method, path } of routes)
    expect(body).toHaveProperty(["paths", path.replace(":id", "{id}"), method.toLowerCase()]);
  const config = await createConfig({
    extends: ["recommended-strict"],
    rules: { "no-server-example.com": "off", "operation-4xx-response": "error" },
  });
  const limits = { type: "integer", minimum: 1, maximum: 10_000 };
  expect(body).toHaveProperty(
    ["paths", "/api/events", "get", "parameters"],
    expect.arrayContaining([expect.objectContaining({ name: "limit", schema: limits })]),
  );
  expect(body).toHaveProperty(
    ["paths", "/api/wait", "get", "parameters"],
    expect.arrayContaining([
      expect.objectContaining({ name: "after", schema: expect.objectContaining({ type: "integer", minimum: 0 }) }),
      expect.objectContaining({ name: "within", schema: expect.objectContaining({ type: "string" }) }),
    ]),
  );
  const problems = await lintFromString({ source: JSON.stringify(body), config });
  expect(problems.map(({ message, location: [at] }) => `${at?.pointer}: ${message}`)).toEqual([]);
});

test("a thousand random requests leave a working module", { timeout: 60_000 }, async () => {
  const { call, heard, say } = await start();
  const paths = [
    ...routes.map(({ path }) => path.replace(":id", "3")),
    "/",
    "/api",
    "/api/faults/x",
    "/api/events?after=x",
  ];
  const safe = paths.filter((path) => path !== "/api/stop");
  const anyRequest = fc.record({
    method: fc.constantFrom("GET", "POST", "DELETE", "PUT"),
    path: fc.oneof(fc.constantFrom(...safe), fc.webPath()),
    body: fc.oneof(
      fc.constant(undefined),
      fc.json(),
      fc.string(),
      fc.constantFrom({ fault: "drop link" }, { ms: 5 }, { topic: "t", text: "x" }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(anyRequest, async ({ method, path, body }) => {
      if (/^\/api\/wait/.test(path)) return; // it would wait
      const answered = await call(method, path, method === "GET" ? undefined : body);
      expect([200, 400, 404, 405, 408, 409, 415]).toContain(answered.status);
    }),
    { numRuns: 1000 },
  );
  await call("DELETE", "/api/faults");
  await call("POST", "/api/new");
  const before = heard().length;
  say("AT");
  expect(heard().slice(before)).toBe("\r\nOK\r\n");
});

test("a hundred clients at once", async () => {
  const { call, say, heard } = await start();
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      at % 2 === 0 ? call("GET", "/api/state") : call("POST", "/api/faults", { fault: "rssi 9" }),
    ),
  );
  expect(all.every(({ status }) => status === 200)).toBe(true);
  say("AT+CSQ");
  expect(heard()).toContain("+CSQ:9,99");
});

describe("the window", () => {
  test("is served compressed or not, and not again to whom has it", async () => {
    const { url } = await start();
    const zipped = await fetch(`${url}/`);
    const { headers } = zipped;
    expect(headers.get("content-encoding")).toBe("gzip");
    expect(Number(headers.get("content-length"))).toBeLessThan(60_000);
    const plain = await fetch(`${url}/`, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe(await zipped.text());
    const again = await fetch(`${url}/`, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("needs no token, for it holds nothing; a foreign name is refused", async () => {
    const { url } = await start({ token: "s3cret" });
    expect(await raw(`${url}/`, { "sec-fetch-site": "cross-site" })).toBe(200);
    expect(await raw(`${url}/`, { host: "evil.example" })).toBe(403);
    expect(await raw(`${url}/api/report.html`, {})).toBe(401);
  });

  test("a report holds the run so far", async () => {
    const { url, say } = await start();
    say("AT+CSQ");
    const html = await (await fetch(`${url}/api/report.html`)).text();
    const data = /id="run">([^<]+)</.exec(html)?.[1] ?? "";
    const run = JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString());
    expect(run.header).toEqual({ program: "1.2.3" });
    expect(run.events).toContainEqual(expect.objectContaining({ kind: "answer", line: "+CSQ:25,99" }));
  });
});
