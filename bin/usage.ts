import { UserError } from "../net/user-error.js";

/** What is thrown where the command line asks for something that there is not: one line, and exit code 2. */
export const usage = (message: string): UserError => new UserError(message, 2);
