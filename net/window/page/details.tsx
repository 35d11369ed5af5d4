import { useState } from "preact/hooks";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import { bytesOf } from "../model/carried-bytes.js";
import { drawingOf } from "../model/drawing.js";
import { hexLines } from "../model/hex.js";
import { clockText, spanText } from "../model/span.js";
import { visibleText } from "../model/visible-text.js";
import { chain, run, selected, version } from "./run-store.js";
import { lookAt } from "./view-store.js";

/** How much of an event is shown before somebody asks for all: characters, and bytes. */
const maxShown = 2000;
const maxBytes = 512;
/** From which width of the page on a line of a dump has 16 bytes, in pixels. */
const wide = 2000;

/** All that is known of the event that is looked at. */
export function Details() {
  version.value;
  const event = selected.value === undefined ? undefined : run.event(selected.value);
  if (event === undefined)
    return (
      <p class="nothing">
        Click an event, or press <kbd>j</kbd> and <kbd>k</kbd>, to see its bytes, its fields, and what it comes of.
      </p>
    );
  return (
    <div class="details" key={event.seq}>
      <h2 class={`tone-${drawingOf(event).tone}`}>
        <span class="kind">{visibleText(event.kind)}</span> <small>#{event.seq}</small>
      </h2>
      <Fields event={event} />
      <Bytes event={event} />
      <Chain seq={event.seq} />
    </div>
  );
}

const base = new Set(["seq", "t", "wall", "kind", "cause", "base64"]);

function Fields({ event }: { readonly event: RecordedEvent }) {
  const before = run.events[run.indexOf(event.seq) - 1];
  const fields = Object.entries(event).filter(([name, value]) => !base.has(name) && value !== undefined);
  return (
    <dl class="fields">
      <dt>time</dt>
      <dd>
        {clockText(event.t)}
        {before !== undefined && <span class="muted"> · {spanText(event.t - before.t)} after the last event</span>}
      </dd>
      <dt>calendar</dt>
      <dd>{visibleText(event.wall)}</dd>
      {fields.map(([name, value]) => (
        <Field key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Field({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>{visibleText(name, 40)}</dt>
      <dd>
        <Long text={typeof value === "object" ? JSON.stringify(value) : String(value)} />
      </dd>
    </>
  );
}

/** A text of which only the beginning is shown where it is long. */
function Long({ text }: { readonly text: string }) {
  const [isAll, setAll] = useState(false);
  return (
    <>
      <bdi class="value">{visibleText(text, isAll ? undefined : maxShown)}</bdi>
      {text.length > maxShown && !isAll && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          all {text.length} characters
        </button>
      )}
    </>
  );
}

function Bytes({ event }: { readonly event: RecordedEvent }) {
  const [isAll, setAll] = useState(false);
  const bytes = bytesOf(event);
  if (bytes === undefined) return null;
  const lines = hexLines(isAll ? bytes : bytes.subarray(0, maxBytes), innerWidth < wide ? 8 : 16);
  return (
    <>
      <h3>
        Bytes <small>{bytes.length}</small>
      </h3>
      <pre class="hex">
        {lines.map(({ offset, hex, text }) => (
          <div key={offset}>
            <span class="muted">{offset}</span> {hex} <span class="printed">{text}</span>
          </div>
        ))}
      </pre>
      {bytes.length > maxBytes && !isAll && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          all {bytes.length} bytes
        </button>
      )}
    </>
  );
}

/** What the event comes of, and what comes of it. */
function Chain({ seq }: { readonly seq: number }) {
  const events = [...chain.value].flatMap((each) => run.event(each) ?? []);
  const [first] = events;
  if (first === undefined || events.length < 2) return null;
  return (
    <>
      <h3>
        Chain <small>{events.length} events</small>
      </h3>
      <ol class="chain">
        {events.slice(0, 100).map((event) => {
          const drawing = drawingOf(event);
          return (
            <li key={event.seq}>
              <button
                type="button"
                class={`tone-${drawing.tone}`}
                aria-current={event.seq === seq}
                onClick={() => lookAt(event.seq)}
              >
                <span class="delta">{event === first ? clockText(event.t) : `+${spanText(event.t - first.t)}`}</span>
                <i class="dot" />
                <bdi class="label">{drawing.label}</bdi>
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}
