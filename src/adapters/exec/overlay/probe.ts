import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { disk } from "../../journal/storage.ts";
import { canReadExtended } from "../diff/extended.ts";
import { isWithin, mountOf, readMounts } from "./mounts.ts";
import { isRoot } from "./setup.ts";
import { findTools, type Tools } from "./tools.ts";

/** Whether commands can be run in an overlay on this machine; the reason is a sentence for a person. */
export type OverlayProbe =
  | {
      readonly works: true;
      /** With the network off, local servers work. */
      readonly loopback: boolean;
      /** Changes of extended attributes of folders are seen. */
      readonly extendedAttributes: boolean;
    }
  | { readonly works: false; readonly reason: string };

/**
 * Tries it: namespaces, then an overlay whose changes go to a folder below `state`; a folder is deleted and made
 * again there, which needs extended attributes. Takes some ten milliseconds;
 * the answer holds as long as the machine runs, so the caller keeps it.
 *
 * `lower`: a folder to lay it over, instead of one below `state`: only two overlays can lie on each other.
 */
export function probeOverlay(state: string, lower?: string): OverlayProbe {
  if (process.platform !== "linux") return { works: false, reason: "overlays need Linux" };
  const replaced = REPLACED.find((folder) => isWithin(resolve(state), folder));
  if (replaced !== undefined)
    return {
      works: false,
      reason: `\`${state}\` lies below \`${replaced}\`, of which a command gets its own`,
    };
  const tools = findTools();
  if ("missing" in tools)
    return { works: false, reason: `\`${tools.missing}\` is not installed (package util-linux)` };
  if (isRoot() && !tools.setpriv)
    return { works: false, reason: "`setpriv` is not installed (package util-linux)" };
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(state, "probe-"));
  try {
    for (const name of [`l/${TRIED}`, "u", "w", "m"]) mkdirSync(join(folder, name), { recursive: true });
    const failure = tryOverlay(tools, folder, lower ?? "");
    if (failure !== undefined) return { works: false, reason: reasonFor(failure, state, lower) };
  } finally {
    disk.removeTree(folder);
  }
  return { works: true, loopback: tools.loopback !== undefined, extendedAttributes: canReadExtended() };
}

/** The folder that is deleted and made again. */
const TRIED = ".countersign-probe";

/** Where a command does not see the machine's own. */
const REPLACED = ["/dev", "/proc", "/sys"];

const TRY = `
cd "$1" || exit 1
[ -z "$2" ] || "$MOUNT" -c --bind "$2" l || exit 2
"$MOUNT" -c -t overlay -o userxattr,volatile,lowerdir=l,upperdir=u,workdir=w overlay m || exit 2
mkdir -p m/${TRIED} && rm -r m/${TRIED} && mkdir m/${TRIED} && echo works >m/${TRIED}/file && exit 0
exit 3
`;

function tryOverlay(tools: Tools, folder: string, lower: string): string | undefined {
  const words = ["--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child"];
  const ran = spawnSync(
    tools.unshare,
    [...words, "--mount-proc", "--", tools.shell, "-c", TRY, "sh", folder, lower],
    {
      env: { LC_ALL: "C", PATH: "/usr/bin:/bin", MOUNT: tools.mount },
      encoding: "utf8",
      timeout: 5000,
    },
  );
  return ran.status === 0 ? undefined : ran.stderr || `it ended with ${ran.status ?? ran.signal}`;
}

/** The kernel answers with a number; what it means depends on what is switched off. */
function reasonFor(failure: string, state: string, lower: string | undefined): string {
  const detail = failure.trim().split("\n")[0];
  if (setting("/proc/sys/user/max_user_namespaces") === "0")
    return "user namespaces are switched off (`user.max_user_namespaces` is 0)";
  if (setting("/proc/sys/kernel/unprivileged_userns_clone") === "0")
    return "user namespaces are switched off for ordinary users (`kernel.unprivileged_userns_clone` is 0)";
  if (failure.includes("mount /proc failed"))
    return "a second `/proc` is refused, because parts of this one are covered (a container?)";
  const refused = failure.includes("unshare");
  if (refused && setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1")
    return "AppArmor restricts user namespaces (`kernel.apparmor_restrict_unprivileged_userns` is 1): install the profile in `share/apparmor`";
  if (refused) return `namespaces are refused here (a container's seccomp profile?): ${detail}`;
  if (mountOf(state, readMounts("self"))?.type === "overlay")
    return `\`${state}\` is itself on an overlay (a container?): put the state folder on a volume or a tmpfs`;
  if (lower !== undefined && mountOf(lower, readMounts("self"))?.type === "overlay")
    return `\`${lower}\` lies on overlays already, and the kernel lays no further one over it: ${detail}`;
  return `an overlay does not work here: ${detail}`;
}

function setting(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}
