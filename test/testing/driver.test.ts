import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { type ClockChoice, startModem, type TestModem, type TestOptions } from "../../testing.js";
import { Bc28 } from "../hosts/bc28.js";

const server = { host: "mqtt.example.com", port: 1883, clientId: "meter-7" };

/** A driver on a modem of its own; both are closed at the end of the test. */
async function atModem<const C extends ClockChoice = "system">(options: TestOptions<C> = {}) {
  const modem = await startModem(options);
  const driver = new Bc28(modem);
  onTestFinished(async () => {
    await driver.close().catch(() => {});
    await modem.close();
  });
  await driver.start();
  return { modem, driver };
}

/** Does something; resolves when the driver is online after it. */
async function online(driver: Bc28, act: () => unknown): Promise<void> {
  const back = once(driver, "online");
  await act();
  await back;
}

async function expectMessage({ broker }: Pick<TestModem, "broker">, driver: Bc28): Promise<void> {
  const came = once(driver, "message");
  await broker.publish("meter-7/valve", "close");
  expect(await came).toEqual(["meter-7/valve", "close"]);
}

test("publishes and receives", async () => {
  const { modem, driver } = await atModem();
  await driver.connect(server);
  await driver.publish("meter-7/flow", "22.5");
  expect(await modem.broker.message("+/flow")).toMatchObject({ clientId: "meter-7", text: "22.5", qos: 1 });
  await driver.subscribe("meter-7/valve");
  await expectMessage(modem, driver);
});

test("gets the reason why it cannot log in", async () => {
  const { driver } = await atModem({ broker: { authenticate: () => 5 } });
  await expect(driver.connect(server)).rejects.toThrow("+QMTCONN: 0,0,5");
});

test.each([
  ["the broker hangs up", ({ broker }: TestModem) => broker.disconnect("meter-7")],
  ["the network cuts the link", ({ cut }: TestModem) => cut()],
])("restores its session when %s", async (_, lose) => {
  const { modem, driver } = await atModem();
  await driver.connect(server);
  await driver.subscribe("meter-7/valve");
  await online(driver, () => lose(modem));
  await expectMessage(modem, driver);
});

test("waits for the network while there is none", async () => {
  const { modem, driver } = await atModem();
  await driver.connect(server);
  const why = once(driver, "offline");
  modem.radio.lose();
  expect(await why).toEqual(["0,7"]);
  expect(driver.isOnline).toBe(false);
  await online(driver, () => modem.radio.restore());
  await driver.publish("t", "back");
  await modem.broker.message("t");
});

test("notices that the module was reset", async () => {
  const { modem, driver } = await atModem();
  await driver.connect(server);
  await online(driver, () => modem.reset());
  expect(modem.broker.clients).toEqual(["meter-7"]);
});

test("notices that its adapter is unplugged during a publish", async () => {
  const { modem, driver } = await atModem();
  await driver.connect(server);
  const lost = once(driver, "lost");
  const failed = expect(driver.publish("t", "never sent")).rejects.toThrow("unplugged");
  modem.unplug();
  await failed;
  expect((await lost)[0]).toMatchObject({ disconnected: true });
  modem.plugIn();
  const second = new Bc28(modem); // the stream cannot be used after a write that failed
  await second.start();
  await second.command("AT+QMTDISC=0");
  await second.close();
});

test("an hour passes at once, and the session stays", async () => {
  const { modem, driver } = await atModem({ clock: "manual" });
  await driver.connect(server);
  await modem.clock.advance(3_600_000);
  await driver.publish("t", "still here");
  expect(await modem.broker.message("t")).toMatchObject({ text: "still here" });
  expect(
    modem.trace.events.filter(({ event }) => event.kind === "packet" && event.packet.type === "PINGREQ"),
  ).toHaveLength(30);
});

test("time waits for a driver that is opening its port", async () => {
  const modem = await startModem({ clock: "manual", profile: { base: "bc28", timing: "realistic" } });
  const driver = new Bc28(modem);
  await modem.clock.advance(40_000); // no host reads the banner
  const started = driver.start();
  await modem.clock.advance(1000);
  await started;
  expect(modem.host.heard).toContain("+CEREG:1,1");
  await driver.close();
  await modem.close();
});
