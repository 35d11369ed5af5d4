import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Sender } from "../model/serial-log.js";
import { visibleText } from "../model/visible-text.js";
import { act, look } from "./control.js";
import { serialLog, source, version } from "./run-store.js";

/** What the host sees, byte by byte, and a line to type as a second host. */
export function Terminal() {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [version.value]);
  return (
    <div class="terminal">
      <div
        ref={box}
        class="talk"
        role="log"
        aria-label="What is said on the line"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 4;
        }}
      >
        {serialLog.entries.map(({ seq, who, text }) => (
          <Entry key={seq} who={who} text={text} />
        ))}
        {serialLog.entries.length === 0 && <p class="nothing">Nothing was said yet.</p>}
      </div>
      <p class="legend muted">
        <span class="said host">host</span> <span class="said window">this window</span>{" "}
        <span class="said module">module</span>
      </p>
      {source.value !== "report" && <Line />}
    </div>
  );
}

const endNames: Readonly<Record<string, string>> = { "\r": "CR", "\n": "LF", "\r\n": "CR LF" };

/** What one of them said. CR and LF are seen, and break the line. */
function Entry({ who, text }: { readonly who: Sender; readonly text: string }) {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  return (
    <span class={`said ${who}`}>
      {lines.map((line, at) => {
        const [, body = "", end = ""] = /^([\s\S]*?)(\r?\n|\r)?$/.exec(line) ?? [];
        return (
          <span key={at}>
            <bdi>{visibleText(body)}</bdi>
            {end !== "" && <i class="end">{endNames[end]}</i>}
            {end !== "" && "\n"}
          </span>
        );
      })}
    </span>
  );
}

/** Sends a text as a second host. */
function type(text: string): void {
  serialLog.type(text);
  act(typed(text));
}

const typed = (text: string) => ({ method: "POST", path: "/api/host", body: { text } }) as const;

function Line() {
  const [text, setText] = useState("");
  const say = (end: string): void => {
    type(`${text}${end}`);
    setText("");
  };
  return (
    <form
      class="say"
      onSubmit={(event) => {
        event.preventDefault();
        say("\r");
      }}
    >
      <input
        id="say"
        aria-label="Type as a second host"
        placeholder="AT+CSQ"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          look(typed(`${currentTarget.value}\r`));
        }}
      />
      <button type="submit" title="Sends the line and CR (Enter)">
        Send
      </button>
      <button type="button" title="Sends the text and Ctrl+Z: the end of a payload" onClick={() => say("\x1a")}>
        Ctrl+Z
      </button>
      <button type="button" title="Sends ESC: a payload is cancelled" onClick={() => type("\x1b")}>
        ESC
      </button>
    </form>
  );
}
