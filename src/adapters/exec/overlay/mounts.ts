import { readFileSync } from "node:fs";
import { sep } from "node:path";

/** One line of `/proc/PID/mountinfo` (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly id: string;
  readonly parent: string;
  /** Where it is mounted, absolute, unescaped. */
  readonly at: string;
  /** Options of the mount itself, for example `rw,nosuid,relatime`. */
  readonly options: readonly string[];
  /** Kind of file system, for example `ext4`. */
  readonly type: string;
}

/** The mounts that a process sees, in the order of the kernel. Throws when `/proc` cannot be read. */
export function readMounts(process: number | "self"): readonly Mount[] {
  return parseMounts(readFileSync(`/proc/${process}/mountinfo`, "utf8"));
}

/** Reads the text of a mountinfo file. */
export function parseMounts(text: string): readonly Mount[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [id = "", parent = "", , , at = "", options = ""] = before.split(" ");
      return {
        id,
        parent,
        at: unescapeOctal(at),
        options: options.split(","),
        type: after.split(" ")[0] ?? "",
      };
    });
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes = text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
  return bytes;
}

/** The mount that a path leads into, covered ones left out; the path must be resolved already. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let current = mounts.find((mount) => mount.at === "/" && !mounts.some((one) => one.id === mount.parent));
  for (;;) {
    const under = current;
    const next = mounts
      .filter((mount) => mount.parent === under?.id && mount.id !== under?.id && isWithin(path, mount.at))
      .toSorted((a, b) => a.at.length - b.at.length)[0];
    if (!next) return current;
    current = next;
  }
}

/** The mounts that can be reached by a path, each once. */
export function reachableMounts(mounts: readonly Mount[]): readonly Mount[] {
  const reached = mounts.map((mount) => mountOf(mount.at, mounts));
  return [...new Set(reached)].filter((mount) => mount !== undefined);
}

/** True when `path` is `folder` or lies below it; both absolute and resolved. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
