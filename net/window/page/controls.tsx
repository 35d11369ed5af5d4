import { useState } from "preact/hooks";
import { act, Control, faultCall, look } from "./control.js";
import { FaultLine, FaultsInForce } from "./fault-line.js";
import { type ShownState, state } from "./module-store.js";
import { Recipes } from "./recipes.js";

/** What can be done to the module; all of it through the control port. */
export function Controls() {
  const known = state.value;
  if (known === undefined) return <p class="nothing">…</p>;
  return (
    <div class="controls">
      <ModuleControls {...known} />
      <RadioControls {...known} />
      <section>
        <h2>Faults</h2>
        <FaultLine />
        <FaultsInForce faults={known.faults} />
      </section>
      <Recipes />
      {known.broker !== undefined && <Message />}
    </div>
  );
}

const causes = ["pin", "watchdog", "brownout"];

function ModuleControls({ module: { stage }, time: { speed } }: ShownState) {
  const [cause, setCause] = useState("pin");
  return (
    <section>
      <h2>Module</h2>
      <p class="buttons">
        <Control call={{ method: "POST", path: "/api/reset", body: { cause } }}>Reset</Control>
        <select
          aria-label="Cause of the reset"
          value={cause}
          onChange={({ currentTarget }) => setCause(currentTarget.value)}
        >
          {causes.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <Control call={faultCall(stage === "off" ? "power on" : "power off")} isPressed={stage === "off"}>
          Power off
        </Control>
        <Control call={faultCall(stage === "frozen" ? "thaw" : "freeze")} isPressed={stage === "frozen"}>
          Freeze
        </Control>
        <Control call={{ method: "POST", path: "/api/new" }} title="A module as it was when the run began">
          New module
        </Control>
      </p>
      {speed === 0 && <ClockByHand />}
    </section>
  );
}

function ClockByHand() {
  const [seconds, setSeconds] = useState("10");
  return (
    <p class="buttons">
      <label>
        Let pass
        <input
          class="number"
          type="number"
          min="0"
          step="any"
          value={seconds}
          onInput={({ currentTarget }) => setSeconds(currentTarget.value)}
        />{" "}
        s
      </label>
      <Control call={{ method: "POST", path: "/api/clock/advance", body: { ms: Number(seconds) * 1000 } }}>
        Advance
      </Control>
      <Control call={{ method: "POST", path: "/api/clock/next" }}>To the next deadline</Control>
    </p>
  );
}

function RadioControls({ radio: { coverage, sim, rssi }, mqtt: { phase } }: ShownState) {
  const hasLink = phase !== "idle" && phase !== "opening";
  return (
    <section>
      <h2>Radio and link</h2>
      <p class="buttons">
        <Control call={faultCall(coverage ? "coverage off" : "coverage on")} isPressed={coverage}>
          Coverage
        </Control>
        <Control call={faultCall(sim ? "sim out" : "sim in")} isPressed={sim}>
          SIM
        </Control>
        <Signal rssi={rssi} />
      </p>
      <p class="buttons">
        <Control call={faultCall("drop link")} title={hasLink ? "RST" : "there is no link now"}>
          Cut the link
        </Control>
        <Control call={faultCall("close link")} title={hasLink ? "FIN" : "there is no link now"}>
          Close the link
        </Control>
        <Control call={faultCall("silence link")} title="Nothing passes, and nobody is told: a NAT that forgot">
          Silence the link
        </Control>
      </p>
    </section>
  );
}

/** `<rssi>` of AT+CSQ; the highest that a module tells is 31. */
const maxRssi = 31;

function Signal({ rssi }: { readonly rssi: number }) {
  return (
    <label class="signal">
      RSSI
      <input
        type="range"
        min="0"
        max={maxRssi}
        value={Math.min(rssi, maxRssi)}
        onInput={({ currentTarget }) => look(faultCall(`rssi ${currentTarget.value}`))}
        onChange={({ currentTarget }) => act(faultCall(`rssi ${currentTarget.value}`))}
      />
      <output>{rssi}</output>
    </label>
  );
}

function Message() {
  const [topic, setTopic] = useState("");
  const [text, setText] = useState("");
  const [qos, setQos] = useState(0);
  const call = { method: "POST", path: "/api/broker/publish", body: { topic, text, qos } } as const;
  return (
    <section>
      <h2>Message to a topic</h2>
      <form
        class="message"
        onSubmit={(event) => {
          event.preventDefault();
          act(call);
        }}
      >
        <input
          aria-label="Topic"
          placeholder="topic"
          value={topic}
          onInput={({ currentTarget }) => setTopic(currentTarget.value)}
        />
        <input
          aria-label="Payload"
          placeholder="payload"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <select aria-label="QoS" value={qos} onChange={({ currentTarget }) => setQos(Number(currentTarget.value))}>
          {[0, 1, 2].map((each) => (
            <option key={each} value={each}>
              QoS {each}
            </option>
          ))}
        </select>
        <button type="submit" disabled={topic === ""} onPointerEnter={() => look(call)} onFocus={() => look(call)}>
          Publish
        </button>
      </form>
    </section>
  );
}
