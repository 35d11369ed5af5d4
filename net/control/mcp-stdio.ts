import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";

/** The codes of JSON-RPC 2.0, section 5.1. */
const parseError = -32_700;
const invalidRequest = -32_600;

/** The longest message that is taken, in bytes. decided */
const maxMessageBytes = 10 * 1024 * 1024;

/** Where messages come from and go to, a line each. */
export interface McpStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * A transport over standard input and output. Unlike that of the SDK it answers a line that it cannot read, as JSON-RPC wants
 * it, and closes when the input ends.
 */
export class McpStdio implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #input: McpStreams["input"];
  readonly #output: McpStreams["output"];
  /** The pieces of a line that has not ended. */
  #pieces: Buffer[] = [];
  #size = 0;
  /** A line was too long: the rest of it is skipped. */
  #skips = false;
  readonly #take = (bytes: Buffer): void => this.#read(bytes);
  readonly #fail = (error: Error): void => this.onerror?.(error);
  readonly #end = (): void => void this.close();

  constructor({ input, output }: McpStreams = { input: process.stdin, output: process.stdout }) {
    this.#input = input;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#input.on("data", this.#take).on("error", this.#fail).once("end", this.#end).once("close", this.#end);
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#write(message);
  }

  async close(): Promise<void> {
    this.#input.off("data", this.#take).off("error", this.#fail).off("end", this.#end).off("close", this.#end);
    this.#input.pause();
    this.#pieces = [];
    this.onclose?.();
    delete this.onclose;
  }

  #write(message: object): Promise<void> {
    return new Promise((resolve) => {
      if (this.#output.write(`${JSON.stringify(message)}\n`)) resolve();
      else this.#output.once("drain", resolve);
    });
  }

  #read(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      this.#keep(bytes.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(this.#pieces).toString("utf8");
      const isWhole = !this.#skips;
      this.#pieces = [];
      this.#size = 0;
      this.#skips = false;
      if (isWhole && line.trim() !== "") this.#line(line);
    }
    this.#keep(bytes.subarray(from));
  }

  #keep(piece: Buffer): void {
    if (this.#skips || piece.length === 0) return;
    this.#size += piece.length;
    this.#pieces.push(piece);
    if (this.#size <= maxMessageBytes) return;
    this.#pieces = [];
    this.#skips = true;
    this.#refuse(invalidRequest, null, `the message is longer than ${maxMessageBytes} bytes`);
  }

  #line(line: string): void {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      this.#refuse(parseError, null, `the message is no JSON: ${error instanceof Error ? error.message : error}`);
      return;
    }
    const { success, data } = JSONRPCMessageSchema.safeParse(json);
    if (success) this.onmessage?.(data);
    else this.#refuse(invalidRequest, idOf(json), problemOf(json));
  }

  /** Answers what cannot be read, and tells it. */
  #refuse(code: number, id: string | number | null, message: string): void {
    void this.#write({ jsonrpc: "2.0", id, error: { code, message } });
    this.onerror?.(new Error(message));
  }
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** The id of a request; null where none can be read. */
function idOf(json: unknown): string | number | null {
  const id = isObject(json) ? json.id : undefined;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** Why JSON is no message of JSON-RPC. */
function problemOf(json: unknown): string {
  if (Array.isArray(json)) return "the message is a list; send one message a line";
  if (!isObject(json)) return "the message is no object; send a request of JSON-RPC 2.0";
  if (json.jsonrpc !== "2.0") return 'jsonrpc: give "2.0"';
  if (typeof json.method !== "string") return "method: it is missing; give the name of a method";
  if (json.params !== undefined && !isObject(json.params)) return "params: give an object";
  return "the message is no request of JSON-RPC 2.0; give jsonrpc, id, method and params";
}
