import { useEffect, useRef, useState } from "preact/hooks";
import { send } from "./api.js";
import { act, Control, faultCall, look } from "./control.js";
import type { ForcedFault } from "./module-store.js";

/** What the port says of a sentence so far. */
interface Words {
  readonly words: readonly string[];
  readonly means?: string;
  readonly problem?: string;
}

/** How many words are offered at once. */
const maxOffered = 12;

/** A line for a fault's sentence, completed from the vocabulary. */
export function FaultLine() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const { words, means, problem } = useWords(text);
  const offered = isOpen ? words.slice(0, maxOffered) : [];
  const take = (word: string): void => {
    setText(`${text.replace(/\S*$/, "")}${word} `);
    setAt(-1);
    setOpen(true);
  };
  const give = async (): Promise<void> => {
    if (await act(faultCall(text.trim()))) setText("");
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = offered[at] ?? (event.key === "Tab" ? offered[0] : undefined);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      setAt(Math.max(-1, Math.min(offered.length - 1, at + by)));
    } else if (event.key === "Escape") setOpen(false);
    else if (
      (event.key === "Tab" || event.key === "Enter") &&
      chosen !== undefined &&
      text.trim() !== "" &&
      !event.shiftKey
    ) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Enter" && text.trim() !== "") give();
  };
  return (
    <div class="fault-line">
      <div class="entry">
        <input
          role="combobox"
          aria-label="A fault"
          aria-expanded={offered.length > 0}
          aria-controls="fault-words"
          aria-activedescendant={at < 0 ? undefined : `fault-word-${at}`}
          aria-autocomplete="list"
          placeholder="lose 2 PUBACK"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setAt(-1);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          disabled={means === undefined}
          onClick={give}
          onPointerEnter={() => look(faultCall(text.trim()))}
          onFocus={() => look(faultCall(text.trim()))}
        >
          Give
        </button>
      </div>
      <div id="fault-words" class="words" role="listbox" aria-label="What can stand next" hidden={offered.length === 0}>
        {offered.map((word, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the line above has the keys
          <div
            key={word}
            id={`fault-word-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(word)}
          >
            {word}
          </div>
        ))}
      </div>
      <p class="meaning" aria-live="polite">
        {text.trim() === "" ? "A sentence; Tab completes it." : (means ?? problem ?? "")}
      </p>
    </div>
  );
}

/** What can stand next; the answer to an older text is not used. */
function useWords(text: string): Words {
  const [found, setFound] = useState<Words>({ words: [] });
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    send<Words>({ method: "GET", path: `/api/faults/words?text=${encodeURIComponent(text.slice(0, 1000))}` })
      .then((words) => mine === latest.current && setFound(words))
      .catch(() => {});
  }, [text]);
  return found;
}

/** The faults that wait or are in force, with what is left of them. */
export function FaultsInForce({ faults }: { readonly faults: readonly ForcedFault[] }) {
  if (faults.length === 0) return <p class="muted">None waits, and none is in force.</p>;
  return (
    <>
      <ul class="faults">
        {faults.map(({ id, fault, state, left, hits }) => (
          <li key={id}>
            <code>{fault}</code>
            <small>
              {state === "waiting" ? "waits" : left === "every" ? "every" : `${left} left`}, {hits}{" "}
              {hits === 1 ? "hit" : "hits"}
            </small>
            <Control call={{ method: "DELETE", path: `/api/faults/${id}` }} title={`Take “${fault}” back`}>
              Take back
            </Control>
          </li>
        ))}
      </ul>
      <Control call={{ method: "DELETE", path: "/api/faults" }}>Take all back</Control>
    </>
  );
}
