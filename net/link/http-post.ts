import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import type { NetworkRequest, PostFailure, RequestOutcome } from "../../emulator/request.js";
import { type Connection, reasonOf } from "./link.js";

type Post = Extract<NetworkRequest, { readonly kind: "post" }>;

/** Opens a connection to a host and port. A failure is an `error` event. */
export type Connect = (host: string, port: number) => Connection;

/** How many bytes of an answer's header are accepted. */
const maxHeaderBytes = 8192;
/** How many bytes of an answer's body are read; the rest is ignored. A token has a few hundred. */
const maxBodyBytes = 16_384;

/**
 * Posts a form over a connection of its own; no redirection is followed. `done` is called once, after this has returned.
 * Returns a function that cancels the post, so that `done` is not called.
 */
export function httpPost(post: Post, connect: Connect, done: (outcome: RequestOutcome) => void): () => void {
  const connection = connect(post.host, post.port);
  const progress = new Progress(connection);
  const { request: startRequest } = process.getBuiltinModule("node:http"); // loaded late: it is slow to load, and most modules never post
  const request = startRequest({
    method: "POST",
    path: post.path,
    headers: headersOf(post),
    maxHeaderSize: maxHeaderBytes,
    createConnection: () => connection,
  });
  let isAnswered = false;
  let isOver = false;
  const end = (outcome?: RequestOutcome): void => {
    if (isOver) return;
    isOver = true;
    request.destroy();
    if (outcome !== undefined) done(outcome);
  };
  const fail = (why: PostFailure): void => end({ kind: "notPosted", why });
  connection.on("error", (error) => fail(progress.failureOf(error))); // it may come before node:http listens for it
  request
    .on("response", (answer) => {
      isAnswered = true;
      readAnswer(answer, end, fail);
    })
    .on("error", (error) => fail(progress.failureOf(error)))
    .on("close", () => isAnswered || fail("notHttp"))
    .end(post.body, "latin1");
  return end;
}

/** The headers of a small HTTP client, in its order. */
function headersOf({ host, port, body }: Post): OutgoingHttpHeaders {
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    Host: port === 80 ? name : `${name}:${port}`,
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Length": body.length,
    Connection: "close",
  };
}

/** Reads the body of an answer. One whose status is not 200 needs no body; one that ends too early is no HTTP. */
function readAnswer(
  answer: IncomingMessage,
  end: (outcome: RequestOutcome) => void,
  fail: (why: PostFailure) => void,
): void {
  const status = answer.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => end({ kind: "posted", status, body: Buffer.concat(chunks).subarray(0, maxBodyBytes) });
  answer
    .on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxBodyBytes) finish();
    })
    .on("end", finish)
    .on("close", () => fail("notHttp"));
  if (status !== 200) finish();
}

/** How far a connection has come, to tell the reason of a failure. */
class Progress {
  readonly #connection: Connection;
  #isUp: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#isUp = !connection.connecting;
    connection.once("connect", () => {
      this.#isUp = true;
    });
  }

  /** The reason of a failure, depending on when it came. A reset before any answer means that the request was not taken. */
  failureOf(error: NodeJS.ErrnoException): PostFailure {
    const reason = reasonOf(error);
    if (reason === "unresolved") return reason;
    if (reason === "refused" || (!this.#isUp && reason !== "reset")) return "noSocket";
    const isAnswered = this.#connection instanceof Socket && this.#connection.bytesRead > 0;
    return error.syscall !== undefined && !isAnswered ? "sendFailed" : "notHttp"; // with a syscall it is an error of TCP
  }
}
