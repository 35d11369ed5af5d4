import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** How many connections are served at once; further ones are closed. */
const maxConnections = 32;
/** The longest header and the longest body of a request, in bytes. */
const maxHeaderBytes = 4096;
const maxBodyBytes = 4096;
/** How long a connection may last, in ms of real time. */
const connectionTimeoutMs = 10_000;

/** An HTTP server for connections that were accepted elsewhere. It answers a POST to /token, and nothing else. */
export class TokenServer {
  readonly #server;
  readonly #open = new Set<Duplex>();

  /** `answer` returns the JSON answer to a form. */
  constructor(answer: (form: string) => string) {
    this.#server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
      response.shouldKeepAlive = false; // a module sends one request only
      respond(request, response, answer);
    });
    this.#server.maxRequestsPerSocket = 1; // further requests on a connection are ignored
  }

  /** Serves a connection; bytes that were read of it must be unshifted before. */
  serve(stream: Duplex): void {
    if (this.#open.size >= maxConnections) {
      stream.destroy();
      return;
    }
    const timer = setTimeout(() => stream.destroy(), connectionTimeoutMs);
    this.#open.add(stream);
    stream.once("close", () => {
      clearTimeout(timer);
      this.#open.delete(stream);
    });
    this.#server.emit("connection", stream);
  }
}

function respond(request: IncomingMessage, response: ServerResponse, answer: (form: string) => string): void {
  if (request.method !== "POST" || !isTokenPath(request.url ?? "")) {
    response.writeHead(404, { "Content-Length": 0 }).end();
    request.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else if (!response.headersSent) response.writeHead(413, { "Content-Length": 0 }).end();
  });
  request.on("end", () => {
    if (response.headersSent) return;
    const json = answer(Buffer.concat(chunks).toString("utf8"));
    response
      .writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(json) })
      .end(json);
  });
  request.on("error", () => {}); // the client is gone before its end
}

/** Whether a request is for /token; a client behind a proxy sends the whole URL. */
const isTokenPath = (url: string): boolean => /^(?:http:\/\/[^/]*)?\/token(?:\?.*)?$/i.test(url);
