import { type ChildProcess, spawn } from "node:child_process";
import * as dns from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { withoutInherited } from "../close-on-exec.js";

/** A resolver that can be stopped. */
export interface Lookup {
  readonly lookup: LookupFunction;
  /** Gives up on everything that is still being looked up. */
  close(): void;
}

/**
 * The system's resolver, in a process of its own: node cannot call off a getaddrinfo, and waits for it even in
 * process.exit, which takes twenty seconds where no name server answers. Without a getent it is node's own.
 */
export function systemLookup(): Lookup {
  const running = new Set<ChildProcess>();
  const lookup: LookupFunction = (name, options, callback) => {
    ask(name, running).then(
      (addresses) => answer(addresses, options.all === true, callback),
      (error: NodeJS.ErrnoException) =>
        error.code === "ENOENT" ? dns.lookup(name, options, callback) : callback(error, "", 0),
    );
  };
  const close = (): void => {
    for (const child of running) child.kill("SIGKILL");
  };
  return { lookup, close };
}

function answer(addresses: readonly string[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  if (all) callback(null, found);
  else callback(null, found[0]?.address ?? "", found[0]?.family ?? 0);
}

/** The addresses of a name, in the system's order; rejects with ENOTFOUND, or ENOENT where there is no getent. */
function ask(name: string, running: Set<ChildProcess>): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = withoutInherited(["ignore", "pipe", "ignore"], (stdio) =>
      spawn("getent", ["ahosts", "--", name], { stdio }),
    );
    running.add(child);
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", () => {
      running.delete(child);
      const addresses = new Set(text.split("\n").map((line) => line.split(/\s/, 1)[0] ?? ""));
      addresses.delete("");
      if (addresses.size > 0) resolve([...addresses]);
      else reject(Object.assign(new Error(`${name} does not resolve`), { code: "ENOTFOUND" }));
    });
  });
}
