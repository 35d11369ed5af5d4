import { clockText } from "../model/span.js";
import { visibleText } from "../model/visible-text.js";
import { Card, Countdown, Fact } from "./fact.js";
import { moduleNow, type ShownState, state } from "./module-store.js";
import { Window } from "./window.js";

/** The module at this moment. */
export function StatePanel() {
  const known = state.value;
  return (
    <section class="state" aria-label="State of the module">
      {known === undefined ? <p class="nothing">…</p> : <Cards {...known} />}
    </section>
  );
}

const Cards = (known: ShownState) => (
  <>
    <div class="stack">
      <Module {...known} />
      <Rrc {...known} />
      <Sockets {...known} />
    </div>
    <div class="stack">
      <Radio {...known} />
      <Dte {...known} />
    </div>
    <div class="stack">
      <Mqtt {...known} />
      <Forced {...known} />
    </div>
    <div class="stack">
      <Settings {...known} />
    </div>
    <div class="stack">
      <Kept {...known} />
      <Attached {...known} />
    </div>
    <div class="stack">
      <Window {...known} />
    </div>
  </>
);

function Module({ module: { stage, isAsleep }, time: { speed } }: ShownState) {
  const pace = speed === 0 ? "by hand" : speed === 1 ? "" : `× ${speed}`;
  return (
    <Card name="Module" stage={isAsleep ? "asleep" : stage}>
      <Fact name="clock" value={pace} title="The module's clock">
        {clockText(moduleNow.value)} <small>{pace}</small>
      </Fact>
    </Card>
  );
}

const stageNames: Readonly<Record<string, string>> = { readingSim: "reading SIM", outOfReach: "out of reach" };

function Radio({ radio: { stage, rssi, coverage, sim, address, network, functionality } }: ShownState) {
  const notes = [...(functionality ? [] : ["CFUN=0"]), ...(network === "home" ? [] : [network])];
  return (
    <Card name="Radio" stage={stage} words={[stageNames[stage] ?? stage, ...notes].join(", ")}>
      <Fact name="signal" value={coverage ? rssi : "none"}>
        <Bars rssi={coverage ? rssi : 0} />
        {coverage ? signalText(rssi) : "none"}
      </Fact>
      <Fact name="SIM" value={sim ? "in" : "out"} />
      <Fact name="IP" value={address} />
    </Card>
  );
}

/** `<rssi>` of AT+CSQ in dBm. 27.007 8.5 */
const signalText = (rssi: number): string => (rssi === 99 ? "unknown" : `${rssi} (${2 * rssi - 113} dBm)`);

function Bars({ rssi }: { readonly rssi: number }) {
  const full = rssi === 99 ? 0 : Math.ceil(rssi / 8);
  return (
    <span class="bars" aria-hidden="true">
      {[1, 2, 3, 4].map((bar) => (
        <i key={bar} class={bar <= full ? "full" : ""} />
      ))}
    </span>
  );
}

const modes: Readonly<Record<string, string>> = { none: "–", connected: "connected", idle: "idle", psm: "PSM" };
const next: Readonly<Record<string, string>> = { connected: "idle in ", idle: "PSM in ", psm: "TAU in " };

function Rrc({ power: { mode, until } }: ShownState) {
  return (
    <Card name="RRC" stage={mode} words={modes[mode] ?? mode}>
      <Fact name="next" value={until === undefined ? "–" : mode}>
        {until === undefined ? (
          "–"
        ) : (
          <>
            {next[mode]}
            <Countdown until={until} />
          </>
        )}
      </Fact>
    </Card>
  );
}

function Mqtt({ mqtt: { phase, broker, keepAlive } }: ShownState) {
  const address = broker && visibleText(`${broker.host}:${broker.port}`, 100);
  const isAwaited = keepAlive?.answerBy !== undefined;
  return (
    <Card name="MQTT" stage={phase}>
      <Fact name="broker" value={address} title={address} />
      <Fact name="keep-alive" value={keepAlive === undefined ? "off" : isAwaited ? "PINGRESP" : "PINGREQ"}>
        {keepAlive === undefined ? (
          "–"
        ) : (
          <>
            {isAwaited ? "answer in " : "ping in "}
            <Countdown until={keepAlive.answerBy ?? keepAlive.pingAt} />
          </>
        )}
      </Fact>
    </Card>
  );
}

function Sockets({ sockets }: ShownState) {
  const text = sockets.map(({ id, protocol }) => `#${id} ${protocol}`).join(", ");
  return (
    <Card name="Sockets">
      <Fact name="open" value={text || "none"} title={sockets.map(socketText).join("\n")} />
    </Card>
  );
}

function socketText({ id, protocol, port, phase, peer, unread, unsent }: ShownState["sockets"][number]): string {
  const own = port === 0 ? "" : ` on port ${port}`;
  const far = peer === undefined ? "" : ` to ${peer.address}:${peer.port}`;
  const waiting = [
    ...(unread > 0 ? [`${unread} bytes unread`] : []),
    ...(unsent.length > 0 ? [`${unsent.length} messages not sent`] : []),
  ];
  return [`${id}: ${protocol}${own} ${phase}${far}`, ...waiting].join(", ");
}

function Settings({ mqtt: { settings } }: ShownState) {
  const { version, keepAlive, cleanSession, pktTimeout, retryTimes, timeoutNotice, will, aliauth } = settings;
  return (
    <Card name="QMTCFG">
      <Fact name="version" value={version === 3 ? "3.1" : "3.1.1"} />
      <Fact name="timeout" value={`${pktTimeout} s × ${retryTimes}${timeoutNotice === 1 ? ", notices" : ""}`} />
      <Fact name="keepalive" value={keepAlive === 0 ? "off" : `${keepAlive} s`} />
      <Fact name="session" value={cleanSession === 1 ? "clean" : "kept"} />
      <Fact name="will" value={will === undefined ? undefined : visibleText(will.topic, 40)} />
      {aliauth !== undefined && <Fact name="aliauth" value={visibleText(aliauth.deviceName, 40)} />}
    </Card>
  );
}

function Dte({ dte: { echo, verbose, quiet, cmee } }: ShownState) {
  const text = `E${Number(echo)} V${Number(verbose)} Q${Number(quiet)} CMEE ${cmee}`;
  return (
    <Card name="DTE">
      <Fact name="set" value={text} title="Echo, verbose answers, quiet, numbered errors" />
    </Card>
  );
}

function Forced({ faults }: ShownState) {
  const [first] = faults;
  const others = faults.length > 1 ? ` and ${faults.length - 1} more` : "";
  return (
    <Card name="Faults">
      <Fact
        name="in force"
        value={first === undefined ? "none" : `${first.fault}${others}`}
        title={faults.map(({ fault }) => fault).join("\n")}
      />
    </Card>
  );
}

function Kept({ nvm }: ShownState) {
  const { baud, parity, stop } = nvm.natspeed;
  return (
    <Card name="NVM">
      <Fact name="speed" value={`${baud} 8${"NOE"[parity]}${stop}`} title="AT+NATSPEED" />
      <Fact name="autoconnect" value={nvm.nconfig.AUTOCONNECT === "TRUE" ? "on" : "off"} title="AT+NCONFIG" />
      <Fact name="bands" value={nvm.bands.join(" ")} title="AT+NBAND" />
    </Card>
  );
}

const attachedSigns = { yes: "●", no: "○", unknown: "·" } as const;

function Attached({ ports, broker }: ShownState) {
  return (
    <Card name="Attached">
      {ports.map(({ path, attached }) => {
        const sign = attached === undefined ? "unknown" : attached ? "yes" : "no";
        const text = `${attachedSigns[sign]} ${visibleText(path, 60)}`;
        return <Fact key={path} name="host" value={text} title={sign === "no" ? "no host is attached" : undefined} />;
      })}
      {broker !== undefined && (
        <Fact
          name="broker"
          value={`${broker.address} (${broker.clients.length})`}
          title={clientsText(broker.clients)}
        />
      )}
    </Card>
  );
}

const clientsText = (clients: readonly string[]): string =>
  clients.length === 0 ? "no client" : `clients: ${clients.map((id) => visibleText(id, 60)).join(", ")}`;
