import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The process that is at work on something; a later process with the same number has another start. */
export interface Owner {
  readonly pid: number;
  /** In clock ticks since the machine started. */
  readonly start: string;
  /** The process namespace in which `pid` counts, as `pid:[4026531836]`. */
  readonly namespace?: string;
  /** Identifier of the start of the machine. */
  readonly boot?: string;
}

export function ownerOf(pid: number): Owner {
  const { namespace, boot } = ownPlace();
  return { pid, start: startOf(pid) ?? "", namespace, boot };
}

/** What a process wrote of itself; undefined when that cannot be read, or not yet. */
export function readOwner(path: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, "utf8")) as Owner;
    return typeof owner?.pid === "number" && typeof owner.start === "string" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** True for what this very process wrote. */
export function isSelf(owner: Owner): boolean {
  const { namespace, start } = ownerOf(process.pid);
  return owner.pid === process.pid && owner.start === start && (owner.namespace ?? namespace) === namespace;
}

/**
 * False only when the process is gone for certain. A process of another namespace, as of a container that shares the
 * folder, may not be visible from here; it counts as alive until the machine starts again.
 */
export function isAlive(owner: Owner): boolean {
  const { namespace, boot } = ownPlace();
  if (isKnown(owner.boot) && isKnown(boot) && owner.boot !== boot) return false;
  if (!isKnown(owner.namespace) || owner.namespace === namespace) {
    const start = startOf(owner.pid);
    return start !== undefined && start === owner.start;
  }
  return !seesEverything(namespace) || isThere(owner);
}

function isKnown(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

let place: { readonly namespace: string; readonly boot: string } | undefined;

function ownPlace(): { readonly namespace: string; readonly boot: string } {
  place ??= { namespace: namespaceOf("self") ?? "", boot: textOf("/proc/sys/kernel/random/boot_id") ?? "" };
  return place;
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** The first process namespace of the machine always has this number (kernel, PROC_PID_INIT_INO). */
const FIRST = "pid:[4026531836]";

/** From the first namespace every process can be seen, unless `/proc` hides those of others. */
function seesEverything(namespace: string): boolean {
  return namespace === FIRST && (process.getuid?.() === 0 || textOf("/proc/1/stat") !== undefined);
}

/** Looks through all processes for one with this number in its own namespace. */
function isThere({ pid, namespace }: Owner): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const numbers = /^NSpid:\s+(.*)$/m.exec(textOf(`/proc/${name}/status`) ?? "")?.[1]?.split(/\s+/) ?? [];
    if (numbers.at(-1) !== String(pid)) return false;
    const its = namespaceOf(name);
    return its === undefined || its === namespace;
  });
}

/** Field 22 of proc_pid_stat(5), counted after the name in parentheses. */
function startOf(pid: number): string | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}
