import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  countersign,
  countersignLater,
  countersignOnTerminal,
  LAUNCHER,
  makePlace,
  needs,
  type Place,
  works,
} from "./program.ts";

/** A command that needs the operator's yes (it leaves the workspace), and the file that shows that it ran. */
function outsideCommand(place: Place) {
  const file = join(place.home, "made-outside");
  return { command: `touch ${file}`, file };
}

function ledgerFolder(place: Place): string {
  return join(place.environment.COUNTERSIGN_HOME ?? "", "state/ledger");
}

describe("[CLI-run] a permitted command", () => {
  it("runs, and its exit code is passed through", () => {
    const place = makePlace();
    expect(countersign(place, ["run", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])).toMatchObject({
      code: 7,
      out: "out\n",
      err: "err\n",
    });
  });

  it("runs as the words it came in, whatever is in them", () => {
    const place = makePlace();
    const word = "a b'c\"d$HOME`id`;&|\n*";
    expect(countersign(place, ["run", "--", "printf", "%s", word]).out).toBe(word);
  });

  it("reads standard input", () => {
    expect(countersign(makePlace(), ["run", "--", "cat"], "typed").out).toBe("typed");
  });

  it("a single word is a line for bash, whatever start files say", () => {
    const place = makePlace();
    const start = join(place.home, "start.sh");
    writeFileSync(start, "echo started\n");
    const guarded = { ...place, environment: { ...place.environment, BASH_ENV: start, ENV: start } };
    expect(countersign(guarded, ["run", "echo a | tr a b"]).out).toBe("b\n");
  });

  it("has its way back: undo puts the very bytes back", () => {
    const place = makePlace();
    mkdirSync(join(place.project, "build/deep"), { recursive: true });
    writeFileSync(join(place.project, "build/deep/file"), "kept\n");
    expect(countersign(place, ["run", "rm -rf build"]).code).toBe(0);
    expect(existsSync(join(place.project, "build"))).toBe(false);
    expect(countersign(place, ["undo", "--last"]).code).toBe(0);
    expect(readFileSync(join(place.project, "build/deep/file"), "utf8")).toBe("kept\n");
  });

  it.each([
    ["git reset --hard", "echo changed > tracked"],
    ["git checkout -- .", "echo changed > tracked"],
    ["git clean -fd", "echo new > untracked"],
    ["git stash drop", "echo stashed > tracked && git stash -q"],
    ["git branch -D side", "git branch side"],
    ["rm -rf src && mkdir src", "mkdir -p src && echo a > src/a"],
  ])("%s is undone", (command, before) => {
    const place = makePlace();
    const sh = (text: string) => {
      const options = { cwd: place.project, env: place.environment, encoding: "utf8" } as const;
      return spawnSync("bash", ["-c", text], options).stdout;
    };
    sh(
      "git config user.email a@example.com; git config user.name a; echo first > tracked; git add -A; git commit -qm first",
    );
    sh(before);
    const look =
      "git status --porcelain -uall; git branch -a; git stash list; for f in $(git ls-files -co --exclude-standard); do echo $f; cat $f; done";
    const was = sh(look);
    expect(countersign(place, ["run", command]).code).toBe(0);
    expect(sh(look)).not.toBe(was);
    expect(countersign(place, ["undo", "--last"]).code).toBe(0);
    expect(sh(look)).toBe(was);
  });

  it("undo refuses to overwrite what was changed afterwards", () => {
    const place = makePlace();
    writeFileSync(join(place.project, "notes"), "first\n");
    countersign(place, ["run", "rm notes"]);
    writeFileSync(join(place.project, "notes"), "mine\n");
    expect(countersign(place, ["undo", "--last"])).toMatchObject({ code: 2 });
    expect(readFileSync(join(place.project, "notes"), "utf8")).toBe("mine\n");
  });
});

describe("[SESSION] one action is judged with what the session did and may do", () => {
  const inSession = (place: Place): Place => ({
    ...place,
    environment: { ...place.environment, COUNTERSIGN_SESSION: "s1" },
  });

  it("many small deletions are one big one", () => {
    const place = inSession(makePlace());
    mkdirSync(join(place.project, "many"));
    for (let at = 0; at < 520; at++) writeFileSync(join(place.project, `many/${at}`), "");
    const names = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `many/${from + at}`).join(" ");
    expect(countersign(place, ["run", `rm ${names(0, 480)}`]).code).toBe(0);
    expect(countersign(place, ["run", `rm ${names(480, 520)}`]).code).toBe(10);
    expect(
      countersign({ ...place, environment: { ...place.environment, COUNTERSIGN_SESSION: "s2" } }, [
        "run",
        `rm ${names(480, 520)}`,
      ]).code,
    ).toBe(0);
  });

  it("what lies outside the declared scope asks, what lies inside does not", () => {
    const place = inSession(makePlace());
    const folder = join(place.environment.COUNTERSIGN_HOME ?? "", "config/scopes");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "s1.json"), JSON.stringify({ task: "fix the rounding bug", paths: ["src"] }));
    expect(countersign(place, ["run", "mkdir -p src && touch src/a"]).code).toBe(0);
    expect(countersign(place, ["run", "touch other"]).code).toBe(10);
  });

  it("[L6] a scope that cannot be understood is not no scope", () => {
    const place = inSession(makePlace());
    const folder = join(place.environment.COUNTERSIGN_HOME ?? "", "config/scopes");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "s1.json"), "{}");
    expectNothingRun(place, /scope/);
  });
});

describe("[L6] no yes, no run", () => {
  it("a question without a terminal is a no", () => {
    const place = makePlace();
    const { command, file } = outsideCommand(place);
    expect(countersign(place, ["run", command], "yes\n")).toMatchObject({ code: 10 });
    expect(existsSync(file)).toBe(false);
  });

  it("what needs a second person stops with a ticket", () => {
    const place = makePlace();
    const ran = countersign(place, ["run", "terraform apply -auto-approve"]);
    expect(ran.code).toBe(11);
    expect(ran.err).toMatch(/ticket {3}[0-9A-Z]{26}/);
    expect(ran.err).toContain("Nothing was run");
  });

  it("what is forbidden says why, and what to do instead", () => {
    const place = makePlace();
    const ran = countersign(place, [
      "run",
      "--environment",
      "production",
      "terraform apply -replace=aws_db_instance.main -auto-approve",
    ]);
    expect(ran.code).toBe(12);
    expect(ran.err).toMatch(/TX {2}forbidden[\s\S]*why[\s\S]*instead[\s\S]*Nothing was run/);
  });

  it("a policy file that cannot be read forbids everything, and is named", () => {
    const place = makePlace();
    mkdirSync(join(place.project, ".countersign/policy"), { recursive: true });
    writeFileSync(join(place.project, ".countersign/policy/broken.cedar"), "forbid (");
    const ran = countersign(place, ["run", "touch x"]);
    expect(ran.code).toBe(12);
    expect(ran.err).toContain("broken.cedar");
    expect(existsSync(join(place.project, "x"))).toBe(false);
  });
});

const hasScript = works("script", "-qec", "true", "/dev/null");

describe.skipIf(!needs("script(1)", hasScript))("[CLI-ask] the operator's own terminal", () => {
  it("yes runs it", () => {
    const place = makePlace();
    const { command, file } = outsideCommand(place);
    expect(countersignOnTerminal(place, `run '${command}'`, "yes").code).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  it("anything else refuses", () => {
    const place = makePlace();
    const { command, file } = outsideCommand(place);
    expect(countersignOnTerminal(place, `run '${command}'`, "y").code).toBe(13);
    expect(existsSync(file)).toBe(false);
  });

  it("[L8] inside an agent's shell nobody is asked", () => {
    const place = makePlace();
    const { command, file } = outsideCommand(place);
    expect(countersignOnTerminal(place, `run '${command}'`, "yes", { CLAUDECODE: "1" }).code).toBe(10);
    expect(existsSync(file)).toBe(false);
  });

  it("[L3] no answer on the terminal counts for what needs a second person", () => {
    const place = makePlace();
    expect(countersignOnTerminal(place, "run 'terraform destroy -auto-approve'", "yes").code).toBe(11);
  });
});

describe("[L7] the log comes first", () => {
  it("every step stands in it, and it verifies", () => {
    const place = makePlace();
    countersign(place, ["run", "--", "true"]);
    const types = countersign(place, ["show", lastAction(place), "--json"])
      .out.trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type)
      // Only an engine that isolates has something to say here.
      .filter((type) => type !== "effects.captured");
    expect(types).toEqual([
      "action.proposed",
      "effects.analyzed",
      "policy.decided",
      "execution.intended",
      "execution.finished",
    ]);
    expect(countersign(place, ["verify"])).toMatchObject({ code: 0 });
  });

  it("a state folder that cannot be made: nothing runs", () => {
    const place = makePlace();
    writeFileSync(join(place.home, "file"), "");
    const broken = {
      ...place,
      environment: { ...place.environment, COUNTERSIGN_HOME: join(place.home, "file") },
    };
    expectNothingRun(broken, /cannot|not a/);
  });

  it("an altered log: nothing runs, and verify names the place", () => {
    const place = makePlace();
    countersign(place, ["run", "--", "true"]);
    const folder = join(ledgerFolder(place), "segment");
    const file = join(folder, readdirSync(folder)[0] ?? "");
    const bytes = readFileSync(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expectNothingRun(place, /ledger|log/);
    expect(countersign(place, ["verify"]).code).toBe(12);
  });

  it("a log cut off at its end: nothing runs", () => {
    const place = makePlace();
    countersign(place, ["run", "--", "true"]);
    const folder = join(ledgerFolder(place), "segment");
    const file = join(folder, readdirSync(folder)[0] ?? "");
    writeFileSync(file, readFileSync(file).subarray(0, -300));
    expectNothingRun(place, /ledger|log|truncated/);
  });

  it("several processes at once: all are recorded, none is lost", async () => {
    const place = makePlace();
    const ended = await Promise.all(
      Array.from({ length: 6 }, (_, at) => countersignLater(place, ["run", `touch file-${at}`])),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(countersign(place, ["log", "--json", "--limit", "100"]).out.trim().split("\n")).toHaveLength(6);
    expect(countersign(place, ["verify"]).code).toBe(0);
  });

  it("killed while the command runs: the outcome stays visibly unknown", async () => {
    const place = makePlace();
    const running = countersignLater(place, ["run", "touch started; sleep 30"]);
    for (let at = 0; at < 100 && !existsSync(join(place.project, "started")); at++) await sleep(50);
    process.kill(-(running.pid ?? 0), "SIGKILL");
    await running;
    expect(countersign(place, ["log"]).out).toContain("unknown: started, no outcome");
    expect(countersign(place, ["run", "--", "true"]).code).toBe(0);
    const verified = countersign(place, ["verify"]);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toContain("what it did is unknown");
  });

  it("[SECRET] a token in a command does not get into the log", () => {
    const place = makePlace();
    const token = "ghp_0123456789abcdefABCDEF0123456789abcd";
    countersign(place, ["run", `echo ${token} > file`]);
    const folder = ledgerFolder(place);
    const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const holds = all.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(token));
    expect(holds.map(({ name }) => name)).toEqual([]);
    expect(countersign(place, ["show", lastAction(place)]).out).not.toContain(token);
  });
});

const hasNamespaces = works("unshare", "-Urm", "true");

describe.skipIf(!needs("user namespaces", hasNamespaces))("[L7] a disk that takes no more", () => {
  it.each([
    ["is full", "mount -t tmpfs -o size=64k none $S && head -c 200k /dev/zero > $S/fill; true"],
    ["is read-only", "mount -t tmpfs none $S && mount -o remount,ro none $S"],
  ])("%s: nothing runs", (_, prepare) => {
    const place = makePlace();
    const state = place.environment.COUNTERSIGN_HOME ?? "";
    mkdirSync(state, { recursive: true });
    const script = `S=${state}; ${prepare}; ${LAUNCHER} run 'touch ran'`;
    const ran = spawnSync("unshare", ["-Urm", "sh", "-c", script], {
      cwd: place.project,
      env: place.environment,
      encoding: "utf8",
    });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/countersign: cannot .*\n {2}\S/);
    expect(existsSync(join(place.project, "ran"))).toBe(false);
  });
});

function lastAction(place: Place): string {
  const line = countersign(place, ["log", "--json", "--limit", "1"]).out;
  return (JSON.parse(line) as { id: string }).id;
}

function expectNothingRun(place: Place, message: RegExp): void {
  const ran = countersign(place, ["run", "touch ran"]);
  expect(ran.code).toBe(2);
  expect(ran.err).toMatch(message);
  expect(ran.err.trim().split("\n").length).toBeGreaterThan(1);
  expect(existsSync(join(place.project, "ran"))).toBe(false);
}
