import { explain } from "../../emulator/faults/language/explain.js";
import { completions, readSentence } from "../../emulator/faults/language/read-sentence.js";
import { reference } from "../../emulator/faults/language/reference.js";
import { ControlError } from "./control-error.js";
import { done, type Route, route } from "./route.js";
import * as schemas from "./schemas.js";

function meaningOf(text: string): { readonly means: string } | { readonly problem: string } {
  const read = readSentence(text);
  return "sentence" in read ? { means: explain(read.sentence) } : read;
}

/** The routes of faults and scenarios. */
export const faultRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/faults",
    about: "The faults that wait for their event or are in force.",
    answer: schemas.faultList,
    run: ({ modem }) => ({ faults: modem.faults.list() }),
  }),
  route({
    method: "POST",
    path: "/api/faults",
    about: "Gives faults, each as a sentence: all of them or none. A fault that acts at once is over in the answer.",
    body: schemas.faultBody,
    answer: schemas.faultList,
    run({ modem }, { body }) {
      const given = "fault" in body ? [body.fault] : body.faults;
      return { faults: modem.faults.add(...given) };
    },
  }),
  route({
    method: "DELETE",
    path: "/api/faults",
    about: "Takes all faults back, and ends scenarios.",
    answer: schemas.done,
    run({ modem }) {
      modem.faults.clear();
      return done;
    },
  }),
  route({
    method: "DELETE",
    path: "/api/faults/:id",
    about: "Takes a fault back.",
    answer: schemas.done,
    refusals: { 404: "No fault of this number waits or is in force." },
    run({ modem }, { id }) {
      if (!modem.faults.remove(id)) throw new ControlError(404, `fault ${id} does not wait, and is not in force`);
      return done;
    },
  }),
  route({
    method: "GET",
    path: "/api/faults/language",
    about: "Every fault that there is, with its conditions, events and values.",
    answer: schemas.faultLanguage,
    run: () => reference(),
  }),
  route({
    method: "GET",
    path: "/api/faults/words",
    about: "What can stand next in a sentence, and what it means so far.",
    query: schemas.wordsQuery,
    answer: schemas.faultWords,
    run: (_, { query: { text = "" } }) => ({ words: completions(text), ...meaningOf(text) }),
  }),
  route({
    method: "GET",
    path: "/api/scenarios",
    about: "The ready scenarios.",
    answer: schemas.scenarioList,
    run: async (control) => ({ scenarios: await control.scenarios() }),
  }),
  route({
    method: "POST",
    path: "/api/scenarios",
    about: "Plays a ready scenario from its first step on.",
    body: schemas.scenarioBody,
    answer: schemas.done,
    async run(control, { body }) {
      await control.play(body.name);
      return done;
    },
  }),
];
