// What `npm run build:executable` makes: one file that holds the command and the node that runs this script.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { pageConfig } from "./build-page.js";
import { alias, builtins, licences } from "./rolldown.config.js";

/** node looks for the program behind this word in its own file. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const require = createRequire(import.meta.url);
const root = import.meta.dirname;
const out = resolve(process.argv[2] ?? join(root, "dist/executable"));
const executable = join(out, `bc28-emu-${process.platform}-${process.arch}`);
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The start of the executable: its code is CommonJS, where no await may stand outside a function. */
const entry = {
  name: "entry",
  resolveId: (id) => (id === "entry" ? "\0entry" : undefined),
  load(id) {
    if (id !== "\0entry") return undefined;
    return `import { main } from ${JSON.stringify(join(root, "bin/main.ts"))};\nvoid main();`;
  },
};

const work = mkdtempSync(join(tmpdir(), "bc28-emu-executable-"));
try {
  await build();
} catch (error) {
  process.stderr.write(`build-executable: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function build() {
  if (process.platform !== "linux") throw new Error("the executable can be built on Linux only");
  const node = readFileSync(process.execPath);
  if (!node.includes(fuse)) {
    throw new Error(
      `${process.execPath} cannot hold a program; use a node from nodejs.org, or from the npm package node`,
    );
  }
  mkdirSync(out, { recursive: true });
  const main = await bundle();
  const assets = {
    "pty.node": nativePart(),
    "bc28-emu.json": join(work, "bc28-emu.json"),
    "window.html": await page(),
  };
  writeFileSync(assets["bc28-emu.json"], JSON.stringify(contents(assets["pty.node"])));
  const config = { main, output: join(work, "blob"), disableExperimentalSEAWarning: true, useCodeCache: true, assets };
  writeFileSync(join(work, "config.json"), JSON.stringify(config));
  run("--experimental-sea-config", join(work, "config.json"));
  const draft = `${executable}.draft`;
  writeFileSync(draft, node);
  chmodSync(draft, 0o755);
  const postject = require.resolve("postject/dist/cli.js");
  run(postject, draft, "NODE_SEA_BLOB", config.output, "--sentinel-fuse", fuse);
  renameSync(draft, executable); // so an executable that is running can be replaced
  process.stdout.write(`${executable}\n`);
}

/** Runs node. What it prints is shown only where it fails: postject warns of sections that it does not know. */
function run(...args) {
  execFileSync(process.execPath, args, { stdio: "pipe" });
}

/** Bundles the command to one file of CommonJS, for single executables take no other; returns its path. */
async function bundle() {
  const made = await rolldown({
    input: "entry",
    cwd: root,
    platform: "node",
    external: ["node-pty"], // its native part is an asset
    resolve: { alias: { ...alias, "supports-color": false } }, // debug does without it; a failed require would print a warning
    plugins: [entry, builtins, licences([dirname(require.resolve("node-pty"))])],
    checks: { emptyImportMeta: false }, // yargs has one, for configuration files that are not used here
  });
  const file = join(work, "executable.cjs");
  const { output } = await made.generate({ file, format: "cjs", codeSplitting: false, minify: true });
  for (const { fileName, code, source } of output) writeFileSync(join(code ? work : out, fileName), code ?? source);
  return file;
}

/** Bundles the window; returns its path. */
async function page() {
  const { output: options, ...input } = pageConfig();
  const made = await rolldown({ ...input, cwd: root });
  const { output } = await made.generate(options);
  const file = join(work, "window.html");
  writeFileSync(file, output.find(({ fileName }) => fileName === "index.html").source);
  return file;
}

/** The path of node-pty's native part for this architecture. */
function nativePart() {
  return createRequire(require.resolve("node-pty")).resolve(
    `@lydell/node-pty-${process.platform}-${process.arch}/pty.node`,
  );
}

/** What the command reads of itself at run time (net/executable.ts). */
function contents(pty) {
  const folder = join(root, "docs/scenarios");
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return {
    version,
    ptySha256: createHash("sha256").update(readFileSync(pty)).digest("hex"),
    scenarios: Object.fromEntries(files.map((name) => [name.slice(0, -5), readFileSync(join(folder, name), "utf8")])),
  };
}
