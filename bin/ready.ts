/** What runs, for the ready message; absent things are left out. */
export interface Running {
  readonly pty?: string;
  readonly link?: string;
  readonly device?: string;
  /** Where the embedded broker listens: `127.0.0.1:1883`. */
  readonly broker?: string;
}

/** The ready message for programs: one line of JSON. */
export const readyJson = (running: Running): string => JSON.stringify({ event: "ready", ...running });

/** The ready message for people: where the module is, and lines to paste. */
export function readyText({ pty, link, device, broker }: Running): string {
  const path = link ?? pty;
  return [
    ...(path === undefined ? [`A BC28 is on ${device ?? "standard input and output"}.`] : attaching(path, link && pty)),
    ...(broker === undefined ? [] : [`A broker is on ${broker}; every name that AT+QMTOPEN opens leads to it.`]),
    path === undefined && device === undefined ? "Ctrl-] leaves." : "Ctrl-C ends it.",
  ].join("\n");
}

/** The lines hold nothing but the command: zsh takes no comments from the keyboard. */
function attaching(path: string, behind: string | undefined): string[] {
  const word = shellWord(path);
  return [
    `A BC28 is on ${path}${behind === undefined ? "" : ` (${behind})`}. Attach a terminal:`,
    `  picocom --echo --noreset --nolock -b 9600 ${word}`,
    `  minicom -o -b 9600 -D ${word}`, // without -o it greets modems of another age
    `  python3 -m serial.tools.miniterm --echo --eol CRLF ${word} 9600`,
    "(leave picocom by Ctrl-A Ctrl-X, minicom by Ctrl-A X, miniterm by Ctrl-]; minicom echoes after Ctrl-A E)",
    "or a program, here in Python:",
    `  import serial; port = serial.Serial(${JSON.stringify(path)}, 9600, timeout=1)`,
  ];
}

const shellWord = (path: string): string =>
  /^[\w./@%+,:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
