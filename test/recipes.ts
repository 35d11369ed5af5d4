import { commandPoints } from "../net/coverage/commands.js";
import type { CoveragePoint, Recipe } from "../net/coverage/coverage-point.js";
import { lines } from "../net/coverage/lines.js";
import { situations } from "../net/coverage/situations.js";

/** A recipe, and the coverage point that it is for. */
interface RecipeRow extends Recipe, Pick<CoveragePoint, "group" | "item"> {}

/** The recipes of all coverage points that a fault makes happen. */
export const recipes: readonly RecipeRow[] = [...lines, ...situations, ...commandPoints].flatMap(
  ({ group, item, recipe }) => (recipe === undefined ? [] : [{ group, item, ...recipe }]),
);
