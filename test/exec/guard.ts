import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { disk } from "../../src/adapters/journal/storage.ts";
import { makeFolder } from "./users.ts";

/**
 * Makes every file system read-only but one folder, proves it, and only then starts the words that follow. `$1`: the
 * folder; the rest: what to start.
 */
const GUARD = `
folder=$1; shift
mount --make-rprivate / && mount --bind "$folder" "$folder" || exit 125
while read -r _ _ _ _ at _ rest; do
  case "$at" in "$folder" | /proc | /proc/*) continue ;; esac
  mount -o remount,bind,ro "$at" 2>/dev/null
done </proc/self/mountinfo
open=$(awk -v own="$folder" '{ last[$5] = $6 } END { for (at in last) if (at != own && at !~ /^\\/proc(\\/|$)/ && last[at] !~ /^ro(,|$)/) print at }' /proc/self/mountinfo)
[ -z "$open" ] || { echo "$open stays writable" >&2; exit 125; }
for place in / /etc /usr /tmp /var/tmp "$HOME"; do
  if [ -w "$place" ]; then echo "$place is writable" >&2; exit 125; fi
done
[ -w "$folder" ] || exit 125
cd "$folder" && exec "$@"
`;

/** An ordinary user needs a namespace of users as well, and gives up again what it brings. */
function guardWords(folder: string): readonly string[] {
  const script = ["sh", "-c", GUARD, "sh", folder];
  if (process.getuid?.() === 0) return ["unshare", "--mount", "--", ...script];
  const drop = ["setpriv", "--inh-caps=-all", "--ambient-caps=-all"];
  return ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "--", ...script, ...drop];
}

/** Why nothing destructive can be run here without danger, or undefined. With `COUNTERSIGN_REQUIRE_ALL=1` an error. */
export function missingGuard(): string | undefined {
  const folder = makeFolder();
  const [first = "", ...rest] = [...guardWords(folder), "true"];
  const ran = spawnSync(first, rest, { encoding: "utf8", timeout: 20_000 });
  disk.removeTree(folder);
  if (ran.status === 0) return undefined;
  const reason = `the rest of this machine cannot be made read-only: ${ran.stderr.trim()}`;
  if (process.env.COUNTERSIGN_REQUIRE_ALL === "1") throw new Error(reason);
  process.stderr.write(`destructive lines are not run: ${reason}\n`);
  return reason;
}

/**
 * Runs a TypeScript program of this folder as one of `USERS` where nothing can be written but one fresh folder, its
 * first argument; gives what it printed. Whatever the program and the commands that it starts do, it cannot reach
 * the machine's own files.
 */
export async function runGuarded(
  user: readonly string[],
  program: string,
  args: readonly string[],
  input = "",
): Promise<string> {
  const folder = makeFolder();
  const node = [process.execPath, join(import.meta.dirname, program), folder, ...args];
  const [first = "", ...rest] = [...guardWords(folder), ...user, ...node];
  const child = spawn(first, rest, { timeout: 400_000, killSignal: "SIGKILL" });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  const [code, signal] = await once(child, "close");
  disk.removeTree(folder);
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${err}`);
  return out;
}
