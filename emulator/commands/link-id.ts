import { choice } from "../../at/params.js";

/** `<tcpconnectID>`: the module has one MQTT link, and it is number 0 (note 3.2.1). */
export const linkId = choice(0);
