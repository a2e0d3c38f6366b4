import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { release } from "node:os";
import { hasPerl, PERL } from "../diff/extended.ts";

/** Programs of the system that the set-up starts, by absolute path. */
export interface Tools {
  readonly shell: string;
  readonly unshare: string;
  readonly mount: string;
  /** Runs lines; absent: the one that the command's own `PATH` names. */
  readonly bash?: string;
  /** Does the whole set-up by itself, in half the time; absent: the other programs do it. */
  readonly perl?: string;
  /** Needed to join a room without Perl. */
  readonly nsenter?: string;
  /** Needed for root only. */
  readonly setpriv?: string;
  /** A command line that brings the loopback interface up; absent when no program for it is there. */
  readonly loopback?: string;
  /** Words before a command that give it back the signals which the shells above it ignore. */
  readonly reset?: readonly string[];
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

/** Where the programs are, or the name of the first that is missing. `without-perl`: as on a machine without it. */
export function findTools(which: "all" | "without-perl" = "all"): Tools | { readonly missing: string } {
  const [shell, unshare, mount] = ["sh", "unshare", "mount"].map(findSystem);
  if (!shell) return { missing: "sh" };
  if (!unshare) return { missing: "unshare" };
  if (!mount) return { missing: "mount" };
  const [bash, nsenter, setpriv] = ["bash", "nsenter", "setpriv"].map(findSystem);
  const loopback = loopbackCommand();
  const perl = which === "all" && hasPerl() && isLinuxSince(5, 12) ? PERL : undefined;
  const reset = perl === undefined ? resetWords() : undefined;
  return {
    ...{ shell, unshare, mount },
    ...(bash ? { bash } : {}),
    ...(perl ? { perl } : {}),
    ...(nsenter ? { nsenter } : {}),
    ...(setpriv ? { setpriv } : {}),
    ...(loopback ? { loopback } : {}),
    ...(reset ? { reset } : {}),
  };
}

/** mount_setattr(2), which the set-up by Perl needs, is there since Linux 5.12. */
function isLinuxSince(major: number, minor: number): boolean {
  const [own = 0, ownMinor = 0] = release()
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  return own > major || (own === major && ownMinor >= minor);
}

function loopbackCommand(): string | undefined {
  const ip = findSystem("ip");
  if (ip) return `${ip} link set lo up`;
  const ifconfig = findSystem("ifconfig");
  return ifconfig ? `${ifconfig} lo up` : undefined;
}

/** A program holds the names of its options as text; starting it to ask would cost more than reading it. */
const LARGEST_ENV = 4_000_000;

/** A shell cannot give back a signal that was ignored when it started; `env` of coreutils 8.31 and later can. */
function resetWords(): readonly string[] | undefined {
  const env = findSystem("env");
  if (env === undefined || statSync(env).size > LARGEST_ENV) return undefined;
  if (!readFileSync(env).includes("default-signal")) return undefined;
  return [env, "--default-signal=INT,QUIT,TERM,HUP", "--"];
}

/** A program in the places of the system, absolute. */
export function findSystem(name: string): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
