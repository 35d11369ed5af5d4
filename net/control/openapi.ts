import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { Route } from "./route.js";
import { routes } from "./routes.js";

const refusalTexts: Readonly<Record<number, string>> = {
  400: "The request is wrong; the error says what and where. Nothing has changed.",
  401: "The token is missing or wrong.",
  403: "The request comes under a foreign name, or from a page of another origin.",
  413: "The body is longer than 1 MiB.",
  415: "The body is no JSON.",
};

const errorSchema = {
  type: "object",
  properties: { error: { type: "string", description: "One line that says what is wrong." } },
  required: ["error"],
};

/** The OpenAPI document of the control port, made from its routes. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(":id", "{id}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "bc28-emu control",
      version,
      description: "Drives a running bc28-emu from any language.",
      license: { name: "see the package", identifier: "LicenseRef-package" },
    },
    servers: [{ url: "/" }],
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Needed beyond loopback." } },
      schemas: { Error: errorSchema },
    },
  };
}

function operationOf(route: Route): object {
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  return {
    operationId: operationIdOf(route),
    summary: route.about.split(/(?<=[.:])\s/)[0]?.replace(/[.:]$/, ""),
    description: route.about,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { content: { "application/json": { schema: jsonSchema(route.body, "input") } } },
    }),
    responses: {
      200: { description: "It is done.", content: contentOf(route) },
      ...Object.fromEntries(Object.entries({ ...refusalsOf(route), ...route.refusals }).map(refusal)),
    },
  };
}

/** `GET /api/broker/messages` is `getBrokerMessages`. */
const operationIdOf = ({ method, path }: Route): string =>
  method.toLowerCase() +
  path
    .replace("/api/", "/")
    .replace(/[/:](\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/[/:]/g, "");

function contentOf({ path, answer }: Route): object {
  const json = { "application/json": { schema: jsonSchema(answer, "output") } };
  if (path.endsWith(".html")) return { "text/html": { schema: { type: "string" } } };
  return path === "/api/events" ? { ...json, "text/event-stream": { schema: { type: "string" } } } : json;
}

const refusalsOf = ({ body }: Route): Readonly<Record<number, string>> => {
  const { 413: long = "", 415: foreign = "", ...always } = refusalTexts;
  return body === undefined ? always : { ...always, 413: long, 415: foreign };
};

const refusal = ([status, description]: [string, string]): [string, object] => [
  status,
  { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
];

const pathParameters = ({ path }: Route): readonly object[] =>
  path.endsWith("/:id") ? [{ name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } }] : [];

function queryParameters({ query }: Route): readonly object[] {
  if (query === undefined) return [];
  const { properties: given = {} } = jsonSchema(query, "input") as Properties;
  const { properties: read = {} } = jsonSchema(query, "output") as Properties;
  return Object.entries(given).map(([name, text]) => {
    const { description, ...schema } = read[name]?.type === "integer" ? read[name] : text; // a query is text, also where it is a number
    return { name, in: "query", ...(description && { description }), schema };
  });
}

/** The part of a JSON Schema that parameters are made of. */
interface Properties {
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly type?: string }>>;
}

function jsonSchema(schema: v.GenericSchema, typeMode: "input" | "output"): object {
  const { $schema: _, ...made } = toJsonSchema(schema, { typeMode, errorMode: "ignore" });
  return made;
}
