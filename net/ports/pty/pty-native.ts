import { createRequire } from "node:module";
import { executable } from "../../executable.js";
import { UserError } from "../../user-error.js";
import { loadUnpacked } from "./pty-unpacked.js";

/** A new pseudo-terminal from openpty(3): two non-blocking descriptors, which children inherit, and the slave's path. */
export interface OpenedPair {
  readonly master: number;
  readonly slave: number;
  readonly path: string;
}

/** The part of node-pty's native binding that is used. */
interface Native {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

let native: Native | undefined;

/** Calls openpty(3) by node-pty's native binding, which is loaded at the first call. Throws a UserError if either fails. */
export function openpty(): OpenedPair {
  native ??= loadNative();
  try {
    const { master, slave, pty } = native.open(80, 24);
    return { master, slave, path: pty };
  } catch (error) {
    throw new UserError(`no pseudo-terminal can be opened: ${firstLine(error)}`);
  }
}

/**
 * Loads the binding. The prebuilt package has it in the package of its platform; the original node-pty exports it; the single
 * executable carries it.
 */
function loadNative(): Native {
  const packed = executable();
  const loads = packed === undefined ? fromPackages() : [() => loadUnpacked(packed, loadFile)];
  const failures: string[] = [];
  for (const load of loads) {
    try {
      const found: unknown = load();
      if (isNative(found)) return found;
      failures.push("it has no open()");
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  const way = packed === undefined ? "" : "set XDG_CACHE_HOME to a folder of yours that is not mounted noexec; ";
  throw new UserError(
    `the pseudo-terminal binding node-pty cannot be loaded (${failures[0]}); ${way}--stdio works without it`,
  );
}

function fromPackages(): readonly (() => unknown)[] {
  const require = createRequire(import.meta.url);
  return [
    () => createRequire(require.resolve("node-pty"))(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`),
    () => require("node-pty").native,
  ];
}

/** Loads a native module; the `require` of a single executable loads nothing but node's own modules. */
function loadFile(path: string): unknown {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

function isNative(value: unknown): value is Native {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function";
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
