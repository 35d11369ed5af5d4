import { fromText } from "../../../at/octets.js";
import type { Profile } from "../../../emulator/profile/profile.js";
import { Player } from "../../../net/recordings/play.js";
import type { PlacedInput, Recording, Said } from "../../../net/recordings/recording.js";

/** Bytes by their names. */
const named: Readonly<Record<string, string>> = { "<CR>": "\r", "<LF>": "\n", "<Ctrl+Z>": "\x1a", "<ESC>": "\x1b" };

const octetsOf = (text: string): string =>
  fromText(
    text
      .replace(/<(?:CR|LF|Ctrl\+Z|ESC)>/g, (name) => named[name] ?? name)
      .replace(/<(.)\*(\d+)>/g, (_, letter: string, count: string) => letter.repeat(Number(count))),
  );

/**
 * A session as text: each line has the time in ms, and what the host says (`>`) or what the far end brings about, as the
 * module would tell it (`<`). A line of the host gets a CR unless it ends with a named byte or with a backslash.
 */
export function sessionOf(text: string): Recording {
  const said: Said[] = [];
  const inputs: PlacedInput[] = [];
  for (const line of text.trim().split("\n")) {
    const [, time = "", way = "", words = ""] = /^\s*(\d+)\s*([<>])\s?(.*)$/.exec(line) ?? [];
    const t = Number(time);
    const plain = words.replace(/\\$/, "");
    const ends = /(?:<CR>|<LF>|<Ctrl\+Z>|<ESC>|\\)$/.test(words);
    if (way === "<") said.push({ by: "module", t, octets: `\r\n${octetsOf(plain)}\r\n` });
    else said.push({ by: "host", t, octets: octetsOf(ends ? plain : `${plain}<CR>`) });
    if (way === ">") inputs.push({ kind: "line", t, index: said.length - 1, line: plain, terminator: "<0D>" });
  }
  return { said, inputs, end: (said.at(-1)?.t ?? 0) + 1000, epochAtStart: 0, lost: 0 };
}

/** What a module with this profile says in a session, as a recording. */
export function recordedWith(profile: Profile, session: Recording): Recording {
  const lines = new Player(session).play({ profile, seed: 0 });
  const said = session.said.flatMap((one, index): readonly Said[] => {
    const answers = lines
      .filter(({ after }) => after === index)
      .map(({ t, raw }): Said => ({ by: "module", t, octets: raw }));
    return one.by === "host" ? [one, ...answers] : answers;
  });
  const first = lines.filter(({ after }) => after < 0).map(({ t, raw }): Said => ({ by: "module", t, octets: raw }));
  const all = [...first, ...said];
  const inputs = session.inputs.map((input) => ({
    ...input,
    index: all.indexOf(session.said[input.index] as Said),
  }));
  return { ...session, said: all, inputs };
}

const open = `
0 > ATE0
10 > AT+CMEE=1
20 > AT+QMTOPEN=0,"broker.example",1883
30 > AT+QMTCONN=0,"meter"`;

/** A session in which a quirk shows. */
export interface QuirkSession {
  readonly session: string;
  /** Values other than the default. Of a number a session may show only a limit: then what is found stands behind the colon. */
  readonly values: readonly string[];
  /** Values that do not show. */
  readonly silent?: readonly string[];
  /** How exact the times have to be, in ms, where only they show the quirk. */
  readonly within?: number;
  /** What the module is known to have, in the recording and in the comparison. */
  readonly given?: readonly (readonly [quirk: string, value: string])[];
}

/** For each quirk that shows on the serial line: a session in which it does. */
export const quirkSessions: Readonly<Record<string, QuirkSession>> = {
  lineEnd: { session: "0 > ATI<LF>\n500 > AT", values: ["cr"] },
  echo: { session: "0 > AT\n100 > ATI", values: ["on"] },
  cmeeModes: { session: "0 > AT+CMEE=?\n100 > AT+CMEE=2\n200 > AT+QMTCLOSE=0", values: ["0,1,2"] },
  unknownCommand: { session: "0 > AT+CMEE=1\n100 > AT+NOPE", values: ["4", "OK"] },
  parameterError: { session: "0 > AT+CMEE=1\n100 > AT+QMTSUB=0,0", values: ["ERROR"] },
  cfgWhileOpen: { session: `${open}\n100 > AT+QMTCFG="keepalive",0,60`, values: ["accept"] },
  edition: { session: `${open}\n100 > AT+QMTPUB=?\n200 > AT+QMTPUB=0,0,0,0,"t",1400\n300 > AT`, values: ["guide"] },
  afterRefusal: {
    session: `0 > AT+QMTOPEN=0,"b",1883\n100 > AT+QMTCONN=0,"meter"\n150 < +QMTCONN: 0,0,5\n400 > AT`,
    values: ["1", "silent"],
  },
  afterDisconnect: { session: `${open}\n100 > AT+QMTDISC=0\n200 < +QMTSTAT: 0,5\n300 > AT`, values: ["wait"] },
  topicsPerRequest: {
    session: `${open}\n100 > AT+QMTSUB=0,1,"a",0,"b",0,"c",0\n200 > AT+QMTSUB=0,2,"a",0,"b",0,"c",0,"d",0\n300 > AT+QMTSUB=0,3,"a",0,"b",0,"c",0,"d",0,"e",0`,
    values: ["0:5", "3", "2"],
  },
  prompt: { session: `${open}\n100 > AT+QMTPUB=0,0,0,0,"t"\n200 > hello<Ctrl+Z>`, values: ["\\r\\n> "] },
  qos0MsgId: { session: `${open}\n100 > AT+QMTPUB=0,7,0,0,"t"\n200 > hello<Ctrl+Z>`, values: ["zero"] },
  receivedPayload: {
    session: `${open}\n100 > AT+QMTSUB=0,1,"t",0\n200 < +QMTRECV: 0,0,"t",hello\n300 > AT`,
    values: ["quoted"],
  },
  urcWhileAnswering: {
    session: `${open}\n1000 > AT+QMTSUB=0,1,"t",0\n2000 > AT+CSQ\n2100 < +QMTRECV: 0,0,"t",hello\n3000 > AT`,
    values: ["before-information"],
    silent: ["hold"], // the default with instant timing
    given: [["answerDelay", "300"]],
  },
  cgdcontEdition: {
    session: "0 > AT+NCONFIG=AUTOCONNECT,FALSE\n100 > AT+NRB\n500 > AT+CGDCONT?",
    values: ["2019", "2018"],
  },
  cgpaddrWithoutAddress: { session: "0 > AT+CGATT=0\n100 > AT+CGPADDR=0", values: ["cid"] },
  nsocoOk: {
    session: "0 > AT+NSOCR=STREAM,6,0\n100 > AT+NSOCO=0,192.0.2.1,80\n2000 < +NSOCO: 0\n3000 > AT+NSOSD=0,2,6869",
    values: ["accepted"],
  },
  bootText: { session: "0 > AT+NRB\n1000 > AT", values: ["verified"] },
  qregswtBlank: { session: "0 > AT+QREGSWT?", values: ["yes"] },
  whileBusy: { session: "0 > AT+CMEE=1\n1000 > ATI\n1050 > AT", values: ["refuse"], given: [["answerDelay", "200"]] },
  maxInbound: {
    session: `${open}\n100 > AT+QMTSUB=0,1,"t",0\n200 < +QMTRECV: 0,0,"t",<a*70000>\n300 > AT`,
    values: ["268435460:70010"],
  },
  lfGrace: {
    session: `${open}\n100 > AT+QMTPUB=0,0,0,0,"t",5\n250 > <LF>\n300 > hello\\\n350 > AT`,
    values: ["200:150"],
  },
  answerDelay: { session: "0 > AT\n1000 > AT+CSQ\n2000 > ATI", values: ["300", "20"], within: 10 },
  bootTime: { session: "0 > AT+NRB\n9000 > AT", values: ["3000"], within: 10 },
  entryTimeout: { session: `${open}\n100 > AT+QMTPUB=0,0,0,0,"t"\n30000 > AT`, values: ["5000", "20000"], within: 10 },
  urcHold: {
    session: `0 > ATE1
10 > AT+QMTCFG="timeout",0,1,3,1
20 > AT+QMTOPEN=0,"b",1883
30 > AT+QMTCONN=0,"meter"
100 > AT+QMTPUB=0,7,1,0,"t",5
200 > hello\\
700 > AT\\
1200 < +QMTPUB: 0,7,1,1
4000 > +CSQ
4500 < +QMTPUB: 0,7,0`,
    values: ["200:500", "3000", "10000:3301"],
    within: 10,
  },
};
