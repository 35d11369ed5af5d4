import { messagePlaces } from "../../../emulator/commands/socket-params.js";
import { maxDataBytes, maxSockets } from "../../../emulator/sockets/socket.js";
import { fieldText, type HostLine, has, numberAt, shown, writeOf } from "../host-line.js";
import type { RuleId } from "../rules.js";
import type { MakeWatch } from "./watch.js";

/** The rules about sockets. */
export const socketWatches = {
  "socket-data-overlong": (report) => ({
    result({ line, ok }) {
      const command = ok ? undefined : writeOf(line, ...Object.keys(messagePlaces));
      const places = command && messagePlaces[command.name];
      if (command === undefined || places === undefined) return;
      const length = numberAt(command, places.length);
      if (Number.isNaN(length)) return; // it is refused for that
      const digits = command.tokens[places.data]?.text.length ?? 0;
      const what = shown(line.text);
      if (length > maxDataBytes) report(line.event, `${what} sends ${length} bytes, and ${maxDataBytes} are possible`);
      else if (digits !== 2 * length) report(line.event, `${what} has ${digits} digits for ${length} bytes`);
    },
  }),

  "socket-data-early": (report) => {
    /** The lines that sent data to each socket since its AT+NSOCO. */
    const sentOn = new Map<number, HostLine[]>();
    return {
      result({ line, ok }) {
        if (!ok) return;
        const dialled = writeOf(line, "+NSOCO");
        if (dialled !== undefined) sentOn.set(numberAt(dialled, 0), []);
        const sent = writeOf(line, "+NSOSD");
        if (sent !== undefined) sentOn.get(numberAt(sent, 0))?.push(line);
      },
      urc({ line }) {
        const [, end, id] = /^\+NSOC(O|LI): ?(\d)$/.exec(fieldText(line)) ?? [];
        const [first] = sentOn.get(Number(id)) ?? [];
        sentOn.delete(Number(id));
        if (end === "O" && first !== undefined)
          report(first.event, `${shown(first.text)} came before +NSOCO: ${id}, and its data were lost`);
      },
      reboot() {
        sentOn.clear();
      },
    };
  },

  "socket-left-open": (report) => {
    let open = 0;
    return {
      result({ line, ok }) {
        const created = line.commands.filter((each) => each.kind === "extended" && each.name === "+NSOCR").length;
        if (ok && created > 0) open += created;
        else if (ok && has(line, "+NSOCL")) open = Math.max(0, open - 1);
        else if (created > 0 && open >= maxSockets - 1)
          // MQTT may have one
          report(line.event, `${shown(line.text)} was refused: ${open} sockets are open`);
      },
      urc({ line }) {
        if (fieldText(line).startsWith("+NSOCLI")) open = Math.max(0, open - 1);
      },
      reboot() {
        open = 0;
      },
    };
  },
} satisfies Partial<Record<RuleId, MakeWatch>>;
