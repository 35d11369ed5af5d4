/** What runs, for the ready message; absent things are left out. */
export interface Running {
  readonly pty?: string;
  readonly link?: string;
  /** Where the embedded broker listens: `127.0.0.1:1883`. */
  readonly broker?: string;
}

/** The ready message for programs: one line of JSON. */
export const readyJson = (running: Running): string => JSON.stringify({ event: "ready", ...running });

/** The ready message for people: where the module is, and lines to paste. */
export function readyText({ pty, link, broker }: Running): string {
  const path = link ?? pty;
  const lines: string[] = [];
  if (path !== undefined) {
    lines.push(
      `A BC28 is on ${path}${link === undefined ? "" : ` (${pty})`}. Attach a terminal, with local echo:`,
      `  picocom --echo --noreset --nolock -b 9600 ${path}`,
      `  minicom -b 9600 -D ${path}          (Ctrl-A E switches its echo on)`,
      `  python3 -m serial.tools.miniterm --echo --eol CR ${path} 9600`,
      "or a program:",
      `  port = serial.Serial("${path}", 9600, timeout=1)          # Python, pyserial`,
    );
  } else lines.push("A BC28 is on standard input and output.");
  if (broker !== undefined) lines.push(`A broker is on ${broker}; every name that AT+QMTOPEN opens leads to it.`);
  lines.push(path === undefined ? "On a terminal Ctrl-] leaves." : "Ctrl-C ends it.");
  return lines.join("\n");
}
