import { type ChildProcess, spawn } from "node:child_process";
import * as dns from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { withoutInherited } from "../close-on-exec.js";

/** A resolver of names that can be stopped. */
export interface Lookup {
  /** Has the signature of `dns.lookup`. */
  readonly lookup: LookupFunction;
  /** Aborts every look-up that is running. */
  close(): void;
}

/**
 * The system's resolver, run as a child process, getent(1). Node cannot abort its own getaddrinfo and waits for it even in
 * process.exit: 20 s where no name server answers. Where there is no getent, `dns.lookup` is used.
 */
export function systemLookup(): Lookup {
  const running = new Set<ChildProcess>();
  const lookup: LookupFunction = (name, options, callback) => {
    runGetent(name, running).then(
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

/** Calls back with the addresses that were found, as `dns.lookup` does: all of them, or the first. */
function answer(addresses: readonly string[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  if (all) callback(null, found);
  else callback(null, found[0]?.address ?? "", found[0]?.family ?? 0);
}

/** The addresses of a name, in the system's order. Rejects with code ENOTFOUND, or ENOENT where there is no getent. */
function runGetent(name: string, running: Set<ChildProcess>): Promise<readonly string[]> {
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

/** The address of a name, IPv4 before IPv6; undefined: it has none. Rejects with the error of the look-up. */
export function addressOf(name: string, lookup: LookupFunction): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, found) => {
      if (error) {
        reject(error);
        return;
      }
      const all = [found].flat().map((each) => (typeof each === "string" ? each : each.address));
      resolve(all.find((address) => isIP(address) === 4) ?? all[0]);
    });
  });
}
