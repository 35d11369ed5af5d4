import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../bin/program.js";

/** The command with its dependencies, as npm installs it, in a folder that every user may read. */
export class InstalledCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "bc28-emu-installed-"));
  readonly command = join(this.folder, "dist/bin/bc28-emu.js");
  /** A folder where every user may write. */
  readonly open = join(this.folder, "open");

  constructor() {
    mkdirSync(this.open);
    chmodSync(this.open, 0o777);
    chmodSync(this.folder, 0o755);
    const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
    const packages = Object.entries<{ dev?: boolean }>(lock.packages).flatMap(([path, { dev }]) =>
      path === "" || dev === true ? [] : [path],
    );
    for (const path of ["package.json", "dist", ...packages]) {
      const from = join(root, path);
      if (existsSync(from)) cpSync(from, join(this.folder, path), { recursive: true, dereference: true });
    }
  }

  /** Removes the pseudo-terminal binding, as on a platform without one. */
  withoutBinding(): this {
    rmSync(join(this.folder, "node_modules/@lydell"), { recursive: true, force: true });
    rmSync(join(this.folder, "node_modules/node-pty"), { recursive: true, force: true });
    return this;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
