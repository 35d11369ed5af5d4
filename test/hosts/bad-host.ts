import type { PortEvents, SerialPort } from "../../net/serial.js";
import type { ManualClock } from "../../testing.js";

const second = 1000;
const minute = 60 * second;

const open = 'AT+QMTOPEN=0,"mqtt.example.com",1883\r';
const connect = 'AT+QMTCONN=0,"bad","bad","bad-password"\r';
const publish = (id: number, topic = "bad/up"): string => `AT+QMTPUB=0,${id},1,0,"${topic}"\r`;

/** A text that the host writes, a wait in ms, or that it detaches from its port (`gone`) or attaches again (`back`). */
type Step = string | number | "gone" | "back";

/** From the first AT to a link. The network is slow: an answer of the server takes two seconds. */
const toConnect: readonly Step[] = [
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

/** Publishes in many wrong ways. */
const toPublish: readonly Step[] = [
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

/** After the end of a link. */
const toOpenAgain: readonly Step[] = [open, 5 * second, connect, 5 * second];
const afterCut: readonly Step[] = [5 * second, publish(20), second];
const afterSilence: readonly Step[] = [minute, ...toOpenAgain];
const toReopenOften: readonly Step[] = [1, 2, 3, 4, 5].flatMap(() => ["AT+QMTCLOSE=0\r", open, 5 * second]);
const toDetach: readonly Step[] = [connect, "gone", 10 * second, "back", second];

const toUseSockets: readonly Step[] = [
  ...["AT+NSOCR=STREAM,6,0\r", "AT+NSOCO=1,192.0.2.1,80\r", "AT+NSOSD=1,2,6869\r"], // MQTT has socket 0
  5 * second,
  ...Array.from({ length: 8 }, () => "AT+NSOCR=DGRAM,17,0\r"), // and closes none
  "AT+NSOST=0,192.0.2.1,5683,3,3132\r",
];

/**
 * A host with a bad firmware: it does everything that the referee has a rule for. It reads nothing, and only waits for spans
 * of time.
 */
export class BadHost {
  readonly #clock: ManualClock;
  #events: PortEvents | undefined;
  #isAttached = true;

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
        if (!this.#isAttached) setImmediate(() => events.onChange({ kind: "dropped", bytes }));
      },
      set() {},
      close: async () => {},
    };
  };

  begin = (): Promise<void> => this.#run(["back", ...toConnect]);
  publish = (): Promise<void> => this.#run(toPublish);
  openAgain = (): Promise<void> => this.#run(toOpenAgain);
  /** The link was cut. */
  ignoreCut = (): Promise<void> => this.#run(afterCut);
  /** Nothing passes on the link. */
  ignoreSilence = (): Promise<void> => this.#run(afterSilence);
  storm = (): Promise<void> => this.#run(toReopenOften);
  leave = (): Promise<void> => this.#run(toDetach);
  useSockets = (): Promise<void> => this.#run(toUseSockets);
  keepAlive = (): Promise<void> => this.#run(['AT+QMTCFG="keepalive",0,30\r']);

  async #run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (typeof step === "number") await this.#clock.advance(step);
      else if (step === "gone" || step === "back") this.#setAttached(step === "back");
      else {
        this.#events?.onBytes(Buffer.from(step, "latin1"));
        await this.#clock.advance(50);
      }
    }
  }

  #setAttached(isAttached: boolean): void {
    this.#isAttached = isAttached;
    this.#events?.onChange({ kind: isAttached ? "attach" : "detach" });
  }
}
