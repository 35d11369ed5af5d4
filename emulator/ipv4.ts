const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const address = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** Whether a text is an IPv4 address: four numbers up to 255, none with zeros before it. */
export const isIpv4 = (text: string): boolean => address.test(text);
