import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RequestOutcome } from "../../../emulator/request.js";
import { createDialer, type DialerOptions } from "../../../net/link/dialer.js";
import { httpPost } from "../../../net/link/http-post.js";
import { type StreamEnd, streamPair } from "../../../net/link/stream-pair.js";

const form = { kind: "post", host: "token.example", port: 80, path: "/token?a=1", body: "a=1&b=%20" } as const;

/** What a peer does with a connection; `request` resolves when it is complete. */
type Peer = (peer: Duplex, request: Promise<string>) => void;

/** Starts a server that does `treat` with each connection; returns its port. */
async function listen(treat: (peer: Socket) => void): Promise<number> {
  const peers = new Set<Socket>();
  const server = createServer((peer) => {
    peers.add(peer.on("error", () => {}));
    treat(peer);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const peer of peers) peer.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server does not listen");
  return address.port;
}

/** The whole request, as bytes. */
function requestOn(peer: Duplex): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    peer.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received.endsWith(form.body)) resolve(received);
    });
  });
}

function dialerTo(port: number, options: DialerOptions = {}) {
  const dialer = createDialer({ resolve: () => ({ host: "127.0.0.1", port }), ...options });
  onTestFinished(() => dialer.close());
  return dialer;
}

/** Posts the form to a peer; the outcome. */
async function posted(treat: Peer, post: Partial<typeof form> = {}): Promise<RequestOutcome> {
  const port = await listen((peer) => treat(peer, requestOn(peer)));
  return new Promise((resolve) => httpPost({ ...form, ...post }, dialerTo(port).connect, resolve));
}

/** A peer that answers with these bytes, and closes. */
const answers =
  (...parts: readonly (string | Buffer)[]): Peer =>
  async (peer, request) => {
    await request;
    for (const part of parts) peer.write(part);
    peer.end();
  };

const ok = (...lines: readonly string[]): string => ["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n");
const body = '{"returnCode":0}';
const long = "a".repeat(20_000);

test("the request has exactly these bytes", async () => {
  let received = "";
  const outcome = await posted(async (peer, request) => {
    received = await request;
    answers(`${ok()}${body}`)(peer, request);
  });
  expect(received).toBe(
    [
      "POST /token?a=1 HTTP/1.1",
      "Host: token.example",
      "Content-Type: application/x-www-form-urlencoded",
      "Content-Length: 9",
      "Connection: close",
      "",
      "a=1&b=%20",
    ].join("\r\n"),
  );
  expect(outcome).toEqual({ kind: "posted", status: 200, body: Buffer.from(body) });
});

test.each([
  ["another port is added", "token.example", 8080, "token.example:8080"],
  ["an IPv6 address is in brackets", "2001:db8::7", 80, "[2001:db8::7]"],
  ["both", "2001:db8::7", 8080, "[2001:db8::7]:8080"],
])("Host: %s", async (_, host, port, named) => {
  const outcome = new Promise<string>((resolve) =>
    posted((_peer, request) => void request.then(resolve), { ...form, host, port } as typeof form),
  );
  expect(await outcome).toContain(`\r\nHost: ${named}\r\n`);
});

describe("an answer", () => {
  test.each<[string, Peer, status: number, body: string]>([
    ["with a length", answers(`${ok(`Content-Length: ${body.length}`)}${body}`), 200, body],
    ["up to the end of the connection", answers(`${ok()}${body}`), 200, body],
    ["in chunks", answers(`${ok("Transfer-Encoding: chunked")}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`), 200, "abcde"],
    ["of HTTP/1.0", answers(`HTTP/1.0 200 OK\r\n\r\n${body}`), 200, body],
    ["byte by byte", answers(...`${ok(`Content-Length: ${body.length}`)}${body}`), 200, body],
    ["after a 100", answers(`HTTP/1.1 100 Continue\r\n\r\n${ok("Content-Length: 2")}ab`), 200, "ab"],
    ["with an extra line end", answers(`${ok("Content-Length: 2")}ab\r\n`), 200, "ab"],
    ["without a body", answers(ok("Content-Length: 0")), 200, ""],
    ["with a long body is cut", answers(`${ok()}${long}`), 200, long.slice(0, 16_384)],
    [
      "that never ends is cut",
      (peer, request) => void request.then(() => peer.write(`${ok()}${long}`)),
      200,
      long.slice(0, 16_384),
    ],
    ["with another status has no body", answers(`HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nab`), 404, ""],
    ["that redirects is not followed", answers("HTTP/1.1 302 Found\r\nLocation: http://localhost/\r\n\r\n"), 302, ""],
    ["of 204", answers("HTTP/1.1 204 No Content\r\n\r\n"), 204, ""],
  ])("%s", async (_, treat, status, text) => {
    expect(await posted(treat)).toEqual({ kind: "posted", status, body: Buffer.from(text) });
  });

  test("in gzip is not decoded: no compression was requested", async () => {
    const packed = gzipSync(body);
    const outcome = await posted(answers(ok("Content-Encoding: gzip"), packed));
    expect(outcome).toEqual({ kind: "posted", status: 200, body: packed });
  });
});

describe("notHttp", () => {
  test.each<[string, Peer]>([
    ["something else than HTTP", answers("SSH-2.0-OpenSSH_9.6\r\n")],
    ["MQTT", answers(Buffer.from("20020000", "hex"))],
    ["no answer", answers()],
    ["a status line alone", answers("HTTP/1.1 200 OK\r\n")],
    ["a body that is too long", answers(`${ok("Content-Length: 3")}${body}`)],
    ["a body that ends too early", answers(`${ok("Content-Length: 99")}${body}`)],
    ["chunks that end too early", answers(`${ok("Transfer-Encoding: chunked")}9\r\nabc`)],
    ["chunks without a length", answers(`${ok("Transfer-Encoding: chunked")}xyz\r\n`)],
    ["two lengths", answers(`${ok("Content-Length: 1", "Content-Length: 2")}ab`)],
    ["a header without end", answers(`HTTP/1.1 200 OK\r\nX: ${long.slice(0, 10_000)}\r\n\r\n`)],
    [
      "an upgrade to another protocol",
      answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ],
  ])("%s", async (_, treat) => {
    expect(await posted(treat)).toEqual({ kind: "notPosted", why: "notHttp" });
  });
});

describe("not posted", () => {
  test.each<[string, (peer: Socket) => void]>([
    ["at once", (peer) => peer.resetAndDestroy()],
    ["instead of an answer", (peer) => void requestOn(peer).then(() => peer.resetAndDestroy())],
  ])("sendFailed: the peer resets %s", async (_, treat) => {
    const port = await listen(treat);
    const outcome = await new Promise((resolve) => httpPost(form, dialerTo(port).connect, resolve));
    expect(outcome).toEqual({ kind: "notPosted", why: "sendFailed" });
  });

  test("noSocket: nothing listens", async () => {
    const port = await listen(() => {});
    const closed = createServer();
    await once(closed.listen(0, "127.0.0.1"), "listening");
    const address = closed.address();
    closed.close();
    await once(closed, "close");
    const gone = typeof address === "object" && address ? address.port : port;
    const outcome = await new Promise((resolve) => httpPost(form, dialerTo(gone).connect, resolve));
    expect(outcome).toEqual({ kind: "notPosted", why: "noSocket" });
  });

  test("unresolved: there is no such name", async () => {
    const absent = Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    const { connect } = dialerTo(1, {
      resolve: (host, port) => ({ host, port }),
      lookup: (_, __, done) => done(absent, "", 0),
    });
    const outcome = await new Promise((resolve) => httpPost(form, connect, resolve));
    expect(outcome).toEqual({ kind: "notPosted", why: "unresolved" });
  });
});

test.each<[string, Peer]>([
  ["while there is no answer", () => {}],
  ["in the middle of an answer", (peer, request) => void request.then(() => peer.write(ok("Content-Length: 9")))],
])("cancelled %s: the connection is closed, and nothing is reported", async (_, treat) => {
  const outcomes: RequestOutcome[] = [];
  let cancel = (): void => {};
  const closed = new Promise((resolve) => {
    void listen((peer) => {
      const request = requestOn(peer);
      treat(peer, request);
      void request.then(() => cancel());
      peer.on("close", resolve);
    }).then((port) => {
      cancel = httpPost(form, dialerTo(port).connect, (outcome) => outcomes.push(outcome));
    });
  });
  await closed;
  expect(outcomes).toEqual([]);
});

test.each([
  ["ECONNREFUSED", "noSocket"],
  ["ENOTFOUND", "unresolved"],
  ["ECONNRESET", "sendFailed"],
])("a stream that has failed with %s before it is used: %s", async (code, why) => {
  const failed = (): StreamEnd =>
    streamPair(() => {})[0].destroy(Object.assign(new Error(code), { code, syscall: "connect" }));
  const outcome = await new Promise((resolve) => httpPost(form, failed, resolve));
  expect(outcome).toEqual({ kind: "notPosted", why });
});

test("a stream in this process works like TCP", async () => {
  const [ours, theirs] = streamPair(() => {});
  ours.connect();
  const request = requestOn(theirs);
  const outcome = new Promise((resolve) => httpPost(form, () => ours, resolve));
  answers(`${ok("Content-Length: 2")}ab`)(theirs, request);
  expect(await outcome).toEqual({ kind: "posted", status: 200, body: Buffer.from("ab") });
});
