import { isPaused, run, selected, setPaused, source } from "./run-store.js";
import { isFollowing, isHelpOpen, nextFinding, rows, step, type Tab, tab, wanted, zoom } from "./view-store.js";

/** A key, what it does, and the words for the help. */
interface Key {
  readonly keys: readonly string[];
  readonly about: string;
  readonly does: () => void;
}

const focus = (id: string): void => document.getElementById(id)?.focus();
const open = (name: Tab): void => {
  tab.value = name;
};

/** Every key of the page. */
export const keys: readonly Key[] = [
  { keys: ["/"], about: "filter the events", does: () => focus("filter") },
  {
    keys: [" "],
    about: "pause, and go on",
    does() {
      if (source.value !== "report") setPaused(!isPaused.value);
    },
  },
  { keys: ["j", "ArrowDown"], about: "the next event", does: () => step(1) },
  { keys: ["k", "ArrowUp"], about: "the event before", does: () => step(-1) },
  { keys: ["n"], about: "the next finding", does: nextFinding },
  { keys: ["End", "f"], about: "follow the newest event", does: () => (isFollowing.value = true) },
  { keys: ["Home"], about: "the first event", does: first },
  { keys: ["+", "="], about: "look closer", does: () => zoom(-1) },
  { keys: ["-"], about: "look wider", does: () => zoom(1) },
  { keys: ["1"], about: "details", does: () => open("details") },
  { keys: ["2"], about: "controls", does: () => open("controls") },
  {
    keys: ["3"],
    about: "terminal",
    does() {
      open("terminal");
      setTimeout(() => focus("say"));
    },
  },
  { keys: ["4"], about: "verdict", does: () => open("verdict") },
  { keys: ["Escape"], about: "leave a field, or the event that is looked at", does: leave },
  { keys: ["?"], about: "this help", does: () => (isHelpOpen.value = true) },
];

function first(): void {
  const event = run.events[rows.value.layout.eventAt(0)];
  isFollowing.value = false;
  if (event !== undefined) wanted.value = { seq: event.seq };
}

function leave(): void {
  if (isHelpOpen.value) return;
  selected.value = undefined;
}

/** Where letters are typed, keys are letters. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
/** Where space presses a button. */
const isButton = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(?:BUTTON|A|SUMMARY)$/.test(target.tagName);
const scrollsItself = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest(".panel .scrolls, .talk, .hex, .tabs") !== null;

/** Lets the keys work. */
export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (event.defaultPrevented || ctrlKey || metaKey || altKey || isHelpOpen.value) return;
    if (isTyping(target)) {
      if (key === "Escape" && target instanceof HTMLElement) target.blur();
      return;
    }
    if (key === " " && isButton(target)) return;
    if ((key.startsWith("Arrow") || key === "Home" || key === "End") && scrollsItself(target)) return;
    const found = keys.find((each) => each.keys.includes(key));
    if (found === undefined) return;
    event.preventDefault();
    found.does();
  });
}
