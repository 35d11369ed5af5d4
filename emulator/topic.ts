import type { Octets } from "../at/octets.js";
import { isMqttString } from "../at/params.js";

/** Whether the octets are a topic name, which has no wildcards. [MQTT-3.3.2-2], [MQTT-4.7.3-1] */
export const isTopicName = (octets: Octets): boolean => isMqttString(octets) && !/[#+]/.test(octets);

/** Whether the octets are a topic filter. [MQTT-4.7.1-2], [MQTT-4.7.1-3] */
export function isTopicFilter(octets: Octets): boolean {
  const levels = octets.split("/");
  const legal = levels.every((level, index) => {
    if (level === "+") return true;
    if (level === "#") return index === levels.length - 1;
    return !/[#+]/.test(level);
  });
  return legal && isMqttString(octets);
}

/** Whether a topic name matches a filter. MQTT 4.7 */
export function topicMatches(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split("/"), topic.split("/")];
  if (topic.startsWith("$") !== filter.startsWith("$")) return false; // [MQTT-4.7.2-1]
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (levels[at] === undefined || (level !== "+" && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}
