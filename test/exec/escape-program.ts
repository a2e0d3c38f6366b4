import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { findTools } from "../../src/adapters/exec/overlay/tools.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import { describeTree } from "./tree.ts";

/** What became of one attempt to get out. */
export interface EscapeResult {
  readonly attempt: string;
  readonly output: string;
  /** Everything outside is as before. */
  readonly untouched: boolean;
  /** The command saw the secret. */
  readonly leaked: boolean;
}

/** A program, so that it can be started as another user: reads attempts as JSON, prints one result a line. */
const attempts = JSON.parse(readFileSync(0, "utf8")) as string[];
const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "escape-")));
const [home, workspace] = ["home", "home/work"].map((name) => join(folder, name));
/** Where a command can look but not write: not below a temporary folder, which it would not see at all. */
const outside = mkdtempSync(join(process.argv[3] ?? "", "outside-"));
for (const path of [home, workspace, join(home ?? "", ".ssh")]) mkdirSync(path ?? "");
writeFileSync(join(home ?? "", ".ssh/key"), "TOPSECRET");
writeFileSync(join(outside, "file"), "outside");
writeFileSync(join(workspace ?? "", ".env"), "TOKEN=TOPSECRET");
writeFileSync(join(workspace ?? "", "file"), "inside");
symlinkSync(outside, join(workspace ?? "", "link"));
const state = join(home ?? "", ".local/state/countersign");
mkdirSync(join(state, "keys"), { recursive: true });
writeFileSync(join(state, "keys/own"), "TOPSECRET");
const victim = spawn("sleep", ["600"], { stdio: "ignore" });
const tools = findTools(process.argv[4] === "without-perl" ? "without-perl" : "all");
if ("missing" in tools) throw new Error(tools.missing);
const engine = createOverlayEngine({
  tools,
  state,
  workspace: workspace ?? "",
  home: home ?? "",
  network: "off",
  masked: [join(home ?? "", ".ssh"), join(workspace ?? "", ".env")],
});
const env = {
  PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: home,
  OUTSIDE: outside,
  WORK: workspace,
  STATE: state,
  VICTIM: String(victim.pid),
};
const inherited = openSync(outside, "r");
const everything = () =>
  describeTree(home ?? "", "plain")
    .filter((line) => !line.startsWith("/.local/"))
    .concat(describeTree(outside, "plain"));
const before = everything().join("\n");
for (const attempt of attempts) process.stdout.write(`${JSON.stringify(await tryOne(attempt))}\n`);
victim.kill();
closeSync(inherited);
spawnSync("rm", ["-rf", folder, outside]);

async function tryOne(attempt: string): Promise<EscapeResult> {
  const path = join(folder, "output");
  const output = openSync(path, "w");
  const ran = await engine.run(
    { shell: attempt },
    { cwd: workspace ?? "", env, stdio: ["ignore", output, output] },
  );
  ran.layer.discard();
  closeSync(output);
  const text = readFileSync(path, "utf8");
  const alive = victim.exitCode === null && victim.signalCode === null && existsSync(`/proc/${victim.pid}`);
  openJournal(join(state, "journal"));
  return {
    attempt,
    output: text,
    untouched: everything().join("\n") === before && alive,
    leaked: text.includes("TOPSECRET"),
  };
}
