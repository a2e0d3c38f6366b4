import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { takePrint } from "../../src/entry/tour/fingerprint.ts";
import { LAUNCHER, needs, works } from "../cli/program.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "countersign-tour-test-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Tour {
  readonly code: number | null;
  readonly out: string;
  readonly lines: readonly string[];
  /** What it left in the folder for temporary files and in the home of whoever started it. */
  readonly left: readonly string[];
}

/** Runs the real tour with folders of its own for everything it could leave behind. */
function tour(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Tour> {
  const temporary = join(root, name);
  const home = join(root, `${name}-home`);
  for (const folder of [temporary, home]) mkdirSync(folder);
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const env = { PATH: path, HOME: home, TMPDIR: temporary, LANG: "C.UTF-8", NO_COLOR: "1", ...environment };
  const [program = "", ...args] = words;
  const child = spawn(program, args, { env, cwd: root, stdio: ["ignore", "pipe", "pipe"], timeout: 90_000 });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (out += chunk));
  return new Promise((resolve) =>
    child.once("close", (code) => {
      const left = [...readdirSync(temporary), ...readdirSync(home)];
      resolve({ code, out, lines: stripVTControlCharacters(out).split("\n"), left });
    }),
  );
}

const WITHOUT_NAMESPACES = [
  ...["unshare", "--user", "--map-root-user", "sh", "-c"],
  'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" tour',
  LAUNCHER,
];

const canIsolate = works(
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
  "--pid",
  "--fork",
  "--mount-proc",
  "true",
);

describe.concurrent("[TOUR] the tour destroys its own workspace for real and gets it back", () => {
  const UNDONE = /✓ SHA-256 before (\w{8}), now \1: all \d+ paths are as they were/g;

  const check = async (ran: Promise<Tour>, engine: string) => {
    const { code, out, lines, left } = await ran;
    const all = lines.join("\n");
    expect(all).toContain(`engine ${engine}`);
    const bad = lines.filter((line) => line.includes("✗") && !line.includes("~/.bashrc"));
    expect(bad).toEqual(
      engine === "snapshot" ? ["  ✗ what the script wrote outside of the project stays"] : [],
    );
    expect([code, all.match(UNDONE)?.length, left]).toEqual([0, 3, []]);
    expect(all).toMatch(/it would take \d+ files in \d+ folders, \d+ kB/);
    expect(all).toContain("in no commit: 1 changed, 3 untracked, 1 ignored, 1 stash");
    expect(all).toMatch(/\$ rm -rf .* T2 {2}yes, ran[^✓✗]*gone: all \d+ files and folders, \.git as well/);
    expect(all).toContain("✓ 3 of 3 losses were undone");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    return { all, out };
  };

  it.skipIf(!needs("user namespaces", canIsolate))(
    "[X-held] isolated, what a script does beyond its name waits and is rejected",
    async () => {
      const { all, out } = await check(tour("isolated", [LAUNCHER, "tour"]), "linux-overlay");
      expect(out).not.toContain("\u001b[");
      expect(all).toMatch(/sh scripts\/format\.sh +T1 {2}ran, 1 HELD/);
      expect(all).toMatch(/\$ countersign held [^$]*\.bashrc/);
      expect(all).toContain("waited and was rejected");
    },
    90_000,
  );

  it.skipIf(!needs("user namespaces", canIsolate))(
    "without isolation the project comes back, and what lies outside of it is not claimed",
    async () => {
      const colours = { NO_COLOR: "", FORCE_COLOR: "1", TERM: "xterm" };
      const { all, out } = await check(tour("snapshot", WITHOUT_NAMESPACES, colours), "snapshot");
      expect(out).toContain("\u001b[");
      expect(all.replace(/\s+/g, " ")).toContain("why not isolated: user namespaces are switched off");
    },
    90_000,
  );

  it("without the gate everything is gone", async () => {
    const { code, out, left } = await tour("plain", [LAUNCHER, "tour", "--without-gate"]);
    expect(out).toMatch(/✗ the service was down for [\d.]+ s/);
    expect(out).toMatch(/\$ rm -rf .* ran {2}\d+ ms\s+gone: all \d+ files and folders/);
    expect(out).toContain("✗ 0 files of the project are left");
    expect([code, left]).toEqual([0, []]);
  }, 90_000);
});

describe("[TOUR] a fingerprint tells every difference", () => {
  const folder = join(root, "print");
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(folder, "sub/file"), "content", { mode: 0o644 });
  const first = takePrint(folder).digest;

  const CHANGES: readonly (readonly [string, string])[] = [
    ["another byte", "printf contenT >sub/file"],
    ["another mode", "chmod 600 sub/file"],
    ["another name", "mv sub/file sub/other"],
    ["an empty folder more", "mkdir empty"],
    ["a link instead of the file", "mv sub/file target; ln -s ../target sub/file"],
    ["another link target", "rm sub/file; ln -s elsewhere sub/file"],
  ];

  it.each(CHANGES)("%s", async (_, change) => {
    const copy = join(mkdtempSync(join(root, "copy-")), "folder");
    const script = `cp -a "$1" "$2" && cd "$2" && ${change}`;
    const child = spawn("sh", ["-c", script, "sh", folder, copy], { stdio: "inherit" });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    expect(takePrint(copy).digest).not.toBe(first);
  });

  it("equal folders have equal fingerprints, and a folder that is gone has no paths", () => {
    expect(takePrint(folder).digest).toBe(first);
    expect(takePrint(join(root, "not-there")).paths.size).toBe(0);
  });
});
