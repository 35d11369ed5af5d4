import { once } from "node:events";
import { createServer, request } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { streamPair } from "../../../net/link/stream-pair.js";

// What a link over it owes stands in links.ts.

test("nothing passes within the turn, and everything that does is counted", async () => {
  let moved = 0;
  const [near, far] = streamPair(() => {
    moved += 1;
  });
  near.write("hello");
  expect([far.readableLength, moved]).toEqual([0, 0]);
  await turn();
  expect([far.readableLength, moved]).toEqual([5, 1]);
});

test("what is corked passes in one piece, and as a copy", async () => {
  const [near, far] = streamPair(() => {});
  const mine = Buffer.from("mine");
  near.write(mine);
  near.cork();
  for (const text of ["a", "b", "c"]) near.write(text);
  near.uncork();
  const [first] = await once(far, "data");
  first.fill("x");
  const [second] = await once(far, "data");
  expect([String(mine), String(second)]).toEqual(["mine", "abc"]);
});

test("what was written before an end was destroyed still arrives, and then its end", async () => {
  const [near, far] = streamPair(() => {});
  near.write("goodbye");
  near.destroy();
  let heard = "";
  for await (const chunk of far) heard += chunk;
  expect(heard).toBe("goodbye");
});

test("who is destroyed with bytes unread breaks the connection", async () => {
  const [near, far] = streamPair(() => {});
  near.write(Buffer.alloc(1 << 20));
  const failed = once(near, "error");
  await turn();
  far.destroy();
  expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
});

test("it carries HTTP", async () => {
  const server = createServer((asked, answer) => {
    asked.pipe(answer);
  });
  const [near, far] = streamPair(() => {});
  server.emit("connection", far);
  near.connect();
  const asked = request({ method: "POST", path: "/auth", createConnection: () => near });
  asked.end("x".repeat(200_000));
  const [answer] = await once(asked, "response");
  let body = "";
  for await (const chunk of answer) body += chunk;
  expect(body).toHaveLength(200_000);
  server.closeAllConnections();
});
