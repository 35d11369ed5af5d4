/** The part of the environment that decides on colours. */
export type ColourEnvironment = Readonly<Partial<Record<"NO_COLOR" | "FORCE_COLOR" | "TERM", string>>>;

/** Whether output is coloured. FORCE_COLOR says so (0: not), then NO_COLOR (no-color.org); else a terminal has colours. */
export function wantsColour({ NO_COLOR, FORCE_COLOR, TERM }: ColourEnvironment, isTerminal: boolean): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return isTerminal && TERM !== "dumb";
}
