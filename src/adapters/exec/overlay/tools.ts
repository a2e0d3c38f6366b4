import { accessSync, constants } from "node:fs";

/** Programs of the system that the set-up starts, by absolute path. */
export interface Tools {
  readonly shell: string;
  readonly unshare: string;
  readonly mount: string;
  /** Needed for root only. */
  readonly setpriv?: string;
  /** A command line that brings the loopback interface up; absent when no program for it is there. */
  readonly loopback?: string;
}

/** `PATH` may be the agent's; what sets the walls up is taken from the places of the system only. */
const SYSTEM_FOLDERS = [
  "/usr/bin",
  "/bin",
  "/usr/sbin",
  "/sbin",
  "/run/current-system/sw/bin",
  "/usr/local/bin",
];

/** Where the programs are, or the name of the first that is missing. */
export function findTools(): Tools | { readonly missing: string } {
  const [shell, unshare, mount] = ["sh", "unshare", "mount"].map(find);
  if (!shell) return { missing: "sh" };
  if (!unshare) return { missing: "unshare" };
  if (!mount) return { missing: "mount" };
  const setpriv = find("setpriv");
  const loopback = loopbackCommand();
  return { shell, unshare, mount, ...(setpriv ? { setpriv } : {}), ...(loopback ? { loopback } : {}) };
}

function loopbackCommand(): string | undefined {
  const ip = find("ip");
  if (ip) return `${ip} link set lo up`;
  const ifconfig = find("ifconfig");
  return ifconfig ? `${ifconfig} lo up` : undefined;
}

function find(name: string): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
