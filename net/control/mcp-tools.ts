import * as v from "valibot";
import { itemsOf } from "../coverage/coverage.js";
import { gapsOf, shareOf } from "../coverage/coverage-text.js";
import { AtError } from "../testing/answer.js";
import type { AtHost } from "../testing/host.js";
import { type Control, toBytes } from "./control.js";
import { ControlError } from "./control-error.js";
import { done } from "./route.js";
import * as schemas from "./schemas.js";

/** A module that an agent has started: its control, and a host on its UART. */
export interface McpModule {
  readonly control: Control;
  readonly host: AtHost;
  close(): Promise<void>;
}

/** What tools work with. */
export interface McpSession {
  /** The running module. Throws a ControlError where none runs. */
  readonly module: McpModule;
  /** Starts a module, in place of the one that runs. */
  start(options: StartInput): Promise<McpModule>;
  /** Ends the module that runs. */
  stop(): Promise<void>;
}

/** How an agent starts a module. */
export type StartInput = v.InferOutput<typeof startInput>;

const text = (about: string) => v.pipe(v.string(), v.description(about));
const span = v.optional(
  v.pipe(
    v.number(),
    v.minValue(1),
    v.maxValue(60_000),
    v.description("How long to wait, in ms of real time; 5000 if left out."),
  ),
  5000,
);

const startInput = v.strictObject({
  faults: v.optional(
    v.pipe(
      v.array(v.string()),
      v.maxLength(100),
      v.description("What goes wrong from power-up on, such as `lose 2 PUBACK`."),
    ),
  ),
  scenario: v.optional(text("A ready scenario such as nat-timeout, or the path of one.")),
  seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))),
  timing: v.optional(v.picklist(["instant", "realistic"])),
  timeScale: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0.01),
      v.maxValue(10_000),
      v.description("How many times faster the module's clock runs."),
    ),
  ),
});

const after = v.optional(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description("Only events behind this number (seq).")),
);

/** A command line. One that is empty has no answer, and one with a line end has two. */
const commandLine = v.pipe(
  v.string(),
  v.check((line) => line.trim() !== "", "it is empty; give a command such as AT+CSQ"),
  v.check(
    (line) => !/[\r\n]/.test(line),
    "there is a line end in it; send one command at a time, without its line end",
  ),
  v.description("The command, such as AT+CSQ, without its line end."),
);

/** A tool: what it is for, what it takes, and what it does. */
export interface McpTool<I = never> {
  readonly name: string;
  /** When an agent should use it. */
  readonly about: string;
  readonly input: v.GenericSchema<unknown, I>;
  run(session: McpSession, input: I): unknown;
}

const tool = <I>(made: McpTool<I>): McpTool => made as unknown as McpTool;
const nothing = v.strictObject({});

/** Every tool. */
export const tools: readonly McpTool[] = [
  tool({
    name: "start",
    about:
      "Starts an emulated BC28 module with an MQTT broker of its own, to which every name leads. Use it first. A module that runs already is ended.",
    input: startInput,
    async run(session, input) {
      const { control } = await session.start(input);
      return control.state();
    },
  }),
  tool({
    name: "send",
    about:
      "Sends one AT command line to the module and returns its answer. Use it for everything that a host would type. For AT+QMTPUB give the payload, too.",
    input: v.strictObject({
      line: commandLine,
      payload: v.optional(text("What is sent at the prompt.")),
      within: span,
    }),
    async run({ module: { host } }, { line, payload, within }) {
      const urcs = host.unread.length;
      try {
        const lines = await host.command(line, { within, ...(payload !== undefined && { payload }) });
        return { result: "OK", lines, urcs: host.unread.slice(urcs) };
      } catch (error) {
        if (error instanceof AtError)
          return { result: error.result, lines: error.lines, urcs: host.unread.slice(urcs) };
        throw new ControlError(408, error instanceof Error ? error.message : String(error));
      }
    },
  }),
  tool({
    name: "wait",
    about:
      "Waits for one event that fits, such as a URC or an MQTT packet; one behind `after` counts also where it has come already. Use it after a command whose result is a URC (+QMTOPEN, +QMTCONN, +QMTPUB). At the time-out it tells what came instead.",
    input: v.strictObject({ ...schemas.filter, after, within: span }),
    run: ({ module: { control } }, input) => control.wait(input),
  }),
  tool({
    name: "events",
    about:
      "The events of the run, oldest first: lines of host and module, MQTT packets each way, links, radio, reboots, faults. Use it to find out what happened and why.",
    input: v.strictObject({
      ...schemas.filter,
      after,
      limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 200),
    }),
    run: ({ module: { control } }, input) => control.events(input),
  }),
  tool({
    name: "state",
    about:
      "The module at this moment: radio, MQTT link, requests in flight, settings, faults in force, broker. Use it to see where a sequence of commands stands.",
    input: nothing,
    run: ({ module: { control } }) => control.state(),
  }),
  tool({
    name: "add_faults",
    about:
      "Makes things go wrong, by sentences: `lose 2 PUBACK`, `coverage off for 40s`, `when PUBLISH sent: drop link`, `error AT+QMTPUB 159`. All of them are taken, or none; an error tells what could stand there. Use it to try how a host copes.",
    input: v.strictObject({ faults: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)) }),
    run: ({ module: { control } }, { faults }) => ({ faults: control.modem.faults.add(...faults) }),
  }),
  tool({
    name: "clear_faults",
    about: "Takes all faults back. Use it before the next try.",
    input: nothing,
    run({ module: { control } }) {
      control.modem.faults.clear();
      return done;
    },
  }),
  tool({
    name: "publish",
    about:
      "Publishes a message at the module's broker, as a server would. Use it to send something to the host (+QMTRECV).",
    input: schemas.publishBody,
    async run({ module: { control } }, { topic, qos = 0, retain = false, text, base64 }) {
      await control.messages.broker.publish(topic, toBytes(text, base64), { qos, retain });
      return done;
    },
  }),
  tool({
    name: "messages",
    about:
      "The messages that the host has published, as the broker got them. Use it to see whether a publish has arrived.",
    input: schemas.messagesQuery,
    run: ({ module: { control } }, { topic }) => ({ messages: control.messages.list(topic) }),
  }),
  tool({
    name: "findings",
    about:
      "What the host did that fails or is risky on real hardware, the worst first: what happened, what to do instead, and the number of the event. Use it when a sequence of commands works here, before you call it done.",
    input: nothing,
    run: ({ module: { control } }) => ({ findings: control.modem.findings }),
  }),
  tool({
    name: "coverage",
    about:
      "What a host can meet at a BC28 and this one never has, each with the fault that lets it: results, errors, losses of the link, situations. Use it to find out what is still untested.",
    input: nothing,
    run({ module: { control } }) {
      const items = itemsOf(control.coverage().counts);
      const gaps = gapsOf(items).map(({ group, item, recipe }) => ({ group, item, recipe }));
      return { ...shareOf(items), gaps };
    },
  }),
  tool({
    name: "new",
    about: "A module and a broker as they were at the start, in some milliseconds. Use it between two tries.",
    input: nothing,
    async run({ module: { control, host } }) {
      host.forget();
      await control.renew();
      return done;
    },
  }),
  tool({
    name: "stop",
    about: "Ends the module. Use it at the end.",
    input: nothing,
    async run(session) {
      await session.stop();
      return done;
    },
  }),
];
