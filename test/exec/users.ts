import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { probeOverlay } from "../../src/adapters/exec/overlay/probe.ts";
import { removeLater } from "../folders.ts";

/** An account without rights, by number; it needs no entry in the list of users. */
const ORDINARY = 12345;

/** Who the tests can be run as: whoever started them and, when that is root, an ordinary user as well. */
export const USERS: readonly { readonly name: string; readonly words: readonly string[] }[] =
  process.getuid?.() === 0
    ? [
        { name: "root", words: [] },
        {
          name: "an ordinary user",
          words: ["setpriv", `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, "--clear-groups"],
        },
      ]
    : [{ name: "an ordinary user", words: [] }];

/**
 * Every user with the usual set-up, and the last one also with the set-up that machines without Perl get. What is slow
 * is done in one way only, `isMain`.
 */
export const WAYS = [
  ...USERS.map((user, at) => ({ ...user, setup: "all", isMain: at === USERS.length - 1 })),
  ...USERS.slice(-1).map((user) => ({ ...user, setup: "without-perl", isMain: false })),
];

/** Why overlays cannot be tried here, or undefined. With `COUNTERSIGN_REQUIRE_ALL=1` that is an error. */
export function missingOverlay(): string | undefined {
  const probe = probeOverlay("/var/tmp");
  if (probe.works) return undefined;
  if (process.env.COUNTERSIGN_REQUIRE_ALL === "1")
    throw new Error(`overlays must work here: ${probe.reason}`);
  process.stderr.write(`overlay tests are skipped: ${probe.reason}\n`);
  return probe.reason;
}

/** A fresh folder that everybody may use, on an ordinary file system. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync("/var/tmp/countersign-exec-"));
  chmodSync(folder, 0o1777);
  return removeLater(folder);
}

/**
 * A fresh folder that everybody may use and that is not below a temporary one, which a command would not see: in
 * the checkout, or where the system allows it when the checkout itself is temporary.
 */
export function makeVisibleFolder(): string {
  const cache = join(import.meta.dirname, "../../node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const places = [realpathSync(cache), "/srv", "/opt"].filter(
    (path) => !/^\/(var\/)?tmp\//.test(path) && mayWrite(path),
  );
  const folder = realpathSync(mkdtempSync(join(places[0] ?? cache, "countersign-exec-")));
  chmodSync(folder, 0o1777);
  return removeLater(folder);
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a TypeScript program of this folder as one of `USERS`; gives what it printed. */
export function runAs(
  words: readonly string[],
  program: string,
  args: readonly string[],
  input = "",
): string {
  const all = [...words, process.execPath, join(import.meta.dirname, program), ...args];
  const ran = spawnSync(all[0] ?? "", all.slice(1), {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 400_000,
  });
  if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  return ran.stdout;
}

/** A project below a home, with our own folder beside. */
export function makeProject(): { readonly home: string; readonly workspace: string; readonly state: string } {
  const folder = makeFolder();
  const home = join(folder, "home");
  const workspace = join(home, "project");
  mkdirSync(workspace, { recursive: true });
  return { home, workspace, state: join(home, ".local/state/countersign") };
}
