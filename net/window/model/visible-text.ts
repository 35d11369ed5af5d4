/** Controls, marks that turn the direction of text, what has no width, and halves of a character. */
const hidden =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\p{Cs}]/gu;

/** A text from outside on one line: what cannot be seen, or would change what stands around it, is named. */
export function visibleText(text: string, max = Number.POSITIVE_INFINITY): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(hidden, codeOf);
}

function codeOf(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  return code < 0x100 ? `<${hex(code, 2)}>` : `<U+${hex(code, 4)}>`;
}

const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, "0");
