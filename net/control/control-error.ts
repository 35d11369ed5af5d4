/** A request that is refused: its status, and a line for people that says what is wrong. */
export class ControlError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415;
  /** What the answer tells beside the error. */
  readonly more: object;

  constructor(status: ControlError["status"], message: string, more: object = {}) {
    super(message);
    this.status = status;
    this.more = more;
  }
}
