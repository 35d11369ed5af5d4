import { itemsOf } from "../coverage/coverage.js";
import { toBytes } from "./control.js";
import { ControlError } from "./control-error.js";
import { faultRoutes } from "./fault-routes.js";
import { done, type Route, route } from "./route.js";
import * as schemas from "./schemas.js";

/** Every route, apart from the live events and the OpenAPI document. */
export const routes: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/health",
    about: "Whether the emulator runs, and its version.",
    answer: schemas.health,
    run: ({ version }) => ({ ok: true, version }),
  }),
  route({
    method: "GET",
    path: "/api/state",
    about:
      "The module at this moment: its radio, its MQTT link, its sockets, its settings, front ends, faults and broker.",
    answer: schemas.state,
    run: (control) => control.state(),
  }),
  ...faultRoutes,
  route({
    method: "POST",
    path: "/api/host",
    about: 'Bytes for the module, as from a further host on its line: `{"text": "AT\\r"}`. All hosts hear the answer.',
    body: schemas.typedBody,
    answer: schemas.done,
    run({ modem }, { body: { text, base64 } }) {
      modem.type(toBytes(text, base64));
      return done;
    },
  }),
  route({
    method: "GET",
    path: "/api/events",
    about: "The events of the run, oldest first. With `Accept: text/event-stream`: live, each with its number as `id`.",
    query: schemas.eventsQuery,
    answer: schemas.eventPage,
    run: (control, { query }) => control.events(query),
  }),
  route({
    method: "GET",
    path: "/api/wait",
    about:
      "Waits for an event that fits. With `after`: the first one behind that number, even if it has come already. Without: the next one.",
    query: schemas.waitQuery,
    answer: schemas.event,
    refusals: { 408: "None came in time; the answer tells what came instead." },
    run: (control, { query, gone }) => control.wait(query, gone),
  }),
  route({
    method: "POST",
    path: "/api/clock/advance",
    about: "Lets time pass. Every timer fires at its moment; the answer comes when nothing moves any more.",
    body: schemas.advanceBody,
    answer: schemas.advanced,
    refusals: { 409: "The clock is not a manual one." },
    run: (control, { body }) => control.advance(body.ms),
  }),
  route({
    method: "POST",
    path: "/api/clock/next",
    about: "Lets time pass up to the next moment at which something is due.",
    answer: schemas.advanced,
    refusals: { 409: "The clock is not a manual one, or nothing is due." },
    run: (control) => control.advanceToNext(),
  }),
  route({
    method: "GET",
    path: "/api/broker/messages",
    about: "The messages that clients have published to the embedded broker, wills included, oldest first.",
    query: schemas.messagesQuery,
    answer: schemas.messages,
    refusals: { 409: "There is no embedded broker." },
    run: ({ messages }, { query }) => ({ messages: messages.list(query.topic) }),
  }),
  route({
    method: "DELETE",
    path: "/api/broker/messages",
    about: "Forgets the messages.",
    answer: schemas.done,
    run({ messages }) {
      messages.clear();
      return done;
    },
  }),
  route({
    method: "POST",
    path: "/api/broker/publish",
    about: "Publishes a message that comes from no client.",
    body: schemas.publishBody,
    answer: schemas.done,
    refusals: { 409: "There is no embedded broker." },
    async run({ messages }, { body: { topic, qos = 0, retain = false, text, base64 } }) {
      await messages.broker.publish(topic, toBytes(text, base64), { qos, retain });
      return done;
    },
  }),
  route({
    method: "GET",
    path: "/api/broker/clients",
    about: "The ids of the clients that are connected to the embedded broker.",
    answer: schemas.clients,
    refusals: { 409: "There is no embedded broker." },
    run: ({ messages }) => ({ clients: messages.broker.clients() }),
  }),
  route({
    method: "POST",
    path: "/api/broker/disconnect",
    about: "Cuts the connection of a client off, so that its will is published.",
    body: schemas.disconnectBody,
    answer: schemas.done,
    refusals: { 404: "No client has this id.", 409: "There is no embedded broker." },
    run({ messages }, { body: { clientId } }) {
      if (!messages.broker.disconnect(clientId)) throw new ControlError(404, `no client has the id ${clientId}`);
      return done;
    },
  }),
  route({
    method: "GET",
    path: "/api/findings",
    about:
      "What the host did that fails or is risky on real hardware, the worst first. Findings of one rule are counted; `at` and `last` are numbers of events.",
    answer: schemas.findings,
    run: ({ modem }) => ({ findings: modem.findings }),
  }),
  route({
    method: "GET",
    path: "/api/coverage",
    about:
      "What the host can meet at a BC28, and how often it has since the run began: commands, results, errors, situations. `recipe` is a fault that lets it meet something.",
    answer: schemas.coverage,
    run: (control) => ({ items: itemsOf(control.coverage().counts) }),
  }),
  route({
    method: "GET",
    path: "/api/report.html",
    about: "The run so far as one page of HTML: the window with its data inside.",
    answer: schemas.reportPage,
    run: (control) => control.report(),
  }),
  route({
    method: "POST",
    path: "/api/reset",
    about: "Resets the module from outside, by its reset pin or with another cause.",
    body: schemas.resetBody,
    answer: schemas.done,
    run(control, { body }) {
      control.reset(body.cause);
      return done;
    },
  }),
  route({
    method: "POST",
    path: "/api/new",
    about:
      "A module as it was when the run began, and a broker without messages, sessions and retained messages. Hosts stay attached, and hear the banner of a power-up.",
    answer: schemas.renewed,
    run: async (control) => ({ next: await control.renew() }),
  }),
  route({
    method: "POST",
    path: "/api/stop",
    about: "Ends the run, with exit code 0.",
    answer: schemas.done,
    refusals: { 409: "The run belongs to a command: bc28-emu exec." },
    run(control) {
      control.assertEnds();
      return done;
    },
    after: (control) => control.stop(),
  }),
];
