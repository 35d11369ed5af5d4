import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { toJsonSchema } from "@valibot/to-json-schema";
import { UserError } from "../user-error.js";
import { checked } from "./checked.js";
import { ControlError } from "./control-error.js";
import { McpStdio } from "./mcp-stdio.js";
import { type McpModule, type McpSession, type McpTool, type StartInput, tools } from "./mcp-tools.js";

/** How modules are started for an agent, and how long the server runs. */
export interface McpOptions {
  /** That of bc28-emu. */
  readonly version: string;
  start(options: StartInput): Promise<McpModule>;
  /** Left out: standard input and output; the client has gone when the input ends. */
  readonly transport?: Transport;
  /** Gets a line for each message that cannot be read. */
  readonly warn: (line: string) => void;
}

/** A server that runs. */
export interface McpServer {
  /** Resolves when the client has gone. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

const instructions =
  'bc28-emu is a Quectel BC28 (NB-IoT) module as a program: AT commands drive a real MQTT client. Call start, then send AT commands, and wait for the URCs that tell their results: AT+QMTOPEN=0,"any.name",1883 (+QMTOPEN: 0,0), AT+QMTCONN=0,"id" (+QMTCONN: 0,0,0), AT+QMTPUB=0,1,1,0,"topic" with a payload (+QMTPUB: 0,1,0). When something fails, events and state tell why.';

/** Serves the tools by the Model Context Protocol. */
export async function serveMcp({ version, start, transport = new McpStdio(), warn }: McpOptions): Promise<McpServer> {
  const session = new Session(start);
  const server = new Server({ name: "bc28-emu", version }, { capabilities: { tools: {} }, instructions });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(described) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => call(session, params.name, params.arguments ?? {}));
  const gone = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  server.onerror = ({ message }) => warn(`a message cannot be read: ${message.split("\n", 1)[0]?.slice(0, 200)}`);
  await server.connect(transport);
  return {
    gone,
    async close() {
      await session.stop();
      await server.close();
    },
  };
}

/** The module that runs for a client. */
class Session implements McpSession {
  readonly #start: McpOptions["start"];
  #module: McpModule | undefined;
  /** Starts and stops are done one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(start: McpOptions["start"]) {
    this.#start = start;
  }

  get module(): McpModule {
    if (this.#module !== undefined) return this.#module;
    throw new ControlError(409, "no module runs: call start first");
  }

  start(options: StartInput): Promise<McpModule> {
    return this.#inTurn(async () => {
      const started = await this.#start(options); // the one that runs stays where this fails
      await this.#end();
      this.#module = started;
      return started;
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => {});
    return done;
  }

  async #end(): Promise<void> {
    const module = this.#module;
    this.#module = undefined;
    await module?.close();
  }
}

function described({ name, about, input }: McpTool): {
  name: string;
  description: string;
  inputSchema: { type: "object"; [key: string]: unknown };
} {
  const { $schema: _, ...schema } = toJsonSchema(input, { typeMode: "input", errorMode: "ignore" });
  return { name, description: about, inputSchema: { ...schema, type: "object" } };
}

/** Calls a tool. What is refused is an answer for the agent, and no error of the protocol. */
async function call(session: McpSession, name: string, given: unknown) {
  try {
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined)
      throw new ControlError(404, `there is no tool ${name}; there are ${tools.map((each) => each.name).join(", ")}`);
    return answer(await tool.run(session, checked(tool.input, given, "the arguments")));
  } catch (error) {
    if (error instanceof ControlError) return { ...answer({ error: error.message, ...error.more }), isError: true };
    if (error instanceof UserError) return { ...answer({ error: error.message }), isError: true };
    throw error;
  }
}

const answer = (found: unknown) => ({
  content: [{ type: "text" as const, text: JSON.stringify(found, undefined, 1) }],
});
