/** Commands that are not modelled. */
interface NotModelled {
  /** In upper case, with `+`. */
  readonly names: readonly string[];
  readonly why: string;
  /** `OK` where hosts send it during their start-up, and it has no effect that a host notices. */
  readonly answers: "ERROR" | "OK";
}

const words = (...lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => line.split(" ")).map((name) => `+${name}`);

/** All commands of the AT manual that are not modelled, and what siblings of the module have (field), with the reason. */
export const notModelled: readonly NotModelled[] = [
  {
    names: words("NSOSTEX NSOSTFEX NSOSDEX"),
    why: "the forms of NSOST, NSOSTF and NSOSD for data that are no hexadecimal digits",
    answers: "ERROR",
  },
  {
    names: words("NMGS NMGR NSMI NQMGR NQMGS NMSTATUS"),
    why: "there is no IoT platform (CDP) to send to",
    answers: "ERROR",
  },
  {
    names: words(
      "QLWSREGIND QLWULDATA QLWULDATAEX QLWULDATASTATUS QLWFOTAIND QLWSERVERIP QSECSWT QSETPSK",
      "QRESETDTLS QDTLSSTAT QCRITICALDATA QBOOTSTRAPHOLDOFF QCFG",
    ),
    why: "there is no LwM2M client",
    answers: "ERROR",
  },
  {
    names: words(
      "MIPLCREATE MIPLDELETE MIPLOPEN MIPLCLOSE MIPLADDOBJ MIPLDELOBJ MIPLUPDATE MIPLNOTIFY",
      "MIPLREADRSP MIPLWRITERSP MIPLEXECUTERSP MIPLOBSERVERSP MIPLDISCOVERRSP MIPLPARAMETERRSP",
      "MIPLVER",
    ),
    why: "there is no OneNET client",
    answers: "ERROR",
  },
  {
    names: words(
      "QCOAPCREATE QCOAPDEL QCOAPADDRES QCOAPHEAD QCOAPOPTION QCOAPSEND QCOAPDATASTATUS QCOAPCFG",
      "QCOAPALISIGN",
    ),
    why: "there is no CoAP client",
    answers: "ERROR",
  },
  {
    names: words("CSMS CNMA CSCA CMGS CMGC CMMS"),
    why: "there are no short messages",
    answers: "ERROR",
  },
  {
    names: words("QGMR"),
    why: "only siblings of the module have it; AT+CGMR and ATI tell the revision",
    answers: "ERROR",
  },
  {
    names: words("NFWUPD"),
    why: "there is no firmware to be updated",
    answers: "ERROR",
  },
  {
    names: words("CSODCP CRTDCP NCPCDPR NQPODCP NQPNPD NSNPD NRNPDM"),
    why: "no data go over the control plane",
    answers: "ERROR",
  },
  {
    names: words("NPOWERCLASS NPOPB NPREEARFCN NFPLMN NCSG NLOCKF"),
    why: "there is no radio to be tuned",
    answers: "ERROR",
  },
  {
    names: words("NTSETID NTPERMID NXLOG NRDCTRL"),
    why: "it is for the factory; identities stand in the profile",
    answers: "ERROR",
  },
  {
    names: words("NPTWEDRXS CNMPSD"),
    why: "it only advises the network when to page and when to let go",
    answers: "OK",
  },
];

const byName = new Map(notModelled.flatMap((each) => each.names.map((name) => [name, each] as const)));

/** Finds the entry of a command by its name, in upper case and with `+`; undefined: there is none. */
export const notModelledNamed = (name: string): NotModelled | undefined => byName.get(name);
