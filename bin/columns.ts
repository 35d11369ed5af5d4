/** The width of a text that a command prints, in columns. */
export const textWidth = 100;

/** Two columns; a long text on the right is continued on the next lines. */
export function table(rows: readonly (readonly [left: string, right: string])[], width: number): string[] {
  const indent = Math.max(24, ...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrapped(right, width - indent - 4).map((line, index) => `  ${(index === 0 ? left : "").padEnd(indent)}  ${line}`),
  );
}

/** A text in lines of at most `width` characters, broken at blanks. */
export const wrapped = (text: string, width: number): string[] =>
  text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)`, "g")) ?? [];
