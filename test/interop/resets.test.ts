import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RebootCause } from "../../emulator/reboot.js";
import type { RunningModem } from "../../net/start.js";
import type { AtHost } from "./at-host.js";
import { type Broker, brokerKinds } from "./brokers.js";
import { connect, startModule, subscribe } from "./module.js";
import { type PtyHost, type PtyModule, startPtyModule } from "./pty-module.js";

/** A client id and topic for one test alone: the tests share a broker. */
let clientId = "";
let count = 0;

/** Opens, connects, subscribes, publishes and receives; checks that there is no other output. */
async function recover(host: AtHost): Promise<void> {
  await connect(host, clientId, { version: 4, config: [`"will",0,1,1,0,"${clientId}/will","gone"`] });
  await subscribe(host, clientId, 1);
  await host.publish(`0,7,1,0,"${clientId}"`, "here again");
  await host.urc(/\+QMTPUB: 0,7,0/);
  await host.urc(new RegExp(`\\+QMTRECV: 0,[1-9]\\d*,"${clientId}",here again`));
  expect(host.unread).toBe("");
}

/** A module on a pseudo-terminal, and a host that is connected with a will. */
async function started(port: number): Promise<PtyModule & { readonly host: PtyHost }> {
  count += 1;
  clientId = `reset${process.pid}-${count}`;
  const module = await startPtyModule(port);
  const host = await module.attach();
  await host.command("AT");
  await recover(host);
  return { ...module, host };
}

/** A second module, which gets the will of the first. */
async function startWitness(port: number): Promise<AtHost> {
  const { host } = await startModule({ port });
  await connect(host, `${clientId}-witness`, { version: 4 });
  await subscribe(host, `${clientId}/will`, 1);
  return host;
}

const willOf = (host: AtHost) => host.urc(new RegExp(`\\+QMTRECV: 0,\\d+,"${clientId}/will",gone`));

/** What a host was doing when it was reset, and how it gets to the next command. */
const moments: readonly (readonly [what: string, sentBefore: string, sentFirst: string, answer: RegExp])[] = [
  ["between two commands", "", "AT\r", /OK/],
  ["in the middle of a line", "AT+QMTP", "\r", /ERROR/],
  ["in a payload entry", 'AT+QMTPUB=0,9,1,0,"t"\rhalf a pay', "\x1b", /OK/],
];

/** What a module may be doing when it is reset. */
const activities: readonly (readonly [what: string, typed: string])[] = [
  ["waits", ""],
  ["is in a payload entry", 'AT+QMTPUB=0,9,1,0,"t"\rhalf a pay'],
];

const causes: readonly RebootCause[] = [
  "REBOOT_CAUSE_SECURITY_RESET_PIN",
  "REBOOT_CAUSE_APPLICATION_WATCHDOG",
  "REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET",
];

type Change = (modem: RunningModem, host: AtHost) => unknown;

/** How the network is lost, and how it comes back. */
const losses: readonly (readonly [what: string, lose: Change, restore: Change])[] = [
  [
    "coverage",
    (modem) => modem.change({ kind: "radio", coverage: false }),
    (modem) => modem.change({ kind: "radio", coverage: true }),
  ],
  [
    "the SIM",
    (modem) => modem.change({ kind: "radio", sim: false }),
    (modem) => modem.change({ kind: "radio", sim: true }),
  ],
  [
    "the registration",
    (modem) => modem.change({ kind: "radio", network: "denied" }),
    (modem) => modem.change({ kind: "radio", network: "roaming" }),
  ],
  ["the radio, by AT+CFUN", (_, host) => host.command("AT+CFUN=0"), (_, host) => host.command("AT+CFUN=1")],
  ["the network, by AT+CGATT", (_, host) => host.command("AT+CGATT=0"), (_, host) => host.command("AT+CGATT=1")],
];

describe.each(brokerKinds)("$name", ({ isAvailable: isThere, start }) => {
  let broker: Broker;
  beforeAll(async () => {
    if (isThere) broker = await start();
  });
  afterAll(() => broker?.stop());

  describe.skipIf(!isThere)("the host is reset", () => {
    test.each(moments)(
      "%s: it finds the link open, closes it, and starts again",
      async (_, sentBefore, sentFirst, answer) => {
        const { host: before, attach } = await started(broker.port);
        before.write(sentBefore);
        await before.leave();
        const host = await attach();
        host.write(sentFirst);
        await host.urc(answer);
        await host.command('AT+QMTOPEN=0,"broker.example",1883');
        await host.urc(/\+QMTOPEN: 0,2/);
        await host.command("AT+QMTCLOSE=0");
        await host.urc(/\+QMTCLOSE: 0,0/);
        await recover(host);
      },
    );
  });

  describe.skipIf(!isThere)("the module is reset while its host waits", () => {
    /** Settings that are kept over a reset, and one that is not. */
    async function configure(host: AtHost): Promise<void> {
      for (const line of ["AT+NCONFIG=RPM,TRUE", "AT+NCDP=192.0.2.1,5683", "AT+NSONMI=3", "AT+CEREG=2"])
        await host.command(line);
    }

    async function expectReset(host: AtHost): Promise<void> {
      expect(host.unread).toBe(""); // no OK, no +QMTSTAT
      expect(await host.command("AT+NCONFIG?")).toContain("+NCONFIG:RPM,TRUE\r\n");
      expect(await host.command("AT+NCDP?")).toBe("+NCDP: 192.0.2.1,5683");
      expect(await host.command("AT+NSONMI?")).toBe("+NSONMI:3");
      expect(await host.command("AT+CEREG?")).toMatch(/^\+CEREG:0,/);
      expect(await host.command("AT+QMTCONN?")).toBe("");
      await recover(host);
    }

    test("by another host's AT+NRB", async () => {
      const { host, attach } = await started(broker.port);
      const witness = await startWitness(broker.port);
      await configure(host);
      const other = await attach({ reads: false });
      other.write("AT+NRB\r");
      await host.urc(/REBOOTING/);
      await host.urc(/REBOOT_CAUSE_APPLICATION_AT\r\nNeul \r\nOK/);
      await willOf(witness);
      await expectReset(host);
    });

    test.each(causes.flatMap((cause) => activities.map((doing) => [cause, ...doing] as const)))(
      "%s while it %s",
      async (cause, _, typed) => {
        const { host, modem } = await started(broker.port);
        const witness = await startWitness(broker.port);
        await configure(host);
        host.write(typed);
        if (typed.includes("\r")) await host.prompt();
        modem.change({ kind: "reset", cause });
        await host.urc(new RegExp(`${cause}\\r\\nNeul \\r\\nOK`));
        await willOf(witness);
        await expectReset(host);
      },
    );
  });

  test.skipIf(!isThere)("the broker is restarted", async () => {
    const first = await start();
    onTestFinished(() => first.stop().catch(() => {}));
    const { host } = await started(first.port);
    await first.stop();
    await host.urc(/\+QMTSTAT: 0,1/);
    await host.command("AT+QMTCLOSE=0", "ERROR");
    const second = await start(first.port);
    onTestFinished(() => second.stop());
    await recover(host);
  });

  test.skipIf(!isThere).each(losses)("%s is lost and comes back", async (_, lose, restore) => {
    const { host, modem } = await started(broker.port);
    const witness = await startWitness(broker.port);
    await lose(modem, host);
    await host.urc(/\+QMTSTAT: 0,7/);
    await willOf(witness);
    expect(await host.command("AT+CGATT?")).toBe("+CGATT:0");
    await host.command('AT+QMTOPEN=0,"broker.example",1883');
    await host.urc(/\+QMTOPEN: 0,3/);
    await restore(modem, host);
    expect(await host.command("AT+CGATT?")).toBe("+CGATT:1");
    await recover(host);
  });
});
