import type { RecordedEvent } from "../../trace/recorded-event.js";
import { type Drawing, drawingOf, type Tone } from "../model/drawing.js";
import type { Lanes } from "../model/lanes.js";
import { type Gap, rowHeight } from "../model/layout.js";
import { shortClockText, spanText } from "../model/span.js";
import { Icon } from "./icon.js";

interface RowProps {
  readonly event: RecordedEvent;
  readonly top: number;
  readonly gap: Gap;
  readonly lanes: Lanes;
  readonly lanesBefore: Lanes;
  readonly isSelected: boolean;
  readonly isInChain: boolean;
  readonly isLost: boolean;
  readonly isLate: boolean;
  /** A finding is about it. */
  readonly isFlagged: boolean;
  /** Its place among all that are shown, from 1 on, and how many these are. */
  readonly place: number;
  readonly count: number;
  readonly onSelect: (seq: number) => void;
}

/** An event of the time-line, with the time in front of it. */
export function Row(props: RowProps) {
  const {
    event,
    top,
    gap,
    lanes,
    lanesBefore,
    isSelected,
    isInChain,
    isLost,
    isLate,
    isFlagged,
    place,
    count,
    onSelect,
  } = props;
  const drawing = drawingOf(event);
  const classes = [
    "row",
    isSelected && "selected",
    isInChain && "chained",
    isFlagged && "flagged",
    `tone-${drawing.tone}`,
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys; its rows have no focus of their own
    <div
      id={`row-${event.seq}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-setsize={count}
      aria-posinset={place}
      class={classes.filter(Boolean).join(" ")}
      style={{ top: `${top - gap.height}px`, height: `${rowHeight + gap.height}px` }}
      onClick={() => onSelect(event.seq)}
    >
      {gap.height > 0 && <GapLine gap={gap} lanes={lanesBefore} />}
      <div class="line">
        <time class="at">
          {isFlagged && <Icon name="flag" />}
          {shortClockText(event.t)}
        </time>
        <span class="hidden">
          {" "}
          {spoken(drawing)}
          {isFlagged && ", with a finding"}:{" "}
        </span>
        <div class="chart">
          <LifeLines lanes={lanes} />
          <Shape drawing={drawing} isLost={isLost} isLate={isLate} />
        </div>
      </div>
    </div>
  );
}

const shapes: Readonly<Record<Tone, string>> = {
  host: "command",
  answer: "answer",
  urc: "URC",
  packet: "packet",
  link: "link",
  radio: "radio",
  reset: "module",
  fault: "fault",
  bad: "failure",
  quiet: "note",
  finding: "finding",
};

/** What a screen reader says between the time of an event and its label. */
function spoken(drawing: Drawing): string {
  const way = drawing.shape === "arrow" ? `${drawing.from} to ${drawing.to}, ${drawing.isLost ? "lost, " : ""}` : "";
  return `${way}${shapes[drawing.tone]}`;
}

function LifeLines({ lanes: { module, hasNetwork, link } }: { readonly lanes: Lanes }) {
  return (
    <>
      <i class="life host" />
      <i class={`life module ${module}${hasNetwork ? "" : " unattached"}`} />
      <i class={`life broker ${link}`} />
    </>
  );
}

function GapLine({ gap: { ms, height, isFolded }, lanes }: { readonly gap: Gap; readonly lanes: Lanes }) {
  return (
    <div class={isFolded ? "gap folded" : "gap"} aria-hidden="true" style={{ height: `${height}px` }}>
      <span class="at" />
      <div class="chart">
        <LifeLines lanes={lanes} />
        {height >= 16 && <span class="span">{spanText(ms)}</span>}
      </div>
    </div>
  );
}

interface ShapeProps {
  readonly drawing: Drawing;
  readonly isLost: boolean;
  readonly isLate: boolean;
}

function Shape({ drawing, isLost, isLate }: ShapeProps) {
  const label = (
    <span class="label">
      <bdi>{drawing.label}</bdi>
    </span>
  );
  if (drawing.shape === "bar")
    return (
      <div class="bar">
        {drawing.tone === "fault" && <Icon name="bolt" />}
        {drawing.tone === "finding" && <Icon name="flag" />}
        {drawing.tone === "reset" && <Icon name="power" />}
        {label}
      </div>
    );
  if (drawing.shape === "mark") return <div class={`mark ${drawing.at}`}>{label}</div>;
  const { from, to } = drawing;
  const lost = isLost || drawing.isLost === true;
  const side = from === "host" || to === "host" ? "near" : "far";
  const way = from === "host" || to === "broker" ? "right" : "left";
  return (
    <div class={`arrow ${side} ${way}${lost ? " lost" : ""}${isLate ? " late" : ""}`}>
      <i class="dot" />
      <i class="stem" />
      {label}
      <i class="shaft" />
      {lost ? <Icon name="cross" /> : <i class="head" />}
    </div>
  );
}
