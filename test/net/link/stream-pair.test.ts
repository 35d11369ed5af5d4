import { once } from "node:events";
import { createServer, request } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { streamPair } from "../../../net/link/stream-pair.js";

// The cases of links over it are in link-contract.ts.

test("everything takes a turn of the event loop, and is counted", async () => {
  let activity = 0;
  const [near, far] = streamPair(() => {
    activity += 1;
  });
  near.write("hello");
  expect([far.readableLength, activity]).toEqual([0, 0]);
  await turn();
  expect([far.readableLength, activity]).toEqual([5, 1]);
});

test("corked writes arrive as one piece, and as a copy", async () => {
  const [near, far] = streamPair(() => {});
  const own = Buffer.from("mine");
  near.write(own);
  near.cork();
  for (const text of ["a", "b", "c"]) near.write(text);
  near.uncork();
  const [first] = await once(far, "data");
  first.fill("x");
  const [second] = await once(far, "data");
  expect([String(own), String(second)]).toEqual(["mine", "abc"]);
});

test("what was written before destroy still arrives, and then the end", async () => {
  const [near, far] = streamPair(() => {});
  near.write("goodbye");
  near.destroy();
  let received = "";
  for await (const chunk of far) received += chunk;
  expect(received).toBe("goodbye");
});

test("an end that is destroyed with unread bytes resets the connection", async () => {
  const [near, far] = streamPair(() => {});
  near.write(Buffer.alloc(1 << 20));
  const failed = once(near, "error");
  await turn();
  far.destroy();
  expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
});

test("it carries HTTP", async () => {
  const server = createServer((incoming, answer) => {
    incoming.pipe(answer);
  });
  const [near, far] = streamPair(() => {});
  server.emit("connection", far);
  near.connect();
  const outgoing = request({ method: "POST", path: "/auth", createConnection: () => near });
  outgoing.end("x".repeat(200_000));
  const [answer] = await once(outgoing, "response");
  let body = "";
  for await (const chunk of answer) body += chunk;
  expect(body).toHaveLength(200_000);
  server.closeAllConnections();
});
