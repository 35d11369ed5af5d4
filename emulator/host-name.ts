const label = /^(?!-)(?=.*[a-z0-9])[a-z0-9_-]{1,63}(?<!-)$/i; // RFC 1035 2.3.1, and the underscore that the field uses
const octet = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

/** Whether a text is an IPv4 or IPv6 address, or a legal domain name: result 1 of AT+QMTOPEN otherwise (note 3.2.3). */
export function isHostName(host: string): boolean {
  if (host.includes(":")) return /^[0-9a-f:.]+$/i.test(host) && URL.canParse(`http://[${host}]/`);
  const labels = (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
  if (!labels.every((it) => label.test(it))) return false;
  const looksLikeAddress = /^\d+$/.test(labels.at(-1) ?? "");
  return !looksLikeAddress || (labels.length === 4 && labels.every((it) => octet.test(it)));
}
