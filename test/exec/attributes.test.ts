import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasPerl } from "../../src/adapters/exec/diff/extended.ts";
import { hasGetfattr } from "../../src/adapters/exec/diff/getfattr.ts";
import { makeFolder, missingOverlay } from "./users.ts";

const hex = (text: string) => Buffer.from(text).toString("hex");
const ONE = { [hex("user.empty")]: "", [hex("user.note")]: hex("one"), [hex("user.ünï")]: hex("\0two\n") };
const OTHER = { [hex("user.y")]: hex("2") };
const KEPT = { [hex("user.keep")]: hex("k") };

const EXPECTED = {
  read: [ONE, OTHER, ONE, KEPT],
  copied: true,
  opaque: true,
  merged: true,
  origin: [true, false],
  compared: [null, { before: ONE, after: OTHER }, null, { before: ONE, after: KEPT }],
  probe: true,
};

const HIDE_PERL = "mount --bind /dev/null /usr/bin/perl 2>/dev/null || true; ";

function check(prepare: string): void {
  const program = join(import.meta.dirname, "attributes-program.ts");
  const words = [process.execPath, program, makeFolder()];
  const script = `${prepare}exec "$@"`;
  const ran = spawnSync("unshare", ["-Urm", "sh", "-ec", script, "sh", ...words], { encoding: "utf8" });
  expect([ran.stderr, JSON.parse(ran.stdout || "null")]).toEqual(["", EXPECTED]);
}

/** True when the test cannot run; with `COUNTERSIGN_REQUIRE_ALL=1` it runs and fails. */
function lacks(what: string, isThere: boolean): boolean {
  if (!isThere) console.warn(`extended attributes without that are not tested: ${what} is not installed`);
  return !isThere && process.env.COUNTERSIGN_REQUIRE_ALL !== "1";
}

describe.skipIf(missingOverlay() !== undefined)("extended attributes", () => {
  it.skipIf(lacks("Perl", hasPerl()))("[X-overlay] are read, set, copied and taken away with Perl", () => {
    check("");
  });

  it.skipIf(lacks("getfattr (package attr)", hasGetfattr()))(
    "[X-overlay] and just the same with getfattr and setfattr where there is no Perl",
    () => check(HIDE_PERL),
  );
});
