// What `npm run build` makes of the sources: the command, the library with its kit for tests, and the window. tsc makes the
// types.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pageConfig } from "./build-page.js";

/** The command's own code, from its second step on: the first one switches node's compile cache on. */
const commandStart = resolve("bin/main.ts");

/**
 * node resolves a builtin anew for each file that imports it, and reads all its exports, which loads what it makes lazily:
 * a fifth of the command's start. Asked for by getBuiltinModule, a builtin costs nothing.
 */
export const builtins = {
  name: "builtins",
  resolveId(id) {
    const name = id.replace(/^node:/, "");
    const isBuiltin = name !== "module" && process.getBuiltinModule(name) !== undefined;
    return isBuiltin ? { id: `\0builtin:${name}` } : undefined;
  },
  load(id) {
    if (!id.startsWith("\0builtin:")) return undefined;
    const name = JSON.stringify(`node:${id.slice("\0builtin:".length)}`);
    return { code: `module.exports = process.getBuiltinModule(${name});`, moduleType: "js" };
  },
};

/** Keeps the licences of the packages of which something is bundled, and of those in `more` folders. */
export const licences = (more = []) => ({
  name: "licences",
  generateBundle(_, bundle) {
    const files = Object.values(bundle).flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
    const real = files.filter((file) => !file.startsWith("\0"));
    const bundled = real.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
    const folders = new Set([...bundled, ...more]);
    const header = "bc28-emu holds code of these packages, under their own licences.\n";
    const source = [header, ...[...folders].map(licenceOf).sort()].join(`\n${"-".repeat(80)}\n\n`);
    this.emitFile({ type: "asset", fileName: "THIRD-PARTY-LICENSES.txt", source });
  },
});

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no file of its licence (${license})`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/** What is bundled in the place of a package: the stream that packages bring is for browsers and old nodes. */
export const alias = { "readable-stream": "node:stream" };

const shared = {
  platform: "node",
  external: ["node-pty", "@serialport/binding-mock"], // a native binding, and a class that hosts of serialport share
  resolve: { alias },
  plugins: [builtins, licences()],
};
const output = {
  format: "esm",
  chunkFileNames: "chunks/[name]-[hash].js",
  minify: { codegen: true, compress: false, mangle: false },
};

/** The modules that the command needs for a start. */
let start;

/** Puts all that a start needs into one chunk: each file more costs a millisecond. */
function startChunk(id, bundle) {
  start ??= reachableFrom(commandStart, bundle);
  return start.has(id) ? "start" : null;
}

function reachableFrom(file, bundle, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of bundle.getModuleInfo(file)?.importedIds ?? []) reachableFrom(imported, bundle, found);
  return found;
}

export default [
  {
    ...shared,
    input: "bin/bc28-emu.ts",
    output: { ...output, dir: "dist/bin", codeSplitting: { groups: [{ name: startChunk, debugName: "start" }] } },
  },
  { ...shared, input: ["index.ts", "testing.ts"], output: { ...output, dir: "dist" } },
  pageConfig([licences()]),
];
