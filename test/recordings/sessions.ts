/** A step of a host: it sends this (a line gets a CR, unless it ends with a control character), or waits so many ms. */
type Step = string | number;

/** A dialogue that was recorded through `bc28-emu tap`, with the emulator as the module. */
export interface GoldenSession {
  /** The flags of the module that was recorded; those for profile and quirks are told to `tap`, too. */
  readonly flags?: readonly string[];
  /** Flags of the run alone. */
  readonly run?: readonly string[];
  /** What servers on UDP 192.0.2.1:5683 and TCP 192.0.2.1:7000 send for each message, in hexadecimal; `end`: TCP closes. */
  readonly servers?: readonly (readonly string[])[];
  readonly steps: readonly Step[];
}

const raw = (text: string): string => `${text}\\`;
const ctrlZ = "\x1a";

const open: readonly Step[] = ['AT+QMTOPEN=0,"broker.example",1883', 'AT+QMTCONN=0,"meter-1","user","password"'];
const publish: readonly Step[] = ['AT+QMTPUB=0,7,1,0,"meters/1/up"', `22.5${ctrlZ}`];

/** What a host asks first, and a whole life of a link. */
const wholeLife: readonly Step[] = [
  ...[
    "AT",
    "ATI",
    "AT+CGMI",
    "AT+CGMM",
    "AT+CGMR",
    "AT+CGSN=1",
    "AT+CIMI",
    "AT+NCCID",
    "AT+CFUN?",
    "AT+CSQ",
    "AT+CEREG?",
  ],
  ...["AT+CGATT?", "AT+CGPADDR", "AT+COPS?", "AT+CMEE=1", "AT+NOPE"],
  'AT+QMTCFG="version",0,4',
  ...open,
  'AT+QMTSUB=0,1,"meters/1/down",1,"meters/all/down",0',
  ...publish,
  ...['AT+QMTPUB=0,8,2,0,"meters/1/down",5', "hello"],
  'AT+QMTUNS=0,2,"meters/all/down"',
  ...["AT+QMTDISC=0", "AT+QMTCLOSE=0", "AT+QMTCLOSE=0"],
];

const quirk = (setting: string): readonly string[] => ["--quirk", setting];

/** By the name of its file. `maxInbound` shows with messages of more than 64 kB alone, `dup31` and `aliSignMethod` in packets alone. */
export const goldenSessions: Readonly<Record<string, GoldenSession>> = {
  bc28: { steps: wholeLife },
  "bc35-g": { flags: ["--profile", "bc35-g"], steps: wholeLife },
  "sockets-udp": {
    servers: [[], ["6161616161", "62626262"], ["6363"], ["6464646464"]],
    steps: [
      ...["AT+CMEE=1", "AT+NSOST=0,192.0.2.1,5683,1,31", "AT+NSOCR=DGRAM,17,0,1"],
      ...["AT+NSOST=0,192.0.2.1,5683,3,323231,101", "AT+NSOST=0,192.0.2.1,5683,2,3232"],
      ...["AT+NSORF=0,3", "AT+NSORF=0,1358", "AT+NSORF=0,1358", "AT+NSORF=0,1358"],
      ...["AT+NSONMI=2", "AT+NSOST=0,192.0.2.1,5683,2,3233", "AT+NSONMI=1"],
      ...["AT+NSOST=0,192.0.2.1,5683,2,3234", "AT+NSOSTATUS=0", "AT+NSOCL=0", "AT+NSORF=0,1358"],
    ],
  },
  "sockets-tcp": {
    servers: [["20020000"], ["40020007"], ["d000", "3003000174"], ["3003000175", "end"]],
    steps: [
      ...["AT+NSOCR=STREAM,6,0,1", "AT+NSOCO=0,127.0.0.1,9", "AT+NSOCO=0,192.0.2.1,7000"],
      ...["AT+NSOSD=0,23,101500044D5154540402003C00096D657465722D303031", "AT+NSORF=0,4"],
      ...["AT+NSOSD=0,9,320700017400076869,0x100,7", "AT+NSORF=0,2", "AT+NSORF=0,100"],
      ...["AT+NSONMI=3", "AT+NSOSD=0,2,C000", "AT+NSONMI=1", "AT+NSOSD=0,2,E000,0,8"],
      ...["AT+NSOSTATUS", "AT+NSORF=0,100", "AT+NSORF=0,100", "AT+NSOCR=STREAM,6,0,1"],
    ],
  },
  "quirk-nsocoOk-accepted": {
    flags: quirk("nsocoOk=accepted"),
    servers: [["6869"]],
    steps: [
      ...["AT+NSOCR=STREAM,6,0,1", "AT+NSOCO=0,127.0.0.1,9", 200, "AT+NSOCR=STREAM,6,0,1"],
      ...["AT+NSOCO=0,192.0.2.1,7000", 200, "AT+NSOSD=0,2,3132", "AT+NSORF=0,100", "AT+NSOCL=0"],
    ],
  },
  "quirk-lineEnd-cr": { flags: quirk("lineEnd=cr"), steps: ["AT", "ATI\n", "", "AT\r\n"] },
  "quirk-echo-on": { flags: quirk("echo=on"), steps: ["AT", "ATI", "ATE0", "ATI"] },
  "quirk-cmeeModes-0-1-2": { flags: quirk("cmeeModes=0,1,2"), steps: ["AT+CMEE=?", "AT+CMEE=2", "AT+QMTCLOSE=0"] },
  "quirk-whileBusy-refuse": {
    flags: [...quirk("whileBusy=refuse"), ...quirk("answerDelay=300")],
    steps: ["AT+CMEE=1", 400, raw("ATI\rAT\r"), 700],
  },
  "quirk-answerDelay-200": { flags: quirk("answerDelay=200"), steps: ["AT", 300, "ATI", 300] },
  "quirk-urcHold-200": {
    flags: quirk("urcHold=200"),
    run: ["--fault", "lose every PUBACK"],
    steps: ["ATE1", 'AT+QMTCFG="timeout",0,1,2,1', ...open, ...publish, 500, raw("AT+C"), 1200, "SQ"],
  },
  "quirk-unknownCommand-4": { flags: quirk("unknownCommand=4"), steps: ["AT+CMEE=1", "AT+NOPE", "AT+CSQ=1"] },
  "quirk-parameterError-ERROR": { flags: quirk("parameterError=ERROR"), steps: ["AT+CMEE=1", "AT+QMTSUB=0,0"] },
  "quirk-cfgWhileOpen-accept": {
    flags: quirk("cfgWhileOpen=accept"),
    steps: ["AT+CMEE=1", ...open, 'AT+QMTCFG="keepalive",0,60', 'AT+QMTCFG="keepalive",0'],
  },
  "quirk-edition-guide": {
    flags: quirk("edition=guide"),
    steps: ["AT+QMTPUB=?", "AT+QMTSUB=?", "AT+QMTCFG=?", "AT+QMTCONN=?"],
  },
  "quirk-afterRefusal-1": {
    flags: quirk("afterRefusal=1"),
    run: ["--fault", "answer CONNECT with 5"],
    steps: [...open, "AT"],
  },
  "quirk-afterRefusal-silent": {
    flags: quirk("afterRefusal=silent"),
    run: ["--fault", "answer CONNECT with 4"],
    steps: [...open, 'AT+QMTOPEN=0,"broker.example",1883'],
  },
  "quirk-afterDisconnect-wait": {
    flags: quirk("afterDisconnect=wait"),
    steps: [...open, "AT+QMTDISC=0", 200, "AT+QMTCONN?"],
  },
  "quirk-topicsPerRequest-2": {
    flags: quirk("topicsPerRequest=2"),
    steps: ["AT+CMEE=1", ...open, 'AT+QMTSUB=0,1,"a",0,"b",0', 'AT+QMTSUB=0,2,"a",0,"b",0,"c",0'],
  },
  "quirk-prompt-blank": { flags: quirk("prompt=\\r\\n> "), steps: [...open, ...publish] },
  "quirk-qos0MsgId-zero": {
    flags: quirk("qos0MsgId=zero"),
    steps: ["AT+CMEE=1", ...open, 'AT+QMTPUB=0,7,0,0,"meters/1/up"', 'AT+QMTPUB=0,0,0,0,"meters/1/up"', `22.5${ctrlZ}`],
  },
  "quirk-entryTimeout-500": {
    flags: quirk("entryTimeout=500"),
    steps: ["AT+CMEE=1", ...open, 'AT+QMTPUB=0,0,0,0,"meters/1/up"', 700, "AT"],
  },
  "quirk-receivedPayload-quoted": {
    flags: quirk("receivedPayload=quoted"),
    steps: [...open, 'AT+QMTSUB=0,1,"meters/1/up",0', ...publish],
  },
  "quirk-lfGrace-400": {
    flags: quirk("lfGrace=400"),
    steps: [...open, 'AT+QMTPUB=0,0,0,0,"meters/1/up",5', raw("\n"), raw("hello"), "AT"],
  },
  "quirk-qregswtBlank-yes": { flags: quirk("qregswtBlank=yes"), steps: ["AT+QREGSWT?"] },
  "quirk-unknownCommand-OK": { flags: quirk("unknownCommand=OK"), steps: ["AT+CMEE=1", "AT+NOPE"] },
  "quirk-urcWhileAnswering-before-information": {
    flags: [...quirk("urcWhileAnswering=before-information"), ...quirk("answerDelay=400")],
    run: ["--fault", "delay PUBACK 250ms"],
    steps: [
      ...["AT", 500],
      ...open.flatMap((step) => [step, 500]),
      ...publish.flatMap((step) => [step, 200]),
      "AT+CSQ",
      900,
    ],
  },
  "quirk-cgdcontEdition-2019": {
    flags: quirk("cgdcontEdition=2019"),
    steps: ["AT+NCONFIG=AUTOCONNECT,FALSE", "AT+NRB", 300, "AT+CGDCONT?"],
  },
  "quirk-cgdcontEdition-2018": {
    flags: quirk("cgdcontEdition=2018"),
    steps: ["AT+NCONFIG=AUTOCONNECT,FALSE", "AT+NRB", 300, "AT+CGDCONT?"],
  },
  "quirk-cgpaddrWithoutAddress-cid": {
    flags: quirk("cgpaddrWithoutAddress=cid"),
    steps: ["AT+CGATT=0", "AT+CGPADDR=0"],
  },
  "quirk-bootText-verified": { flags: quirk("bootText=verified"), steps: ["AT+NRB", 200, "AT"] },
  "quirk-bootTime-500": { flags: quirk("bootTime=500"), steps: [700, "AT+NRB", 800, "AT"] },
};
