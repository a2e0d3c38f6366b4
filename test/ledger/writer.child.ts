/** A process that records events and says on its standard output which ones were acknowledged. */
import fs from "node:fs";
import { openLedger } from "../../src/adapters/ledger/ledger.ts";

const [directory = "", keys = "", name = "", count = "0"] = process.argv.slice(2);
try {
  const ledger = await openLedger({ directory, keys, clock: () => Date.now(), waitMilliseconds: 15_000 });
  for (let at = 0; at < Number(count); at += 1) {
    const receipt = await ledger.append({ type: "test.noted", writer: name, count: at });
    fs.writeSync(1, `${JSON.stringify({ seq: receipt.seq, checkpoint: receipt.checkpoint })}\n`);
  }
  await ledger.close();
} catch (error) {
  const { code, message, help } = error as Error & { code?: string; help?: string };
  fs.writeSync(1, `${JSON.stringify({ code, message, help })}\n`);
}
