/** A request to the control port. */
export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

/** The same request as a line for a shell. */
export function curlOf({ method, path, body }: Call, origin: string, hasToken = false): string {
  const parts = [
    "curl",
    ...(method === "GET" || (method === "POST" && body !== undefined) ? [] : ["-X", method]),
    ...(hasToken ? ["-H", '"Authorization: Bearer $BC28_TOKEN"'] : []),
    ...(body === undefined ? [] : ["-H", "'Content-Type: application/json'", "-d", quoted(JSON.stringify(body))]),
    /[?&*'[\]{}]/.test(path) ? quoted(`${origin}${path}`) : `${origin}${path}`,
  ];
  return parts.join(" ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
