import { spawn } from "node:child_process";
import { pathOf } from "./program-path.js";

/** The address of the window, for a browser on this machine. */
export const windowUrl = (control: string): string => `${control.replace(/\/\/(?:0\.0\.0\.0|\[::\])/, "//127.0.0.1")}/`;

/** Starts the browser with a page. Where there is none, or where it cannot be started, a line on stderr says so. */
export function openBrowser(url: string): void {
  const failed = (why: string): void => {
    process.stderr.write(`bc28-emu: no browser was started (${why}): open ${url} in one\n`);
  };
  const starter = starterIn(process.env);
  if (starter === undefined) {
    failed("this machine has no xdg-open, or no screen");
    return;
  }
  const child = spawn(starter, [url], { stdio: "ignore", detached: true });
  child.once("error", (error) => failed(error.message));
  child.once("exit", (code) => {
    if (code !== 0 && code !== null) failed(`xdg-open ended with code ${code}`);
  });
  child.unref();
}

/** xdg-open, where it is installed and there is a screen, or a browser is named. */
function starterIn({ DISPLAY, WAYLAND_DISPLAY, BROWSER }: NodeJS.ProcessEnv): string | undefined {
  return DISPLAY || WAYLAND_DISPLAY || BROWSER ? pathOf("xdg-open") : undefined;
}
