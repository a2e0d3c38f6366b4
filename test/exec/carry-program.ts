import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { carryingLine } from "../../src/adapters/exec/carry.ts";
import { openCarryStore } from "../../src/adapters/exec/carry-store.ts";
import { createOverlayEngine } from "../../src/adapters/exec/overlay/engine.ts";
import { shellCode } from "../../src/adapters/exec/plain.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";

/** Lines of one session, how they are run, and what came of it. */
export interface CarryRequest {
  readonly lines: readonly string[];
  readonly how: "isolated" | "plain" | "interactive";
}

export interface CarryResult {
  /** What the last line printed. */
  readonly out: string;
  /** Exit codes of all lines. */
  readonly codes: readonly number[];
  /** Notes for a person, of all lines. */
  readonly notes: readonly string[];
  /** Everything that is kept on the disk. */
  readonly kept: string;
}

/** Whatever a line does to `PATH`. */
const BASH = "/bin/bash";

/** As venv(1) writes it, without what concerns the prompt. */
const ACTIVATE = `deactivate () {
  PATH="\${_OLD_VIRTUAL_PATH:-}"; export PATH; unset _OLD_VIRTUAL_PATH VIRTUAL_ENV
}
VIRTUAL_ENV=$PWD/venv
export VIRTUAL_ENV
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
hash -r 2> /dev/null
`;

/** A program, so that it can be started as another user: reads requests as JSON, prints a result a line. */
const requests = JSON.parse(readFileSync(0, "utf8")) as CarryRequest[];
for (const request of requests) process.stdout.write(`${JSON.stringify(await tryOne(request))}\n`);

function makeWorkspace() {
  const folder = realpathSync(mkdtempSync(join(process.argv[2] ?? "/var/tmp", "carry-")));
  const workspace = join(folder, "work");
  for (const path of ["sub/deep", "bin", "venv/bin"]) mkdirSync(join(workspace, path), { recursive: true });
  symlinkSync("sub/deep", join(workspace, "link"));
  writeFileSync(join(workspace, "bin/mine"), "#!/bin/sh\necho mine\n", { mode: 0o755 });
  writeFileSync(join(workspace, "venv/bin/activate"), ACTIVATE);
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: join(folder, "home"),
    LANG: "C.UTF-8",
    GIVEN: "outside",
    PWD: workspace,
  };
  return { folder, workspace, env };
}

async function tryOne({ lines, how }: CarryRequest): Promise<CarryResult> {
  const place = makeWorkspace();
  return how === "interactive" ? interactive(lines, place) : session(lines, how, place);
}

type Place = ReturnType<typeof makeWorkspace>;

/** The model: one bash that is given all lines. */
function interactive(lines: readonly string[], { workspace, env }: Place): CarryResult {
  const input = [...lines.slice(0, -1), "printf '\\001'", ...lines.slice(-1), ""].join("\n");
  const ran = spawnSync("bash", ["--noprofile", "--norc", "--noediting", "-i"], {
    cwd: workspace,
    env,
    input: Buffer.from(input),
    encoding: "latin1",
  });
  return { out: ran.stdout.slice(ran.stdout.indexOf("\x01") + 1), codes: [], notes: [], kept: "" };
}

async function session(
  lines: readonly string[],
  where: "isolated" | "plain",
  place: Place,
): Promise<CarryResult> {
  const { folder, workspace, env } = place;
  const kept = join(folder, "kept");
  const store = openCarryStore(kept, { isCredential: (name) => name.endsWith("_TOKEN") });
  const run = where === "isolated" ? isolated(place) : plain();
  const codes: number[] = [];
  const notes: string[] = [];
  let out = "";
  for (const shell of lines) {
    const start = store.start("s", workspace, env);
    const line = carryingLine({ shell }, start.environment, { folder, where });
    if (!line) throw new Error(`\`${shell}\` carries nothing`);
    const ran = await run(shell, start.cwd, { ...start.environment, ...line.environment }, line.channel);
    notes.push(...start.notes, ...store.keep("s", line.readCarried()));
    line.close();
    codes.push(ran.code);
    out = ran.out;
  }
  const [file] = readdirSync(kept);
  return { out, codes, notes, kept: file === undefined ? "" : readFileSync(join(kept, file), "utf8") };
}

type RunLine = (
  shell: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  channel: number,
) => Promise<{ readonly code: number; readonly out: string }>;

function isolated({ folder, workspace }: Place): RunLine {
  const engine = createOverlayEngine({ state: join(folder, "state"), workspace, network: "off" });
  const journal = openJournal(join(folder, "journal"));
  return async (shell, cwd, env, channel) => {
    const output = openSync(join(folder, "output"), "w");
    const stdio = ["ignore", output, "ignore"] as const;
    const { ended, layer } = await engine.run({ shell }, { cwd, env, channel, stdio });
    if (layer.changes.length > 0) layer.commit(journal);
    else layer.discard();
    closeSync(output);
    return { code: shellCode(ended), out: readFileSync(join(folder, "output"), "latin1") };
  };
}

function plain(): RunLine {
  return async (shell, cwd, env) => {
    const ran = spawnSync(BASH, ["--noprofile", "--norc", "-c", shell, "bash"], {
      cwd,
      env,
      encoding: "latin1",
    });
    return {
      code: shellCode({ exitCode: ran.status, ...(ran.signal ? { signal: ran.signal } : {}) }),
      out: ran.stdout,
    };
  };
}
