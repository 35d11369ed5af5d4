import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import type { NetworkRequest, PostFailure, RequestOutcome } from "../../emulator/request.js";
import { type Connection, reasonOf } from "./link.js";

type Post = Extract<NetworkRequest, { readonly kind: "post" }>;

/** Begins a connection to where host and port lead; that it fails is an error a tick later. */
export type Connect = (host: string, port: number) => Connection;

/** What is taken of an answer, in bytes; a token is a few hundred. */
const mostHeader = 8192;
const mostBody = 16_384;

/**
 * Posts a form over a connection of its own; no redirection is followed. `done` is called once, never before this has
 * returned, unless it is given up: that is what the function does that comes back.
 */
export function httpPost(post: Post, connect: Connect, done: (outcome: RequestOutcome) => void): () => void {
  const connection = connect(post.host, post.port);
  const way = new Way(connection);
  const { request: begin } = process.getBuiltinModule("node:http"); // slow to load, and most modules never post
  const request = begin({
    method: "POST",
    path: post.path,
    headers: headersOf(post),
    maxHeaderSize: mostHeader,
    createConnection: () => connection,
  });
  let isAnswered = false;
  let over = false;
  const end = (outcome?: RequestOutcome): void => {
    if (over) return;
    over = true;
    request.destroy();
    if (outcome !== undefined) done(outcome);
  };
  const fail = (why: PostFailure): void => end({ kind: "notPosted", why });
  connection.on("error", (error) => fail(way.failure(error))); // it may come before node:http listens
  request
    .on("response", (answer) => {
      isAnswered = true;
      readAnswer(answer, end, fail);
    })
    .on("error", (error) => fail(way.failure(error)))
    .on("close", () => isAnswered || fail("notHttp"))
    .end(post.body, "latin1");
  return end;
}

/** What a small client sends, and in its order. */
function headersOf({ host, port, body }: Post): OutgoingHttpHeaders {
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    Host: port === 80 ? name : `${name}:${port}`,
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Length": body.length,
    Connection: "close",
  };
}

/** An answer that is not 200 is one whatever stands in it; one that ends too early is none. */
function readAnswer(
  answer: IncomingMessage,
  end: (outcome: RequestOutcome) => void,
  fail: (why: PostFailure) => void,
): void {
  const status = answer.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => end({ kind: "posted", status, body: Buffer.concat(chunks).subarray(0, mostBody) });
  answer
    .on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= mostBody) finish();
    })
    .on("end", finish)
    .on("close", () => fail("notHttp"));
  if (status !== 200) finish();
}

/** How far a connection has come. */
class Way {
  readonly #connection: Connection;
  #isUp: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#isUp = !connection.connecting;
    connection.once("connect", () => {
      this.#isUp = true;
    });
  }

  /** What an error means, by the moment in which it came. A reset in place of any answer says that nobody took the request. */
  failure(error: NodeJS.ErrnoException): PostFailure {
    const reason = reasonOf(error);
    if (reason === "unresolved") return reason;
    if (reason === "refused" || (!this.#isUp && reason !== "reset")) return "noSocket";
    const isAnswered = this.#connection instanceof Socket && this.#connection.bytesRead > 0;
    return error.syscall !== undefined && !isAnswered ? "sendFailed" : "notHttp"; // a syscall: TCP itself says so
  }
}
