type Sea = typeof import("node:sea");

/** What the single executable knows of itself; `build-executable.js` writes it. */
interface Contents {
  readonly version: string;
  /** The SHA-256 of node-pty's native part, in hexadecimal digits. */
  readonly ptySha256: string;
  /** The ready scenarios: the YAML of each, by its name. */
  readonly scenarios: Readonly<Record<string, string>>;
}

/** What the single executable carries. */
interface Executable extends Contents {
  /** A copy of node-pty's native part. */
  pty(): Uint8Array;
  /** The window, as one file of HTML. */
  page(): string;
}

let known: { readonly executable: Executable | undefined } | undefined;

/** The single executable that this program is; undefined where node runs it from files. */
export function executable(): Executable | undefined {
  known ??= { executable: open(process.getBuiltinModule("node:sea")) };
  return known.executable;
}

function open(sea: Sea): Executable | undefined {
  if (!sea.isSea()) return undefined;
  try {
    const contents: Contents = JSON.parse(sea.getAsset("bc28-emu.json", "utf8"));
    return {
      ...contents,
      pty: () => new Uint8Array(sea.getAsset("pty.node")),
      page: () => sea.getAsset("window.html", "utf8"),
    };
  } catch {
    return undefined; // the executable of another program, which has bc28-emu as a library
  }
}
