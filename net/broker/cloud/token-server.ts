import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** All that is taken of one connection. */
const mostConnections = 32;
const longestHead = 4096;
const longestBody = 4096;
/** From its first byte to its end, in ms of real time. */
const patience = 10_000;

/** Serves HTTP connections that were accepted elsewhere: a POST to /token, and nothing else. */
export class TokenServer {
  readonly #server;
  readonly #open = new Set<Duplex>();

  /** `answer` makes JSON of a form. */
  constructor(answer: (form: string) => string) {
    this.#server = createServer({ maxHeaderSize: longestHead }, (request, response) => {
      response.shouldKeepAlive = false; // one request is all that a module has
      respond(request, response, answer);
    });
    this.#server.maxRequestsPerSocket = 1; // others that came with it are not even looked at
  }

  /** Takes a connection over, whatever has been read of it unshifted. */
  serve(stream: Duplex): void {
    if (this.#open.size >= mostConnections) {
      stream.destroy();
      return;
    }
    const timer = setTimeout(() => stream.destroy(), patience);
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
    if (length <= longestBody) chunks.push(chunk);
    else if (!response.headersSent) response.writeHead(413, { "Content-Length": 0 }).end();
  });
  request.on("end", () => {
    if (response.headersSent) return;
    const json = answer(Buffer.concat(chunks).toString("utf8"));
    response
      .writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(json) })
      .end(json);
  });
  request.on("error", () => {}); // gone in the middle
}

/** A proxy's client names the host, too. */
const isTokenPath = (url: string): boolean => /^(?:http:\/\/[^/]*)?\/token(?:\?.*)?$/i.test(url);
