/** Somebody else changed what a step is about to change. */
export class StepConflict extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`\`${path}\`: ${reason}`);
    this.path = path;
  }
}
