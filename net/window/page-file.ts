import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { executable } from "../executable.js";
import { UserError } from "../user-error.js";

let page: string | undefined;

/**
 * The window as one file of HTML, without data. The build makes it.
 * @throws UserError (code 1) where it is not there
 */
export function pageFile(): string {
  page ??= executable()?.page() ?? readFileSync(builtFile(), "utf8");
  return page;
}

/** Where the build has put it: beside the bundle of the command or of the library, or in dist/ where the sources run. */
function builtFile(): string {
  const ways = ["../", "../../", "../../dist/"].map((way) =>
    fileURLToPath(new URL(`${way}window/index.html`, import.meta.url)),
  );
  const found = ways.find((path) => existsSync(path) && !path.includes("/net/window/"));
  if (found !== undefined) return found;
  throw new UserError("the window is not built: npm run build", 1);
}
