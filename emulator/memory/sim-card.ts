import type { Identity } from "../profile/profile.js";

/** The memory of a SIM card that has to do with its PIN. */
export interface SimCard {
  /** What the profile says of the card. Another profile has another card. */
  readonly iccid: string;
  readonly firstPin: string;
  readonly wasAsked: 0 | 1;
  /** The code that unblocks the PIN. */
  readonly puk: string;
  /** The PIN now. */
  readonly pin: string;
  /** Whether the card asks for its PIN when it gets power. */
  readonly isAsked: 0 | 1;
  /** The tries that are left. */
  readonly pinTries: number;
  readonly pukTries: number;
}

/** What the card asks for; `blocked`: its PUK was wrong too often, for ever. */
export type SimLock = "none" | "pin" | "puk" | "blocked";

/** The tries of each code (AT manual). */
export const maxPinTries = 3;
export const maxPukTries = 10;

/** The PIN of a card that does not ask for it, until AT+CLCK switches it on. decided */
const quietPin = "1234";

/** The cards as profiles describe them; made once, because the module asks for its card at each input. */
const newCards = new WeakMap<Identity, SimCard>();

function newCardOf(identity: Identity): SimCard {
  const known = newCards.get(identity);
  if (known !== undefined) return known;
  const card = newCard(identity);
  newCards.set(identity, card);
  return card;
}

function newCard({ iccid, pin, puk }: Identity): SimCard {
  const [firstPin, wasAsked] = pin === "" ? ([quietPin, 0] as const) : ([pin, 1] as const);
  const tries = { pinTries: maxPinTries, pukTries: maxPukTries };
  return { iccid, firstPin, wasAsked, puk, pin: firstPin, isAsked: wasAsked, ...tries };
}

/** The card in the module: the one that is kept, if it is the profile's, or else a new one. */
export function cardIn(kept: SimCard | undefined, identity: Identity): SimCard {
  const card = newCardOf(identity);
  if (kept === undefined) return card;
  const isSame =
    kept.iccid === card.iccid &&
    kept.firstPin === card.firstPin &&
    kept.wasAsked === card.wasAsked &&
    kept.puk === card.puk;
  return isSame ? kept : card;
}

/** Whether all fields are the same. */
export const isSameCard = (one: SimCard, other: SimCard): boolean =>
  (Object.keys(one) as (keyof SimCard)[]).every((key) => one[key] === other[key]);

/** What the card asks for. `verified`: its PIN has been given since it got power. */
export function lockOf({ isAsked, pinTries, pukTries }: SimCard, verified: boolean): SimLock {
  if (pukTries === 0) return "blocked";
  if (pinTries === 0) return "puk";
  return isAsked === 1 && !verified ? "pin" : "none";
}

/** What the card says to a command about its PIN. */
export type CardAnswer =
  | { readonly kind: "right"; readonly card: SimCard }
  /** `left`: the tries that are left. */
  | { readonly kind: "wrong"; readonly card: SimCard; readonly left: number }
  /** The PIN, or with the PUK the card, is blocked. */
  | { readonly kind: "blocked" }
  /** The PIN is switched on, or off. */
  | { readonly kind: "on" | "off" };

function tryPin(card: SimCard, pin: string, then: Partial<SimCard> = {}): CardAnswer {
  if (card.pinTries === 0) return { kind: "blocked" };
  if (pin === card.pin) return { kind: "right", card: { ...card, pinTries: maxPinTries, ...then } };
  const left = card.pinTries - 1;
  return { kind: "wrong", card: { ...card, pinTries: left }, left };
}

/** VERIFY PIN (102.221 11.1.9). */
export const verifyPin = (card: SimCard, pin: string): CardAnswer =>
  card.isAsked === 1 ? tryPin(card, pin) : { kind: "off" };

/** CHANGE PIN (102.221 11.1.10). */
export const changePin = (card: SimCard, old: string, pin: string): CardAnswer =>
  card.isAsked === 1 ? tryPin(card, old, { pin }) : { kind: "off" };

/** ENABLE PIN and DISABLE PIN (102.221 11.1.11 and 11.1.12). */
export function switchPin(card: SimCard, isAsked: 0 | 1, pin: string): CardAnswer {
  return card.isAsked === isAsked ? { kind: isAsked === 1 ? "on" : "off" } : tryPin(card, pin, { isAsked });
}

/** UNBLOCK PIN: the right PUK sets a new PIN, and switches it on (102.221 11.1.13). */
export function unblockPin(card: SimCard, puk: string, pin: string): CardAnswer {
  if (card.pukTries === 0) return { kind: "blocked" };
  const left = card.pukTries - 1;
  if (puk !== card.puk) return { kind: "wrong", card: { ...card, pukTries: left }, left };
  const tries = { pinTries: maxPinTries, pukTries: maxPukTries };
  return { kind: "right", card: { ...card, pin, isAsked: 1, ...tries } };
}
