import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import type { Clock, Millis } from "../../net/time/clock.js";
import { freePort } from "../net/free-port.js";
import type { EventLog } from "./event-log.js";

/** To the broker, or to the module. */
export type Direction = "up" | "down";

/** A fault of a link. */
export type Fault =
  /** Both ends, or only one, see the end of the link; the other end keeps a dead link. */
  | { readonly kind: "fin" | "rst"; readonly seenBy: "both" | "module" | "broker" }
  /** From now on bytes are lost, and so is the end of the link. */
  | { readonly kind: "swallow"; readonly ways: readonly Direction[] }
  /** Bytes wait for a span of time, and then go on in order. */
  | { readonly kind: "stall"; readonly ways: readonly Direction[]; readonly span: Millis };

/** When a fault happens: after that many more bytes in a direction, counted over all links. */
export interface Trigger {
  readonly way: Direction;
  readonly bytes: number;
}

/** A fault that waits for its bytes. */
interface ScheduledFault {
  readonly fault: Fault;
  readonly way: Direction;
  bytes: number;
}

/** What links share. */
interface ProxyContext {
  readonly clock: Clock;
  readonly log: EventLog;
  /** The fault that waits for its bytes, if any. */
  scheduled: ScheduledFault | undefined;
}

/** Bytes, FIN or RST that pass through. */
type Piece = Uint8Array | "fin" | "rst";

/** One direction of one link. */
class Pipe {
  readonly #to: Socket;
  readonly #log: EventLog;
  #state: "flows" | "stalls" | "swallows" = "flows";
  readonly #held: Piece[] = [];

  constructor(to: Socket, log: EventLog) {
    this.#to = to;
    this.#log = log;
  }

  pass(piece: Piece): void {
    this.#log.count();
    if (this.#state === "swallows") return;
    // A reset does not wait: it discards what waits.
    if (this.#state === "stalls" && piece !== "rst") this.#held.push(piece);
    else if (piece === "fin") this.#to.end();
    else if (piece === "rst") this.#to.resetAndDestroy();
    else this.#to.write(piece);
  }

  swallow(): void {
    this.#state = "swallows";
  }

  stall(): void {
    if (this.#state === "flows") this.#state = "stalls";
  }

  flow(): void {
    if (this.#state !== "stalls") return;
    this.#state = "flows";
    for (const piece of this.#held.splice(0)) this.pass(piece);
  }
}

/** One link through the proxy: the module's socket, the broker's, and a pipe in each direction. */
class ProxiedLink {
  readonly #context: ProxyContext;
  readonly #sockets: Readonly<Record<Direction, Socket>>;
  readonly #pipes: Readonly<Record<Direction, Pipe>>;
  isFaulty = false;

  constructor(context: ProxyContext, module: Socket, broker: Socket) {
    this.#context = context;
    this.#sockets = { up: module, down: broker };
    this.#pipes = { up: new Pipe(broker, context.log), down: new Pipe(module, context.log) };
    for (const way of ["up", "down"] as const) {
      this.#sockets[way]
        .on("data", (bytes: Uint8Array) => this.#pass(way, bytes))
        .on("end", () => this.#ended(way))
        .on("error", () => this.#pipes[way].pass("rst"));
    }
  }

  apply(fault: Fault): void {
    this.isFaulty = true;
    this.#context.log.note("proxy", `${JSON.stringify(fault)}`);
    if (fault.kind === "swallow") for (const direction of fault.ways) this.#pipes[direction].swallow();
    else if (fault.kind === "stall") this.#stall(fault.ways, fault.span);
    else this.#cut(fault.kind, fault.seenBy);
  }

  destroy(): void {
    for (const socket of Object.values(this.#sockets)) socket.destroy();
  }

  #pass(direction: Direction, bytes: Uint8Array): void {
    const armed = this.#context.scheduled;
    if (armed === undefined || armed.way !== direction || bytes.length < armed.bytes) {
      if (armed?.way === direction) armed.bytes -= bytes.length;
      this.#pipes[direction].pass(bytes);
      return;
    }
    this.#context.scheduled = undefined;
    if (armed.bytes > 0) this.#pipes[direction].pass(bytes.subarray(0, armed.bytes));
    this.apply(armed.fault);
    if (armed.bytes < bytes.length) this.#pipes[direction].pass(bytes.subarray(armed.bytes));
  }

  #ended(direction: Direction): void {
    this.#pipes[direction].pass("fin");
    // Our FIN was sent long ago, or never will be: this end is given up after a minute.
    const socket = this.#sockets[direction];
    if (!socket.writableEnded) this.#context.clock.alarm(this.#context.clock.now() + 60_000, () => socket.destroy());
  }

  #stall(directions: readonly Direction[], span: Millis): void {
    for (const direction of directions) this.#pipes[direction].stall();
    this.#context.clock.alarm(this.#context.clock.now() + span, () => {
      this.#context.log.note("proxy", "stalled bytes go on");
      for (const direction of directions) this.#pipes[direction].flow();
    });
  }

  #cut(kind: "fin" | "rst", seenBy: "both" | "module" | "broker"): void {
    for (const pipe of Object.values(this.#pipes)) pipe.swallow();
    const { up: module, down: broker } = this.#sockets;
    const ended = { both: [module, broker], module: [module], broker: [broker] }[seenBy];
    for (const socket of ended) {
      if (kind === "fin" || socket.connecting) socket.end();
      else socket.resetAndDestroy();
    }
  }
}

/** A TCP proxy on the loopback interface that can break its links in many ways. */
export class CuttingProxy {
  readonly #context: ProxyContext;
  readonly #target: number;
  readonly #links = new Set<ProxiedLink>();
  #newest: ProxiedLink | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(clock: Clock, log: EventLog, target: number) {
    this.#context = { clock, log: log, scheduled: undefined };
    this.#target = target;
  }

  /** The port to which the module connects. */
  get port(): number {
    return this.#port;
  }

  /** Whether the newest link has had no fault so far. */
  get isIntact(): boolean {
    return this.#newest?.isFaulty === false;
  }

  /** Listens; always on the same port. */
  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#port ||= await freePort();
    await once(server.listen(this.#port, "127.0.0.1"), "listening");
    this.#server = server;
    this.#context.log.note("proxy", "listens");
  }

  /** Stops listening: links are refused. */
  stopListening(): void {
    this.#context.log.note("proxy", "refuses links");
    this.#server?.close();
    this.#server = undefined;
  }

  /** Breaks the newest link, at once or when the bytes of `trigger` have passed. */
  schedule(fault: Fault, trigger?: Trigger): void {
    if (trigger === undefined) this.#newest?.apply(fault);
    else this.#context.scheduled = { fault, ...trigger };
  }

  /** Cancels the fault that waits. */
  unschedule(): void {
    this.#context.scheduled = undefined;
  }

  close(): void {
    this.#server?.close();
    for (const link of this.#links) link.destroy();
  }

  #accept(module: Socket): void {
    const broker = new Socket({ allowHalfOpen: true }).setNoDelay();
    const link = new ProxiedLink(this.#context, module, broker);
    this.#links.add(link);
    this.#newest = link;
    this.#context.log.note("proxy", "a new link");
    broker.once("connect", () => this.#context.log.count());
    broker.connect(this.#target, "127.0.0.1");
  }
}
