import { changed, ok, refused } from "../../at/command.js";
import type { CommandView, ModuleAnswer } from "../command-view.js";
import { type Dte, defaultDte } from "../dte.js";

type Basic = (value: number | "?" | undefined, view: CommandView) => ModuleAnswer;

/** A command with the value 0 or 1. Without a value: 0 (V.250 5.3.1). */
const flag =
  (set: (on: boolean) => Partial<Dte>): Basic =>
  (value = 0, { dte }) =>
    value === 0 || value === 1 ? changed({ dte: { ...dte, ...set(value === 1) } }) : refused("badParameter");

/** An S-register: written as a number up to 127, read as three digits (V.250 6.2). */
const register =
  (name: "s3" | "s4" | "s5"): Basic =>
  (value, { dte }) => {
    if (value === "?") return ok(String(dte[name]).padStart(3, "0"));
    const legal = value !== undefined && value <= 127;
    return legal ? changed({ dte: { ...dte, [name]: value } }) : refused("badParameter");
  };

/** A command with no value, or with the value 0. */
const plain =
  (answer: (view: CommandView) => ModuleAnswer): Basic =>
  (value = 0, view) =>
    value === 0 ? answer(view) : refused("badParameter");

const restore = plain(({ profile }) => changed({ dte: defaultDte(profile.quirks) }));

/** The basic commands by name (V.250). */
export const basicCommands: Readonly<Record<string, Basic>> = {
  E: flag((echo) => ({ echo })),
  Q: flag((quiet) => ({ quiet })),
  V: flag((verbose) => ({ verbose })),
  S3: register("s3"),
  S4: register("s4"),
  S5: register("s5"),
  I: plain(({ profile: { identity } }) => ok(identity.manufacturer, identity.model, `Revision:${identity.firmware}`)),
  Z: restore,
  "&F": restore,
  "&W": plain(() => ok()),
};
