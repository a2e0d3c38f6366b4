/** One measurement as `npm run bench -- --json` prints it (DESIGN §10). */
export interface Measurement {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly unit: "ms" | "MB" | "per second";
  /** The bar of DESIGN §11 or of the issue; for `per second` a lower, for the others an upper bound of p50. */
  readonly limit?: number;
  /** The same thing done the plain way, in the same run. */
  readonly reference?: { readonly name: string; readonly p50: number };
  /** p50 by the reference's p50. */
  readonly ratio?: number;
}

/** Percentiles of durations in milliseconds. */
export function percentiles(durations: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Runs something `rounds` times after `warm` rounds that do not count; gives each duration in milliseconds. */
export async function time(
  rounds: number,
  warm: number,
  run: (round: number) => unknown,
): Promise<readonly number[]> {
  const durations: number[] = [];
  for (let round = -warm; round < rounds; round++) {
    const start = performance.now();
    await run(round);
    if (round >= 0) durations.push(performance.now() - start);
  }
  return durations;
}

/** A measurement in milliseconds, beside a reference that was measured in the same run. */
export function measurement(
  name: string,
  durations: readonly number[],
  limit?: number,
  reference?: { readonly name: string; readonly durations: readonly number[] },
): Measurement {
  const own = percentiles(durations);
  const base = reference ? percentiles(reference.durations).p50 : undefined;
  return {
    name,
    ...own,
    unit: "ms",
    ...(limit === undefined ? {} : { limit }),
    ...(reference && base !== undefined
      ? { reference: { name: reference.name, p50: base }, ratio: own.p50 / base }
      : {}),
  };
}
