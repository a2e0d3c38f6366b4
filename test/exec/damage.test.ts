import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeFolder, runAs, USERS } from "./users.ts";

/** Every state instead of a sample. */
const all = process.env.COUNTERSIGN_THOROUGH === "1";
const isRequired = process.env.COUNTERSIGN_REQUIRE_ALL === "1";
const memory = mkdtempSync("/dev/shm/countersign-damage-");
afterAll(() => rmSync(memory, { recursive: true, force: true }));
const isOther = statSync(memory).dev !== statSync("/var/tmp").dev;

/** What was tried: how many states, how many of them with a step that is done, and what was wrong. */
interface Tried {
  readonly tried: number;
  readonly found: number;
  readonly problems: readonly string[];
}

function check(said: string, least: number): void {
  const { tried, found, problems } = JSON.parse(said) as Tried;
  expect(problems).toEqual([]);
  expect(tried).toBeGreaterThanOrEqual(least);
  expect(found).toBeGreaterThan(0);
}

describe.skipIf(process.platform !== "linux").each(USERS)("a step, as $name", ({ words }) => {
  const place = makeFolder();
  const program = (...args: readonly string[]) => runAs(words, "damage-program.ts", args);

  it("[X-journal] stopped at any change, and its recovery too, is done or not done", () => {
    check(program(place, place, place, "renaming", all ? "1" : "5"), 40);
  }, 120_000);

  it("[X-journal] whose files are cut at any length or zeroed is done or not done; no original is lost", () => {
    check(program(place, place, place, "damage", all ? "1" : "90"), 40);
  }, 600_000);

  it("[X-journal] during which a person works on the same paths, at any moment, loses nothing of theirs", () => {
    check(program(place, place, place, "meanwhile"), 120);
  }, 120_000);

  it.skipIf(!isOther && !isRequired)(
    "[X-journal] between two file systems, stopped at any change, is done or not done",
    () => {
      const stage = mkdtempSync(join(memory, "stage-"));
      spawnSync("chmod", ["1777", memory, stage]);
      check(program(place, place, stage, "crossing", all ? "1" : "41"), 10);
    },
    600_000,
  );
});

const canMount = spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
if (!canMount) console.warn("skipped: full disks need `unshare` with user namespaces");

describe.skipIf(!canMount && !isRequired)("a full disk", () => {
  const program = join(import.meta.dirname, "damage-program.ts");
  it.each([
    ["under everything", '"$1" "$1" "$1"'],
    ["under the workspace, the rest elsewhere", '"$1" "$2" "$2"'],
    ["under the journal, the rest elsewhere", '"$2" "$1" "$2"'],
  ])(
    "[X-journal] %s: done whole or not at all, told clearly, and done once there is space",
    (_, folders) => {
      const [small, other] = [makeFolder(), makeFolder()];
      const script = `mount -t tmpfs -o size=400k none "$1" && "$3" "$4" ${folders} full`;
      const ran = spawnSync(
        "unshare",
        ["-Urm", "sh", "-ec", script, "sh", small, other, process.execPath, program],
        { encoding: "utf8", timeout: 120_000 },
      );
      expect(ran.stderr).toBe("");
      check(ran.stdout, 17);
    },
    120_000,
  );
});
