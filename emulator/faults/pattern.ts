import type { Pattern } from "./language/sentence.js";

/** Whether a text fits a pattern, in which each `*` stands for any number of characters. Case does not matter. */
export function fits(pattern: Pattern, text: string): boolean {
  const [first = "", ...others] = pattern.toLowerCase().split("*");
  const subject = text.toLowerCase();
  if (others.length === 0) return subject === first;
  if (!subject.startsWith(first)) return false;
  const last = others.pop() ?? "";
  let at = first.length;
  for (const part of others) {
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return subject.length - last.length >= at && subject.endsWith(last);
}
