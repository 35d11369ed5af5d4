import { createRequire } from "node:module";
import { UserError } from "../../user-error.js";

/** A new pseudo-terminal as openpty(3) gives it: two non-blocking descriptors, which children would inherit. */
export interface OpenedPair {
  readonly master: number;
  readonly slave: number;
  readonly path: string;
}

interface Native {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

let native: Native | undefined;

/** openpty(3), by the native binding of node-pty, which is loaded when it is first needed. */
export function openpty(): OpenedPair {
  native ??= loadNative();
  try {
    const { master, slave, pty } = native.open(80, 24);
    return { master, slave, path: pty };
  } catch (error) {
    throw new UserError(`no pseudo-terminal can be opened: ${firstLine(error)}`);
  }
}

/** Neither package exports `open()` in its types: the original at run time, the prebuilt one only in its platform's package. */
function loadNative(): Native {
  const require = createRequire(import.meta.url);
  const places = [
    () => createRequire(require.resolve("node-pty"))(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`),
    () => require("node-pty").native,
  ];
  const failures: string[] = [];
  for (const load of places) {
    try {
      const found: unknown = load();
      if (isNative(found)) return found;
      failures.push("it has no open()");
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  throw new UserError(
    `the pseudo-terminal binding node-pty cannot be loaded (${failures[0]}); --stdio works without it`,
  );
}

function isNative(value: unknown): value is Native {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function";
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
