import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { addressText, listenAt } from "../listening.js";
import type { Log } from "../log.js";
import { UserError } from "../user-error.js";
import { checked } from "./checked.js";
import type { Control } from "./control.js";
import { ControlError } from "./control-error.js";
import { streamEvents, streamHeaders, wantsStream } from "./event-stream.js";
import { type GuardOptions, guard, guardPage } from "./guard.js";
import { openApi } from "./openapi.js";
import { sendPage, sendReport } from "./page-response.js";
import type { Route } from "./route.js";
import { routes } from "./routes.js";
import { eventsQuery } from "./schemas.js";

/** Where the control port listens, and who may use it. */
export interface ControlServerOptions extends GuardOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly log: Log;
}

/** The control port: HTTP and JSON. */
export interface ControlServer {
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  close(): Promise<void>;
}

/** The longest body that is taken, in bytes. */
const maxBodyBytes = 1024 * 1024;

/** Starts the control port. Rejects with a UserError if it cannot listen there. */
export async function startControlServer(control: Control, options: ControlServerOptions): Promise<ControlServer> {
  const { host, log } = options;
  const streams = new Set<() => void>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [pathname = "", search = ""] = (request.url ?? "/").split("?", 2);
    const isHead = request.method === "HEAD"; // answered like GET; node leaves the body out
    const method = isHead ? "GET" : (request.method ?? "");
    if (method === "GET" && pathname === "/") {
      guardPage(request, options);
      return sendPage(request, response, await control.page());
    }
    guard(request, options);
    const searchParams = new URLSearchParams(search);
    if (method === "GET" && pathname === "/api/events" && wantsStream(request)) {
      const { after = lastSeen(request), limit: _, ...filter } = checked(eventsQuery, queryOf(searchParams));
      if (isHead) return void response.writeHead(200, streamHeaders).end();
      const end = streamEvents(response, control.modem.events, { after, filter, warn: (line) => log.warn(line) });
      streams.add(end);
      response.once("close", () => streams.delete(end));
      return;
    }
    if (method === "GET" && pathname === "/api/openapi.json") return send(response, 200, openApi(control.version));
    const { route, id } = routeOf(method, pathname, response);
    const query = route.query === undefined ? noQuery(searchParams) : checked(route.query, queryOf(searchParams));
    const body = route.body === undefined ? undefined : checked(route.body, await bodyOf(request));
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const found = await route.run(control, { query, body, id, gone: gone.signal } as never);
    if (route.after !== undefined) response.once("close", () => route.after?.(control));
    if (typeof found === "string") sendReport(response, found);
    else send(response, 200, found as object);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => refuse(request, response, error, log));
  });
  const { port } = await listenAt(server, { host, port: options.port }, "the control port");
  return {
    url: `http://${addressText({ host, port })}`,
    close() {
      for (const end of streams) end();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  if (!request.complete) response.setHeader("connection", "close"); // the rest of the body is not read
  if (error instanceof ControlError) send(response, error.status, { error: error.message, ...error.more });
  else if (error instanceof UserError) send(response, 400, { error: error.message });
  else {
    const why = error instanceof Error ? error.message : String(error);
    log.warn(`control: this is a bug of bc28-emu, please report it: ${why}`);
    send(response, 500, { error: `this is a bug of bc28-emu: ${why}` });
  }
}

/** The route of a request, and the number at its end. */
function routeOf(
  method: string,
  path: string,
  response: ServerResponse,
): { readonly route: Route; readonly id: number } {
  const [, parent = "", last = ""] = /^(.*\/)(\d{1,15})$/.exec(path) ?? [];
  const here = routes.filter((route) => route.path === path || (last !== "" && route.path === `${parent}:id`));
  const route = here.find((each) => each.method === method);
  if (route !== undefined) return { route, id: Number(last) };
  if (here.length === 0)
    throw new ControlError(404, `there is no ${path.slice(0, 100)}; /api/openapi.json tells what there is`);
  const allowed = here.map((each) => each.method).join(", ");
  response.setHeader("allow", allowed.replace("GET", "GET, HEAD"));
  throw new ControlError(405, `${path} takes ${allowed}, not ${method}`);
}

/** The number of the last event that a client has seen before it came back. */
function lastSeen({ headers }: IncomingMessage): number {
  const seen = Number(headers["last-event-id"]);
  return Number.isSafeInteger(seen) && seen >= 0 ? seen : 0;
}

function queryOf(parameters: URLSearchParams): object {
  const names = [...parameters.keys()];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ControlError(400, `${twice}: it stands twice`);
  return Object.fromEntries(parameters);
}

function noQuery(parameters: URLSearchParams): undefined {
  const [name] = parameters.keys();
  if (name !== undefined) throw new ControlError(400, `${name}: this route takes no query`);
  return undefined;
}

/** The JSON in a body; no body is an empty object. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) throw new ControlError(413, `the body is longer than ${maxBodyBytes} bytes`);
  }
  if (size === 0) return {};
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? ""))
    throw new ControlError(415, "send the body as application/json");
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new ControlError(400, `the body is no JSON: ${(error as Error).message}`);
  }
}
