import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { findTools } from "../../src/adapters/exec/overlay/tools.ts";

/**
 * Runs one command isolated with the caller's own streams; `argv`: `all` or `without-perl`, folder, command. Exits as
 * the command did.
 */
const [, , setup, parent = "/var/tmp", command = "true"] = process.argv;
const folder = realpathSync(mkdtempSync(join(parent, "shell-")));
const workspace = join(folder, "work");
mkdirSync(workspace);
const tools = findTools(setup === "without-perl" ? "without-perl" : "all");
if ("missing" in tools) throw new Error(tools.missing);
const engine = createOverlayEngine({ state: join(folder, "state"), workspace, network: "off", tools });
const env = {
  PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
  TERM: "xterm",
  "ODD-NAME": "x",
  QUOTED: "it's\n$HOME `x`",
};
const { ended, layer } = await engine.run({ shell: command }, { cwd: workspace, env });
layer.discard();
engine.close();
if (ended.exitCode === null) process.kill(process.pid, ended.signal ?? "SIGKILL");
else process.exitCode = ended.exitCode;
