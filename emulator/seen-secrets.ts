import { asBuffer, toBytes } from "../at/octets.js";
import type { ClientPacket } from "../mqtt/packet.js";
import type { MqttSettings } from "./memory/mqtt-settings.js";
import type { TraceEvent } from "./trace.js";

type Exposed = Extract<TraceEvent, { readonly kind: "exposed" }>;

/** Shorter secrets are not looked for, because any text may hold them. In bytes. decided */
const minLength = 6;

/** Finds the secrets of a session in what it sends: the password of its CONNECT, and the device secret of Alibaba's cloud. */
export class SeenSecrets {
  #password: Buffer | undefined;

  /** The secrets that stand in the topic or the payload of a packet. The password of a CONNECT is remembered. */
  seenIn(packet: ClientPacket, settings: MqttSettings | undefined): readonly Exposed[] {
    if (packet.type === "CONNECT") this.#password = packet.password && asBuffer(packet.password);
    if (packet.type !== "PUBLISH" || packet.dup) return [];
    const deviceSecret = settings?.aliauth?.deviceSecret;
    const secrets = [
      ["password", this.#password],
      ["device secret", deviceSecret === undefined ? undefined : asBuffer(toBytes(deviceSecret))],
    ] as const;
    return secrets.flatMap(([secret, bytes]): readonly Exposed[] => {
      if (bytes === undefined || bytes.length < minLength) return [];
      if (Buffer.from(packet.topic).includes(bytes)) return [{ kind: "exposed", secret, in: "topic" }];
      return asBuffer(packet.payload).includes(bytes) ? [{ kind: "exposed", secret, in: "payload" }] : [];
    });
  }
}
