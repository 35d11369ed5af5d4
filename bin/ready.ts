import { reachable } from "../net/listening.js";
import type { FrontEnd } from "./front-ends.js";

/** A front end that is open. */
export interface OpenFrontEnd {
  readonly frontEnd: FrontEnd;
  /** The path or address that hosts attach to. */
  readonly at: string;
}

/** The facts of the ready message. */
interface Running {
  readonly open: readonly OpenFrontEnd[];
  /** Where the control port is: `http://127.0.0.1:40123`. */
  readonly control: string | undefined;
  /** Where the window is, if it was asked for. */
  readonly window?: string | undefined;
  /** Where the embedded broker listens: `127.0.0.1:1883`. */
  readonly broker: string | undefined;
  /** Commands are typed on our own terminal. */
  readonly typed: boolean;
}

/**
 * The ready message for programs: one line of JSON. Each front end stands there under its flag's name, several of a kind as
 * a list; standard input and output have no path to tell.
 */
export const readyJson = ({ open, broker, control, window }: Running): string =>
  JSON.stringify({
    event: "ready",
    ...Object.assign({}, ...open.map(({ frontEnd }) => placesOf(frontEnd, open))),
    broker,
    control,
    window,
  });

function placesOf(frontEnd: FrontEnd, open: readonly OpenFrontEnd[]): Readonly<Record<string, unknown>> {
  if (frontEnd.kind === "stdio") return {};
  const places = open.flatMap(({ frontEnd: { kind }, at }) => (kind === frontEnd.kind ? [at] : []));
  const told = { [frontEnd.kind]: places.length === 1 ? places[0] : places };
  return frontEnd.kind === "pty" ? { ...told, link: frontEnd.link } : told;
}

/** The ready message for people: where the module is, and lines to paste. */
export const readyText = ({ open, broker, control, window, typed }: Running): string =>
  [
    ...open.flatMap(({ frontEnd, at }) => attachingWords(frontEnd, at)),
    ...(broker === undefined ? [] : [`A broker is on ${broker}; every name that AT+QMTOPEN opens leads to it.`]),
    ...(control === undefined ? [] : [`The control port is ${control}; try curl ${control}/api/state.`]),
    ...(window === undefined ? [] : [`The window is ${window}; open it in a browser.`]),
    typed ? "Ctrl-] leaves." : "Ctrl-C ends it.",
  ].join("\n");

/**
 * How people attach to a front end: where it is, and lines to paste, which hold nothing but the command: zsh takes no
 * comments from the keyboard.
 */
function attachingWords(frontEnd: FrontEnd, at: string): readonly string[] {
  switch (frontEnd.kind) {
    case "pty":
      return frontEnd.link === undefined ? toTerminal(at, "") : toTerminal(frontEnd.link, ` (${at})`);
    case "stdio":
      return ["A BC28 is on standard input and output."];
    case "tcp":
      return toNetwork(`TCP ${at}`, `socket://${reachable(at)}`, `tcp:${reachable(at)}`);
    case "rfc2217":
      return toNetwork(`TCP ${at}, by RFC 2217`, `rfc2217://${reachable(at)}`);
    case "unix":
      return toSocket(at);
    case "device":
      return [`A BC28 is on ${at}.`];
    case "tcp-connect":
      return [`A BC28 calls ${at}, and calls again whenever it is not connected.`];
  }
}

const toTerminal = (path: string, behind: string): readonly string[] => [
  `A BC28 is on ${path}${behind}. Attach a terminal:`,
  `  picocom --echo --noreset --nolock -b 9600 ${shellWord(path)}`,
  `  minicom -o -b 9600 -D ${shellWord(path)}`, // without -o it sends a modem's init string
  miniterm(shellWord(path)),
  "(leave picocom by Ctrl-A Ctrl-X, minicom by Ctrl-A X, miniterm by Ctrl-]; minicom echoes after Ctrl-A E)",
  "or a program, here in Python:",
  `  import serial; port = serial.Serial(${JSON.stringify(path)}, 9600, timeout=1)`,
];

const toNetwork = (where: string, url: string, socat?: string): readonly string[] => [
  `A BC28 is on ${where}. Attach a terminal, which Ctrl-] leaves:`,
  miniterm(url),
  "or a program, here in Python:",
  `  import serial; port = serial.serial_for_url(${JSON.stringify(url)}, 9600, timeout=1)`,
  ...(socat === undefined ? [] : localPort(socat)),
];

const toSocket = (path: string): readonly string[] => [
  `A BC28 is on the Unix socket ${path}. Attach a terminal, which Ctrl-] leaves (ATE1 makes the module echo):`,
  `  socat -,rawer,escape=0x1d ${shellWord(`unix:${socatWord(path)}`)}`,
  ...localPort(shellWord(`unix:${socatWord(path)}`)),
];

const miniterm = (word: string): string => `  python3 -m serial.tools.miniterm --echo --eol CRLF ${word} 9600`;

const localPort = (address: string): readonly string[] => [
  "or make a serial port of it, for programs that need a path:",
  `  socat pty,rawer,link=/tmp/ttyBC28 ${address}`,
];

const shellWord = (path: string): string =>
  /^[\w./@%+,:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/** A path with the characters escaped that have a meaning in a socat address. */
const socatWord = (path: string): string => path.replace(/[\\,:!"'()[\]{}]/g, "\\$&");
