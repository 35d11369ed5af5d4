import { Countdown, CountdownBar, useChanges } from "./fact.js";
import type { ShownState } from "./module-store.js";

/** How many publishes may be in flight. */
const size = 5;

type Flight = ShownState["mqtt"]["inFlight"][number];

/** The requests that wait for an answer of the broker: the five slots of the window, and those beside it. */
export function Window({ mqtt: { inFlight, settings } }: ShownState) {
  const publishes = inFlight.filter(({ kind }) => kind === "PUBLISH");
  const others = inFlight.filter(({ kind }) => kind !== "PUBLISH");
  const slots = Array.from({ length: size }, (_, at) => publishes[at]);
  return (
    <div class="card card-window">
      <h2>
        In flight{" "}
        <small>
          {publishes.length} of {size}
        </small>
      </h2>
      <ol class="slots">
        {slots.map((flight, at) => (
          <Slot key={at} flight={flight} span={settings.pktTimeout * 1000} />
        ))}
        {others.map((flight) => (
          <Slot key={`other ${flight.msgId}`} flight={flight} span={settings.pktTimeout * 1000} />
        ))}
      </ol>
    </div>
  );
}

function Slot({ flight, span }: { readonly flight: Flight | undefined; readonly span: number }) {
  const changes = useChanges(flight && `${flight.msgId} ${flight.awaits} ${flight.retries}`);
  if (flight === undefined)
    return (
      <li class="slot empty">
        <span class="hidden">free</span>
      </li>
    );
  const { msgId, awaits, retries, limit, deadline } = flight;
  return (
    <li class={`slot${retries > 0 ? " again" : ""}`} title={`${awaits} of message ${msgId} is awaited`}>
      <span key={changes} class={changes > 0 ? "changed" : ""}>
        <b>{msgId}</b> <small>{awaits}</small>
      </span>
      <span class="retries">
        {retries > 0 ? `retry ${retries}/${limit}` : `${limit} retries`} <Countdown until={deadline} />
      </span>
      <CountdownBar until={deadline} span={span} />
    </li>
  );
}
