import { statOf } from "../exec/diff/extent.ts";
import { StepConflict } from "./conflict.ts";
import type { Storage } from "./storage.ts";

/** Puts something where nothing may be. A second name is refused where something is, which a rename would replace. */
export function install(from: string, path: string, mode: number | undefined, storage: Storage): void {
  const waiting = statOf(from);
  if (!waiting) return;
  if (isSameEntry(from, path)) storage.unlink(from);
  else if (statOf(path)) throw new StepConflict(path, "something new is there");
  else if (waiting.isDirectory() || !linkNew(from, path, storage)) move(from, path, mode, storage);
  else storage.unlink(from);
}

/** False where the file system has no second names, or the kernel refuses this one. */
function linkNew(from: string, path: string, storage: Storage): boolean {
  try {
    storage.link(from, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EEXIST") throw new StepConflict(path, "something new is there");
    if (!NO_LINKS.includes(code)) throw error;
    return false;
  }
}

const NO_LINKS = ["EPERM", "EMLINK", "EXDEV", "EOPNOTSUPP", "ENOTSUP"];

/** True when two paths are names of one file, as between the two halves of `install`. */
export function isSameEntry(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  return a !== undefined && b !== undefined && !a.isDirectory() && a.ino === b.ino && a.dev === b.dev;
}

/** Renames; `mode`: that of a folder that its owner may not write to, which a rename needs for a moment. */
export function move(from: string, to: string, mode: number | undefined, storage: Storage): void {
  if (mode !== undefined) storage.chmod(from, mode | 0o700);
  try {
    storage.rename(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !statOf(from)) throw new StepConflict(from, "it is gone");
    if (code === "ENOTEMPTY" || code === "ENOTDIR" || code === "EISDIR")
      throw new StepConflict(to, "something new is there");
    throw error;
  }
  if (mode !== undefined) storage.chmod(to, mode);
}
