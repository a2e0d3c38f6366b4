import { existsSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { disk } from "../../journal/storage.ts";

/** The number tells it from what an earlier or later version makes. */
const NAME = "template-1";

/** Where the template is, as seen from the folder of a run. */
export const TEMPLATE = `../../${NAME}`;

/** Devices that a command has. */
export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

const DEVICE_LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
};

/**
 * Makes what every run mounts and none changes: `device` (becomes `/dev`), the file `empty` (covers a secret file), and
 * `l0` and `l1`, on which a run sees the captured folders below its overlays. Once for all runs, because making a file
 * costs more than mounting it; the mounts are in namespaces of each run's own.
 */
export function makeTemplate(state: string): void {
  const folder = join(state, NAME);
  if (existsSync(folder)) return;
  const aside = mkdtempSync(join(state, "template-new-"));
  fill(aside);
  try {
    renameSync(aside, folder);
  } catch (error) {
    disk.removeTree(aside);
    if (!existsSync(folder)) throw error;
  }
}

function fill(folder: string): void {
  writeFileSync(join(folder, "empty"), "", { mode: 0o444 });
  for (const name of ["l0", "l1", "device"]) mkdirSync(join(folder, name), { mode: 0o755 });
  for (const name of DEVICES) writeFileSync(join(folder, "device", name), "");
  for (const name of ["pts", "shm"]) mkdirSync(join(folder, "device", name));
  for (const [name, target] of Object.entries(DEVICE_LINKS))
    symlinkSync(target, join(folder, "device", name));
}
