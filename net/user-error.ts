/**
 * An error that the user can correct. Its message is one line that says what is wrong and what to do. Its code is the exit
 * code of the command: 1 for a failure, 2 for wrong usage.
 */
export class UserError extends Error {
  readonly code: 1 | 2;

  constructor(message: string, code: 1 | 2 = 1) {
    super(message);
    this.name = "UserError";
    this.code = code;
  }
}

/** The error for a wrong command line or option: exit code 2. */
export const usage = (message: string): UserError => new UserError(message, 2);
