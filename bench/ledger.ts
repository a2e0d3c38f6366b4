import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger } from "../src/adapters/ledger/ledger.ts";
import { type Measurement, percentiles, time } from "./measure.ts";

const EVENT = {
  type: "policy.decided",
  action: "01JEXAMPLE0000000000000000",
  at: 0,
  tier: 1,
  digest: "a".repeat(64),
  policyDigest: "b".repeat(64),
  rules: ["workspace.change", "workspace.read"],
  reason: "it changes files of the own workspace, and a restore point exists",
};

/** Events and bare writes take turns in blocks, so that both meet the disk in the same mood. */
const BLOCK = 250;

/**
 * Durable events a second, each with its own signed checkpoint, beside a bare write and sync of as many bytes
 * in the same folder.
 */
export async function run(short: boolean): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const rounds = short ? 500 : 4_000;
  try {
    const bare = openSync(join(folder, "bare"), "w");
    const places = { directory: join(folder, "log"), keys: join(folder, "keys") };
    const ledger = await openLedger({ ...places, clock: () => Date.now() });
    const durations: number[] = [];
    const reference: number[] = [];
    for (let block = 0; block < rounds / BLOCK; block += 1) {
      durations.push(...(await time(BLOCK, 0, () => ledger.append(EVENT))));
      reference.push(...(await time(BLOCK, 0, () => writeAndSync(bare))));
    }
    closeSync(bare);
    await ledger.close();
    return [perSecond("ledger: durable events with checkpoint", durations, reference)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeAndSync(file: number): void {
  writeSync(file, Buffer.alloc(700, "x"));
  fdatasyncSync(file);
}

/** `p50` is the mean rate of the whole run, pauses for full tiles included; the others are those of single events. */
function perSecond(name: string, durations: readonly number[], reference: readonly number[]): Measurement {
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const { p95, p99 } = percentiles(durations);
  return {
    name,
    p50: 1_000 / mean(durations),
    p95: 1_000 / p95,
    p99: 1_000 / p99,
    unit: "per second",
    limit: 2_000,
    reference: { name: "bare write and sync", p50: mean(reference) },
    ratio: mean(durations) / mean(reference),
  };
}
