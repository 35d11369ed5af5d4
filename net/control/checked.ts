import * as v from "valibot";
import { ControlError } from "./control-error.js";

/** Checks what a request holds. Throws a ControlError (400) that says what is wrong and where. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, given: unknown): T {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue) ?? "";
  if (issue.expected === "never") throw new ControlError(400, `${place}: there is no such key`);
  throw new ControlError(
    400,
    place === "" || issue.message.startsWith(`${place}:`) ? issue.message : `${place}: ${issue.message}`,
  );
}
