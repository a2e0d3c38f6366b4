import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as decisions from "./decisions.ts";
import * as exec from "./exec.ts";
import * as ledger from "./ledger.ts";
import * as loads from "./loads.ts";
import type { Measurement } from "./measure.ts";
import * as network from "./network.ts";
import * as snapshot from "./snapshot.ts";

const json = process.argv.includes("--json");
const short = process.argv.includes("--short");
const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
try {
  const print = (measurements: readonly Measurement[]) => {
    for (const one of measurements) console.log(json ? JSON.stringify(one) : row(one));
  };
  // First, because a file system on which many files were just written and removed makes new ones slowly.
  print(await exec.run(short));
  print(await decisions.run(short, folder));
  print(await ledger.run(short));
  print(await network.run(short));
  print(await loads.run(short));
  if (!short) print(await snapshot.run(short));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function row({ name, p50, p95, p99, unit, limit, reference, ratio }: Measurement): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(8);
  const bar =
    limit === undefined ? "" : `  bar ${unit === "per second" ? "≥" : "≤"} ${Number(limit.toFixed(1))}`;
  const beside =
    reference && ratio !== undefined
      ? `  ${ratio.toFixed(2)} × ${reference.name} (${number(reference.p50).trim()} ${unit})`
      : "";
  const values =
    unit === "per second"
      ? `${number(p50)} per second`
      : `p50 ${number(p50)}  p95 ${number(p95)}  p99 ${number(p99)} ${unit}`;
  return `${name.padEnd(46)}${values}${bar}${beside}`;
}
