import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { closeRoom, openRoom } from "../src/adapters/exec/network/room.ts";
import { type Measurement, measurement, time } from "./measure.ts";

/** What the closed network of isolated commands costs: once for a session, and for each command. */
export async function run(short: boolean): Promise<readonly Measurement[]> {
  const folder = realpathSync(mkdtempSync("/var/tmp/countersign-bench-"));
  const options = { state: join(folder, "state"), allowed: ["packages.example.com"] };
  try {
    const first = await openRoom(options);
    if ("unavailable" in first) {
      process.stderr.write(`closed networks are not measured: ${first.unavailable}\n`);
      return [];
    }
    const again = await time(short ? 20 : 100, 3, () => openRoom(options));
    const opened: number[] = [];
    for (let round = 0; round < (short ? 3 : 10); round++) {
      await closeRoom(options.state);
      opened.push(...(await time(1, 0, () => openRoom(options))));
    }
    return [measurement("network: open a room", opened), measurement("network: enter an open room", again)];
  } finally {
    await closeRoom(options.state);
    rmSync(folder, { recursive: true, force: true });
  }
}
