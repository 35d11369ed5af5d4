// What the build makes of net/window/page: the window, as one file of HTML that fetches nothing.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "net/window/page");

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing but the page's own script and style runs, and it talks to nobody but the port that serves it. */
const policyOf = (script, style) =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");

/** The style sheets in the order of their names. Comments and indents are left out. */
function styleOf() {
  const files = readdirSync(join(folder, "style")).sort();
  const text = files.map((name) => readFileSync(join(folder, "style", name), "utf8")).join("\n");
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}

/** Puts the bundled script and the style into the page. */
const page = {
  name: "page",
  generateBundle(_, bundle) {
    const [chunk] = Object.values(bundle).filter(({ type }) => type === "chunk");
    delete bundle[chunk.fileName];
    const script = chunk.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--").trim();
    const style = styleOf();
    const parts = { policy: policyOf(script, style), script, style };
    const html = readFileSync(join(folder, "index.html"), "utf8").replace(/^\s+/gm, "");
    const source = html.replace(/\/\*\{(policy|script|style)\}\*\//g, (_whole, name) => parts[name]);
    this.emitFile({ type: "asset", fileName: "index.html", source });
  },
};

/** The part of rolldown's configuration for the window; `plugins` come before those of its own. */
export const pageConfig = (plugins = []) => ({
  input: join(folder, "main.tsx"),
  platform: "browser",
  transform: { target: "es2022" },
  plugins: [...plugins, page],
  output: { dir: "dist/window", format: "esm", codeSplitting: false, minify: true },
});
