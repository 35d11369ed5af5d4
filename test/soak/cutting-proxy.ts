import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import type { Clock, Millis } from "../../net/time/clock.js";
import { quietPort } from "../net/quiet-port.js";
import type { Logbook } from "./logbook.js";

/** Towards the broker, or towards the module. */
export type Way = "up" | "down";

/** What befalls a link. */
export type Fault =
  /** Both ends, or only one, see the end of the link; the other one is left with a link that leads nowhere. */
  | { readonly kind: "fin" | "rst"; readonly seenBy: "both" | "module" | "broker" }
  /** From now on bytes vanish, and the end of the link with them. */
  | { readonly kind: "swallow"; readonly ways: readonly Way[] }
  /** Bytes wait, and go on in their order. */
  | { readonly kind: "stall"; readonly ways: readonly Way[]; readonly span: Millis };

/** When it does: after so many more bytes on that way, also if they pass on a later link. */
export interface Trigger {
  readonly way: Way;
  readonly bytes: number;
}

interface Armed {
  readonly fault: Fault;
  readonly way: Way;
  bytes: number;
}

/** What the links need of their proxy. */
interface House {
  readonly clock: Clock;
  readonly book: Logbook;
  /** The fault that waits for bytes, if any. */
  armed: Armed | undefined;
}

/** Bytes, FIN or RST on their way through. */
type Piece = Uint8Array | "fin" | "rst";

/** One direction of one link. */
class Pipe {
  readonly #to: Socket;
  readonly #book: Logbook;
  #state: "flows" | "stalls" | "swallows" = "flows";
  readonly #held: Piece[] = [];

  constructor(to: Socket, book: Logbook) {
    this.#to = to;
    this.#book = book;
  }

  put(piece: Piece): void {
    this.#book.stir();
    if (this.#state === "swallows") return;
    // A reset overtakes what is held: it throws it away.
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
    for (const piece of this.#held.splice(0)) this.put(piece);
  }
}

/** One link through the proxy: the module's socket, the broker's, and a pipe each way. */
class ProxiedLink {
  readonly #house: House;
  readonly #sockets: Readonly<Record<Way, Socket>>;
  readonly #pipes: Readonly<Record<Way, Pipe>>;
  isStruck = false;

  constructor(house: House, module: Socket, broker: Socket) {
    this.#house = house;
    this.#sockets = { up: module, down: broker };
    this.#pipes = { up: new Pipe(broker, house.book), down: new Pipe(module, house.book) };
    for (const way of ["up", "down"] as const) {
      this.#sockets[way]
        .on("data", (bytes: Uint8Array) => this.#pass(way, bytes))
        .on("end", () => this.#ended(way))
        .on("error", () => this.#pipes[way].put("rst"));
    }
  }

  strike(fault: Fault): void {
    this.isStruck = true;
    this.#house.book.note("proxy", `${JSON.stringify(fault)}`);
    if (fault.kind === "swallow") for (const way of fault.ways) this.#pipes[way].swallow();
    else if (fault.kind === "stall") this.#stall(fault.ways, fault.span);
    else this.#cut(fault.kind, fault.seenBy);
  }

  destroy(): void {
    for (const socket of Object.values(this.#sockets)) socket.destroy();
  }

  #pass(way: Way, bytes: Uint8Array): void {
    const armed = this.#house.armed;
    if (armed === undefined || armed.way !== way || bytes.length < armed.bytes) {
      if (armed?.way === way) armed.bytes -= bytes.length;
      this.#pipes[way].put(bytes);
      return;
    }
    this.#house.armed = undefined;
    if (armed.bytes > 0) this.#pipes[way].put(bytes.subarray(0, armed.bytes));
    this.strike(armed.fault);
    if (armed.bytes < bytes.length) this.#pipes[way].put(bytes.subarray(armed.bytes));
  }

  #ended(way: Way): void {
    this.#pipes[way].put("fin");
    // Ours may have gone out long ago, or never will: nobody is left at that end.
    const socket = this.#sockets[way];
    if (!socket.writableEnded) this.#house.clock.alarm(this.#house.clock.now() + 60_000, () => socket.destroy());
  }

  #stall(ways: readonly Way[], span: Millis): void {
    for (const way of ways) this.#pipes[way].stall();
    this.#house.clock.alarm(this.#house.clock.now() + span, () => {
      this.#house.book.note("proxy", "what stalled goes on");
      for (const way of ways) this.#pipes[way].flow();
    });
  }

  #cut(kind: "fin" | "rst", seenBy: "both" | "module" | "broker"): void {
    for (const pipe of Object.values(this.#pipes)) pipe.swallow();
    const { up: module, down: broker } = this.#sockets;
    const struck = { both: [module, broker], module: [module], broker: [broker] }[seenBy];
    for (const socket of struck) {
      if (kind === "fin" || socket.connecting) socket.end();
      else socket.resetAndDestroy();
    }
  }
}

/** A TCP proxy on the loopback that ill-treats what passes through it. */
export class CuttingProxy {
  readonly #house: House;
  readonly #target: number;
  readonly #links = new Set<ProxiedLink>();
  #newest: ProxiedLink | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(clock: Clock, book: Logbook, target: number) {
    this.#house = { clock, book, armed: undefined };
    this.#target = target;
  }

  /** Where the module dials. */
  get port(): number {
    return this.#port;
  }

  /** Whether the newest link was left alone so far. */
  get isSound(): boolean {
    return this.#newest?.isStruck === false;
  }

  /** Opens for links; after `shut` at the port it had. */
  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#port ||= await quietPort();
    await once(server.listen(this.#port, "127.0.0.1"), "listening");
    this.#server = server;
    this.#house.book.note("proxy", "takes links");
  }

  /** Links are refused. */
  shut(): void {
    this.#house.book.note("proxy", "refuses links");
    this.#server?.close();
    this.#server = undefined;
  }

  /** A fault befalls the newest link, at once or when its bytes have passed. */
  arm(fault: Fault, trigger?: Trigger): void {
    if (trigger === undefined) this.#newest?.strike(fault);
    else this.#house.armed = { fault, ...trigger };
  }

  /** No fault waits any more. */
  disarm(): void {
    this.#house.armed = undefined;
  }

  close(): void {
    this.#server?.close();
    for (const link of this.#links) link.destroy();
  }

  #accept(module: Socket): void {
    const broker = new Socket({ allowHalfOpen: true }).setNoDelay();
    const link = new ProxiedLink(this.#house, module, broker);
    this.#links.add(link);
    this.#newest = link;
    this.#house.book.note("proxy", "a link comes");
    broker.once("connect", () => this.#house.book.stir());
    broker.connect(this.#target, "127.0.0.1");
  }
}
