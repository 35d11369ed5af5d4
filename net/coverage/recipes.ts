import { commandOccasions } from "./commands.js";
import { lines } from "./lines.js";
import type { Occasion, Recipe } from "./occasion.js";
import { situations } from "./situations.js";

/** A recipe, and what it is for. */
export interface RecipeRow extends Recipe, Pick<Occasion, "group" | "item"> {}

/** The recipes of everything that a host can meet by a fault alone. */
export const recipes: readonly RecipeRow[] = [...lines, ...situations, ...commandOccasions].flatMap(
  ({ group, item, recipe }) => (recipe === undefined ? [] : [{ group, item, ...recipe }]),
);
