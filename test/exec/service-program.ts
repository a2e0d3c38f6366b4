import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";

/**
 * Runs one command in a place of `makeProject` and ends as it did; what was captured is committed. `argv`: `live` or
 * `captured`, the folder of the place, command.
 */
const [, , writes, folder = "", command = "true"] = process.argv;
const home = join(folder, "home");
const workspace = join(home, "project");
const state = join(home, ".local/state/countersign");
const engine = createOverlayEngine({
  state,
  workspace,
  home,
  workspaceWrites: writes === "live" ? "live" : "captured",
  network: "off",
  masked: [join(workspace, ".env")],
});
const env = { PATH: process.env.PATH, HOME: home, STATE: state };
const { ended, leftBehind, layer } = await engine.run({ shell: command }, { cwd: workspace, env });
const changed = layer.changes.map(({ kind, path }) => `${kind} ${path.slice(folder.length)}`);
layer.commit(openJournal(join(state, "journal")));
process.stdout.write(`${JSON.stringify({ ended, leftBehind, changed })}\n`);
