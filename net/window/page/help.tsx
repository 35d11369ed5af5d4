import { useEffect, useRef } from "preact/hooks";
import { keys } from "./keys.js";
import { isHelpOpen } from "./view-store.js";

const shown: Readonly<Record<string, string>> = { " ": "space", ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

const signs = [
  ["tone-host", "a command or a payload of the host"],
  ["tone-answer", "an answer of the module"],
  ["tone-urc", "a URC"],
  ["tone-packet", "an MQTT packet"],
  ["tone-link", "a link to the broker"],
  ["tone-radio", "the radio"],
  ["tone-fault", "a fault has acted"],
  ["tone-bad", "an error, or something that was lost"],
] as const;

const close = (): void => {
  isHelpOpen.value = false;
};

/** The keys and the signs of the page. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onCancel={close} onClose={close}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {keys.map(({ keys: names, about }) => (
          <div key={about}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{shown[name] ?? name}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <h2>Signs</h2>
      <ul class="signs">
        {signs.map(([tone, about]) => (
          <li key={tone} class={tone}>
            <i class="dot" /> {about}
          </li>
        ))}
        <li>an arrow that ends in a cross: a packet that was lost on its way</li>
        <li>a slanted line: a packet that came late</li>
      </ul>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
