import fs, { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Takes, restores or collects in a process of its own in which the n-th call that writes ends the process at once,
 * or finds the disk full. Prints how many such calls there were, and how it ended.
 */
const [action = "", workspace = "", store = "", id = "", fault = "count", at = "0"] = process.argv.slice(2);

const WRITES = [
  "writeSync",
  "writeFileSync",
  "renameSync",
  "linkSync",
  "copyFileSync",
  "mkdirSync",
  "rmSync",
  "rmdirSync",
  "unlinkSync",
  "symlinkSync",
  "chmodSync",
  "lutimesSync",
  "fsyncSync",
] as const;
const FILLS: ReadonlySet<string> = new Set([
  "writeSync",
  "writeFileSync",
  "copyFileSync",
  "mkdirSync",
  "symlinkSync",
]);

let calls = 0;
type Any = (...input: unknown[]) => unknown;
const table = fs as unknown as Record<string, Any>;
for (const name of WRITES) {
  const original = table[name] as Any;
  table[name] = (...input: unknown[]) => {
    if (fault === "ENOSPC" && !FILLS.has(name)) return original(...input);
    if (++calls === Number(at)) {
      if (fault === "kill") process.kill(process.pid, "SIGKILL");
      else if (fault === "ENOSPC")
        throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: "ENOSPC" });
    }
    return original(...input);
  };
}
syncBuiltinESMExports();

const { takeSnapshot } = await import("../../src/adapters/restore/snapshot/take.ts");
const { restoreSnapshot } = await import("../../src/adapters/restore/snapshot/restore.ts");
const { collectGarbage } = await import("../../src/adapters/restore/snapshot/garbage.ts");

let ended = "done";
try {
  if (action === "take") await takeSnapshot(workspace, store, { id });
  if (action === "restore") {
    const { failed } = await restoreSnapshot(store, id);
    if (failed.length > 0) ended = "failed in part";
  }
  if (action === "collect") await collectGarbage(store, { bytes: 0, ageMilliseconds: 0, keepLast: 1 });
} catch (error) {
  ended = (error as { code?: string }).code ?? (error as Error).message;
}
writeSync(1, JSON.stringify({ calls, ended }));
