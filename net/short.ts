const longest = 200;

/** Of what somebody else has named, as much as a line of a log bears. */
export const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
