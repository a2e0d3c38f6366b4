import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { probeOverlay } from "../../src/adapters/exec/overlay/probe.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";

/** What a run did, started inside another run or not. */
export interface NestedResult {
  readonly works: boolean;
  readonly reason?: string;
  /** What came of a run that was tried in spite of a probe that said no. */
  readonly tried: string;
  /** The file that it writes, before the commit and after it. */
  readonly before: string;
  readonly after: string;
}

/** `argv`: folder, place of the inner state, how deep. Starts itself inside a run as often as that. */
const [, , parent = "", stateIn = "", depth = "0"] = process.argv;
const workspace = join(realpathSync(parent), "work");
mkdirSync(workspace, { recursive: true });
const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
process.stdout.write(depth === "0" ? JSON.stringify(await once()) : await deeper());

async function deeper(): Promise<string> {
  const state = join(parent, `state${depth}`);
  const engine = createOverlayEngine({ state, workspace, network: "off", tmp: "host" });
  const words = [process.execPath, import.meta.filename, parent, stateIn, String(Number(depth) - 1)];
  const out = join(workspace, "said");
  const line = `${words.map((word) => `'${word}'`).join(" ")} > '${out}' 2>&1`;
  const run = await engine.run(
    { shell: line },
    { cwd: workspace, env, stdio: ["ignore", "ignore", "inherit"] },
  );
  const said = run.changes.find((one) => one.path === out);
  const text = said ? readFileSync(run.layer.contentOf(said) ?? "", "utf8") : "nothing was said";
  run.layer.discard();
  engine.close();
  return text;
}

async function once(): Promise<NestedResult> {
  const state = join(stateIn, "inner");
  const file = join(workspace, "file");
  writeFileSync(file, "old");
  const probe = probeOverlay(state);
  const read = () => readFileSync(file, "utf8").trim();
  try {
    const engine = createOverlayEngine({ state, workspace, network: "off", tmp: "host" });
    const run = await engine.run(
      { shell: "echo new > file" },
      { cwd: workspace, env, stdio: ["ignore", "ignore", "ignore"] },
    );
    const before = read();
    const tried = run.layer.commit(openJournal(join(state, "journal"))).outcome;
    return { ...probe, tried, before, after: read() };
  } catch (error) {
    const now = read();
    return { ...probe, tried: String(error), before: now, after: now };
  }
}
