/** Something the user can put right: its message is one line for stderr, its code the exit code (1 = failure, 2 = usage). */
export class UserError extends Error {
  readonly code: 1 | 2;

  constructor(message: string, code: 1 | 2 = 1) {
    super(message);
    this.name = "UserError";
    this.code = code;
  }
}

/** What is thrown where the command line asks for something that there is not: one line, and exit code 2. */
export const usage = (message: string): UserError => new UserError(message, 2);
