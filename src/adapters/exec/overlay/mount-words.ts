import { randomUUID } from "node:crypto";
import type { PlannedMount } from "./plan.ts";

/** One mount as the system calls take it. */
export interface MountCall {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  /** Flags of mount(2); undefined when the mount is there already and only gets `attributes`. */
  readonly flags: number | undefined;
  /** Options that only the file system itself understands. */
  readonly data: string;
  /** Attributes of mount_setattr(2) to set afterwards; 0 for none. */
  readonly attributes: number;
}

/** Flags of mount(2) by their option (kernel, include/uapi/linux/mount.h). */
const FLAGS: Readonly<Record<string, number>> = {
  ro: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  bind: 0x1000,
  rbind: 0x5000,
};

/** Attributes of mount_setattr(2) by their option: the same four have the same numbers there. */
const ATTRIBUTES = ["ro", "nosuid", "nodev", "noexec"];

/**
 * A bind mount takes no restriction while it is made; it gets its own afterwards, and keeps those of what it shows:
 * in a user namespace they may not be taken away.
 */
export function mountCall({ source, target, type, options }: PlannedMount): MountCall {
  const words = options.split(",");
  const bits = (names: readonly string[]) => names.reduce((sum, name) => sum | (FLAGS[name] ?? 0), 0);
  const restrictions = bits(words.filter((word) => ATTRIBUTES.includes(word)));
  if (words.includes("remount"))
    return { source, target, type, flags: undefined, data: "", attributes: restrictions };
  const isBind = words.includes("bind") || words.includes("rbind");
  const data = words.filter((word) => FLAGS[word] === undefined).join(",");
  if (!isBind) return { source, target, type, flags: bits(words), data, attributes: 0 };
  const flags = bits(words.filter((word) => word === "bind" || word === "rbind"));
  return { source, target, type, flags, data: "", attributes: restrictions };
}

/**
 * The lines of a file for `mount -T` (fstab(5)). `mount -a` leaves out what it takes for mounted already: the same
 * source at the same place. In a folder that is an overlay itself nothing would be captured then, and a tmpfs would
 * not be masked; so what has no real source gets one that nothing else has.
 */
export function mountLines(mounts: readonly PlannedMount[]): string {
  const own = `countersign-${randomUUID()}`;
  return mounts
    .map(({ source, target, type, options }) => {
      const from = type === "none" ? escapeBlanks(source) : own;
      return [from, escapeBlanks(target), type, `${options} 0 0\n`].join(" ");
    })
    .join("");
}

/** In fstab(5) blanks and backslashes are written as octal digits. */
function escapeBlanks(text: string): string {
  return text.replace(
    /[\\ \t\n#]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
