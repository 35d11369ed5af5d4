import { changed, failed, form, ok, type RefusedFor, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, int, optional, type Param, secret, text, type Values, word } from "../../at/params.js";
import type { Change, CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import {
  type CardAnswer,
  cardIn,
  changePin,
  isSameCard,
  lockOf,
  maxPinTries,
  maxPukTries,
  type SimCard,
  type SimLock,
  switchPin,
  unblockPin,
  verifyPin,
} from "../memory/sim-card.js";
import { simError } from "../radio/radio.js";

const cardOf = ({ nvm, profile }: CommandView): SimCard => cardIn(nvm.sim, profile.identity);

const lockErrors: { readonly [L in SimLock]: RefusedFor | undefined } = {
  none: undefined,
  pin: "usimPinRequired",
  puk: "usimPukRequired",
  blocked: "usimPukBlocked",
};

/** Why the PIN keeps the module out of the SIM's data and of the network; undefined: it does not. */
export const lockError = (view: CommandView): RefusedFor | undefined =>
  view.radio.stage === "locked" ? lockErrors[lockOf(cardOf(view), view.radio.verified)] : undefined;

/** What a command needs of the SIM: that it can be asked, or that it does not wait for its PIN either. */
type SimNeed = "readable" | "unlocked";

/** The answer, or the error while the SIM is not as the command needs it. */
export function withSim(view: CommandView, need: SimNeed, answer: () => ModuleAnswer): ModuleAnswer {
  const error = simError(view.radio) ?? (need === "unlocked" ? lockError(view) : undefined);
  return error === undefined ? answer() : refused(error);
}

/** The change that stores the card as it is now. A PIN that was given stays valid until the SIM loses its power. */
function stored(view: CommandView, said: Extract<CardAnswer, { readonly card: SimCard }>): Change {
  const { nvm, radio } = view;
  const kept = isSameCard(said.card, cardOf(view)) ? {} : { nvm: { ...nvm, sim: said.card } };
  return { ...kept, radio: { ...radio, verified: radio.verified || said.kind === "right" } };
}

/** The answer of a command of 27.007. `idle` is the answer where the PIN is on, or off, already. */
function answerTo(view: CommandView, said: CardAnswer, idle: ModuleAnswer): ModuleAnswer {
  if (said.kind === "right") return changed(stored(view, said));
  if (said.kind === "wrong") return failed("incorrectPassword", stored(view, said));
  return said.kind === "blocked" ? refused("usimPinBlocked") : idle;
}

/** A PIN or PUK: 4 to 8 digits. */
const code = (name: string): Param<Octets> =>
  secret({
    ...text(name, 8, { min: 4, check: (digits) => /^\d+$/.test(digits), spell: (length) => "1".repeat(length) }),
    probes: { good: ['"1111"', '"11111111"', "1111"], bad: ['"111"', '"111111111"', '"111a"', '""', "", "11-1"] },
  });

const lockLines = { none: "+CPIN: READY", pin: "+CPIN: SIM PIN", puk: "+CPIN: SIM PUK" } as const;

function lockLine(view: CommandView): ModuleAnswer {
  const lock = lockOf(cardOf(view), view.radio.verified);
  return lock === "blocked" ? refused("usimPukBlocked") : ok(lockLines[lock]);
}

/** Gives the PIN, or the PUK with a new PIN: what the SIM asks for (27.007 8.3). */
function unlock(view: CommandView, pin: Octets, next: Octets | undefined): ModuleAnswer {
  const card = cardOf(view);
  const lock = lockOf(card, view.radio.verified);
  if (lock === "none") return refused("operationNotAllowed");
  if (lock === "blocked") return refused("usimPukBlocked");
  if (lock === "puk" && next === undefined) return refused("usimPinBlocked");
  if (lock === "pin" && next !== undefined) return refused("badParameter");
  const said = next === undefined ? verifyPin(card, pin) : unblockPin(card, pin, next);
  return answerTo(view, said, refused("operationNotAllowed"));
}

/** Enter PIN. */
const cpin: ModuleCommand = {
  names: ["+CPIN"],
  manual: "AT manual",
  within: 5000,
  test: () => [],
  read: (view) => withSim(view, "readable", () => lockLine(view)),
  write: form({ pin: code("pin"), next: optional(code("new pin")) }, ({ pin, next }, view: CommandView) =>
    withSim(view, "readable", () => unlock(view, pin, next)),
  ),
};

const counted = ["SIM PIN", "SIM PUK"] as const;

const triesOf = ({ pinTries, pukTries }: SimCard): { readonly [C in (typeof counted)[number]]: Octets } => ({
  "SIM PIN": `+CPINR: SIM PIN,${pinTries},${maxPinTries}`,
  "SIM PUK": `+CPINR: SIM PUK,${pukTries},${maxPukTries}`,
});

const countedCode = {
  ...word(...counted),
  probes: {
    good: ['"SIM PIN"', '"SIM PUK"', '"sim pin"'],
    bad: ['"SIM PIN2"', '"PH-SIM PIN"', '""', "", "SIM PIN", "SIM"],
  },
};

/** Remaining PIN Retries. */
const cpinr: ModuleCommand = {
  names: ["+CPINR"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  exec: (view) => withSim(view, "readable", () => ok(...Object.values(triesOf(cardOf(view))))),
  write: form({ code: countedCode }, ({ code }, view: CommandView) =>
    withSim(view, "readable", () => ok(triesOf(cardOf(view))[code])),
  ),
};

const clckShape = {
  facility: word("SC"),
  mode: choice(0, 1, 2),
  password: optional(code("passwd")),
  class: optional(int(1, 255)),
};

function lockFacility({ mode, password }: Values<typeof clckShape>, view: CommandView): ModuleAnswer {
  const card = cardOf(view);
  if (mode === 2 || password === undefined) return ok(`+CLCK:${card.isAsked}`);
  return answerTo(view, switchPin(card, mode, password), ok());
}

/** Facility Lock: the PIN of the SIM is switched on or off, or asked about (27.007 7.4). */
const clck: ModuleCommand = {
  names: ["+CLCK"],
  manual: "AT manual",
  within: 5000,
  test: () => ['+CLCK:("SC")'],
  write: form(clckShape, (given, view: CommandView) => withSim(view, "unlocked", () => lockFacility(given, view)), {
    agree: ({ mode, password }) => mode === 2 || password !== undefined,
  }),
};

/** Change Password: the PIN of the SIM, while it is switched on (27.007 7.5). */
const cpwd: ModuleCommand = {
  names: ["+CPWD"],
  manual: "AT manual",
  within: 5000,
  test: () => ['+CPWD:("SC",8)'],
  write: form({ facility: word("SC"), old: code("oldpwd"), next: code("newpwd") }, ({ old, next }, view: CommandView) =>
    withSim(view, "unlocked", () => answerTo(view, changePin(cardOf(view), old, next), refused("operationNotAllowed"))),
  ),
};

const npinShape = { command: choice(0, 1, 2, 3, 4), pin: code("pin"), next: optional(code("new pin")) };

function operate({ command, pin, next = "" }: Values<typeof npinShape>, card: SimCard): CardAnswer {
  if (command === 0) return verifyPin(card, pin);
  if (command === 1) return changePin(card, pin, next);
  if (command === 4) return unblockPin(card, pin, next);
  return switchPin(card, command === 2 ? 1 : 0, pin);
}

const npinResults = {
  right: "OK",
  blocked: "ERROR PIN blocked",
  on: "PIN already enabled",
  off: "ERROR PIN disabled",
} as const;

/** PIN Operation: verify, change, switch on or off, unblock. The result is a URC (field). */
const npin: ModuleCommand = {
  names: ["+NPIN"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  write: form(
    npinShape,
    (given, view: CommandView) =>
      withSim(view, "readable", () => {
        const said = operate(given, cardOf(view));
        const result = said.kind === "wrong" ? `ERROR wrong PIN (${said.left})` : npinResults[said.kind];
        const apply = "card" in said ? stored(view, said) : {};
        return { kind: "ok", lines: [], apply, request: { to: "later", line: `+NPIN:${result}`, after: 0 } };
      }),
    { agree: ({ command, next }) => (command === 1 || command === 4) === (next !== undefined) },
  ),
};

/** The commands for the PIN of the SIM. */
export const simCommands: readonly ModuleCommand[] = [cpin, cpinr, clck, cpwd, npin];
