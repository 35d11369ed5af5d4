import type { PortEvents, SerialPort } from "../../net/serial.js";
import type { ManualClock } from "../../testing.js";

const second = 1000;
const minute = 60 * second;

const open = 'AT+QMTOPEN=0,"mqtt.example.com",1883\r';
const connect = 'AT+QMTCONN=0,"bad","bad","bad-password"\r';
const publish = (id: number, topic = "bad/up"): string => `AT+QMTPUB=0,${id},1,0,"${topic}"\r`;

/** What it does: it writes, waits (ms), leaves its port (`gone`) and comes back (`back`). It reads nothing. */
type Deed = string | number | "gone" | "back";

/** From the first AT to a link. The network is slow: an answer of the server takes two seconds. */
const begins: readonly Deed[] = [
  "AT+NRB\r",
  second, // the module boots for three
  "AT+CSQ\r",
  5 * second,
  "ATE1\r",
  "AT+CEREG?\n",
  "AT+CSQ\rAT+CGATT?\r",
  ...["AT+CFUN=7\r", "AT+CFUN=7\r", "AT+CFUN=7\r"],
  "AT+NCONFIG=CELL_RESELECTION,FALSE\r",
  'AT+QMTCFG="keepalive",0,0\r',
  open,
  second,
  connect,
  open,
  7 * second,
  connect,
  5 * second,
];

/** What it publishes. */
const publishes: readonly Deed[] = [
  `${publish(1)}too early\x1a`,
  publish(1),
  second / 10,
  ...[2, 3, 4, 5].flatMap((id) => [publish(id), `reading ${id}\x1a`]),
  publish(6),
  10 * second,
  publish(7, "bad/bad-password"),
  "\x01\x02\x1athe rest of a binary payload\r",
  publish(8),
  `${"long ".repeat(400)}\x1a`,
  publish(9, "t".repeat(256)),
  10 * second,
  publish(10),
  40 * second, // it has forgotten the payload
  "\x1a",
  6 * minute,
  publish(11),
  "the last one\x1a",
  "AT+QMTDISC=0\r",
  5 * second,
];

/** How it takes the end of a link. */
const opensAgain: readonly Deed[] = [open, 5 * second, connect, 5 * second];
const isCut: readonly Deed[] = [5 * second, publish(20), second];
const isSilent: readonly Deed[] = [minute, ...opensAgain];
const storms: readonly Deed[] = [1, 2, 3, 4, 5].flatMap(() => ["AT+QMTCLOSE=0\r", open, 5 * second]);
const leaves: readonly Deed[] = [connect, "gone", 10 * second, "back", second];

const usesSockets: readonly Deed[] = [
  ...["AT+NSOCR=STREAM,6,0\r", "AT+NSOCO=1,192.0.2.1,80\r", "AT+NSOSD=1,2,6869\r"], // MQTT has socket 0
  5 * second,
  ...Array.from({ length: 8 }, () => "AT+NSOCR=DGRAM,17,0\r"), // and closes none
  "AT+NSOST=0,192.0.2.1,5683,3,3132\r",
];

/**
 * A host as no firmware should be written: it does everything that the referee has a rule for. It reads nothing, and waits by
 * the clock alone.
 */
export class BadHost {
  readonly #clock: ManualClock;
  #events: PortEvents | undefined;
  #isThere = true;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** Opens its front end. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return {
      path: "bad",
      isHere: true,
      write: ({ length: bytes }) => {
        if (!this.#isThere) setImmediate(() => events.onChange({ kind: "dropped", bytes }));
      },
      set() {},
      close: async () => {},
    };
  };

  begin = (): Promise<void> => this.#do(["back", ...begins]);
  publish = (): Promise<void> => this.#do(publishes);
  openAgain = (): Promise<void> => this.#do(opensAgain);
  /** The link was cut. */
  ignoreCut = (): Promise<void> => this.#do(isCut);
  /** Nothing passes on the link. */
  ignoreSilence = (): Promise<void> => this.#do(isSilent);
  storm = (): Promise<void> => this.#do(storms);
  leave = (): Promise<void> => this.#do(leaves);
  useSockets = (): Promise<void> => this.#do(usesSockets);
  keepAlive = (): Promise<void> => this.#do(['AT+QMTCFG="keepalive",0,30\r']);

  async #do(deeds: readonly Deed[]): Promise<void> {
    for (const deed of deeds) {
      if (typeof deed === "number") await this.#clock.advance(deed);
      else if (deed === "gone" || deed === "back") this.#be(deed === "back");
      else {
        this.#events?.onBytes(Buffer.from(deed, "latin1"));
        await this.#clock.advance(50);
      }
    }
  }

  #be(isThere: boolean): void {
    this.#isThere = isThere;
    this.#events?.onChange({ kind: isThere ? "attach" : "detach" });
  }
}
