/** A failure that a person can do something about: what happened, and what to do next. */
export class UserError extends Error {
  readonly code: string;
  readonly help: string;

  constructor(code: string, message: string, help: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.help = help;
  }
}
