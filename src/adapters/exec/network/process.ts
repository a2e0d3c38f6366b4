import { readFileSync, readlinkSync } from "node:fs";

/** A process, so that another one that got its number later is not taken for it. */
export interface ProcessIdentity {
  readonly id: number;
  /** Clock ticks between the start of the machine and of the process: field 22 of `/proc/PID/stat`, proc(5). */
  readonly started: string;
}

/** The process with this number, or undefined when there is none or it has ended. */
export function identify(id: number): ProcessIdentity | undefined {
  const [state, ...fields] = statOf(id);
  const started = fields[18];
  return state === "Z" || state === "X" || started === undefined ? undefined : { id, started };
}

/** Number of the process that started this one; undefined when there is none. */
export function parentOf(id: number): number | undefined {
  const parent = statOf(id)[1];
  return parent === undefined ? undefined : Number(parent);
}

/** The fields of `/proc/PID/stat` from the third on. */
function statOf(id: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "latin1");
    // The name in field 2 is the program's choice and may hold brackets and blanks.
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Whether exactly this process still runs. */
export function runs({ id, started }: ProcessIdentity): boolean {
  return identify(id)?.started === started;
}

/** Inode number of a namespace of a process; undefined when it is gone or may not be looked at. */
export function namespaceOf(process: number | "self", kind: "user" | "net" | "pid"): number | undefined {
  try {
    const inode = /\[(\d+)\]$/.exec(readlinkSync(`/proc/${process}/ns/${kind}`))?.[1];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    return undefined;
  }
}
