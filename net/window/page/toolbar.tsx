import { groups } from "../model/groups.js";
import { scales } from "../model/layout.js";
import { spanText } from "../model/span.js";
import { Icon } from "./icon.js";
import { findings, isPaused, setPaused, source, waitingCount } from "./run-store.js";
import { filter, isFollowing, nextFinding, rows, scaleAt, setFilterText, toggleGroup, zoom } from "./view-store.js";

/** What is shown of the run, and how. */
export function Toolbar() {
  return (
    <div class="toolbar" role="toolbar" aria-label="Time-line">
      <FilterText />
      <Zoom />
      {source.value !== "report" && (
        <>
          <Pause />
          <Follow />
        </>
      )}
      <button type="button" disabled={findings.value.length === 0} title="Next finding (n)" onClick={nextFinding}>
        <Icon name="flag" /> Next finding
      </button>
      <fieldset class="groups" aria-label="Kinds of events">
        {groups.map(({ name }) => (
          <button
            key={name}
            type="button"
            class={`chip group-${name.toLowerCase()}`}
            aria-pressed={filter.value.groups.has(name)}
            onClick={() => toggleGroup(name)}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function Follow() {
  const follow = (): void => {
    isFollowing.value = !isFollowing.value;
  };
  return (
    <button
      type="button"
      aria-pressed={isFollowing.value}
      title="The newest event stays in sight (End)"
      onClick={follow}
    >
      <Icon name="down" /> Follow
    </button>
  );
}

function FilterText() {
  const { text } = filter.value;
  return (
    <label class="filter">
      <span class="hidden">Filter the events by text</span>
      <input
        id="filter"
        type="search"
        placeholder="Filter  ( / )"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setFilterText(currentTarget.value)}
      />
      <output class="count" aria-label="Events shown">
        {rows.value.layout.count}
      </output>
    </label>
  );
}

function Zoom() {
  const scale = scales[scaleAt.value] ?? 0;
  return (
    <span class="zoom">
      <button type="button" aria-label="Wider" title="Wider (-)" disabled={scale === 0} onClick={() => zoom(1)}>
        −
      </button>
      <output aria-label="Scale">{scale === 0 ? "events" : `${spanText(scale)} / row`}</output>
      <button
        type="button"
        aria-label="Closer"
        title="Closer (+)"
        disabled={scaleAt.value === 0}
        onClick={() => zoom(-1)}
      >
        +
      </button>
    </span>
  );
}

function Pause() {
  const paused = isPaused.value;
  return (
    <button type="button" class="pause" aria-pressed={paused} title="Pause (space)" onClick={() => setPaused(!paused)}>
      <Icon name={paused ? "play" : "pause"} /> {paused ? `${waitingCount.value} wait` : "Pause"}
    </button>
  );
}
