import { ATTRIBUTE_CALLS } from "../diff/extended.ts";
import { mountCall } from "./mount-words.ts";
import { PERL_PROGRAM } from "./perl-program.ts";
import type { PlannedMount } from "./plan.ts";
import {
  commandWords,
  DROPPED,
  isRoot,
  type Launch,
  type Setup,
  type SetupStart,
  sharedProc,
} from "./setup.ts";

/**
 * Numbers of the system calls mount, unshare, setns, prctl, capset (kernel, syscall tables); those of newer calls are
 * the same everywhere.
 */
const CALLS: Readonly<Record<string, string>> = { x64: "165,272,308,157,126", arm64: "40,97,268,167,91" };

/** What starts the set-up by one program that does the system calls itself. `perl`: where it is. */
export function perlStart(perl: string): SetupStart {
  const numbers = `${ATTRIBUTE_CALLS[process.arch]},${CALLS[process.arch]}`;
  return {
    words: [perl, "-f", "-e", PERL_PROGRAM, numbers],
    environment: { LC_ALL: "C" },
    descriptors: ["pipe", "ignore"],
  };
}

/** The same, with what to set up. */
export function perlSetup(request: Launch, perl: string): Setup {
  return { ...perlStart(perl), opening: openingOf(request), close: () => {} };
}

const PROC: PlannedMount = { source: "proc", target: "/proc", type: "proc", options: "nosuid,nodev,noexec" };

/** Fields that each end with a NUL, before them their length in twelve digits; a list is led by its length. */
function openingOf(request: Launch): Buffer {
  const { folder, cwd, network, channel } = request;
  const fields = [
    ...[folder, cwd, typeof network === "string" ? network : "room"],
    ...(isRoot() ? ["all", "all"] : [process.getuid?.(), process.getgid?.()]),
    channel === undefined ? "" : "channel",
    ...(isRoot() ? rootCapabilities() : [0, 0, 0]),
    ...list(request.copied.flatMap(({ lower, upper }) => [lower, upper])),
    ...list([PROC, ...sharedProc(), ...request.mounts].flatMap(mountFields)),
    ...list(environmentPairs(request)),
    ...list(commandWords(request)),
  ];
  const bytes = Buffer.from(fields.map((field) => `${field}\0`).join(""));
  return Buffer.concat([Buffer.from(String(bytes.length).padStart(12, "0")), bytes]);
}

type Field = string | number | undefined;

function list(fields: readonly Field[]): readonly Field[] {
  return [fields.length, ...fields];
}

function mountFields(mount: PlannedMount): readonly Field[] {
  const { source, target, type, flags, data, attributes } = mountCall(mount);
  return [source, target, type, flags ?? "", data, attributes];
}

/** The two halves of what is kept (capget(2)), then the list of what is dropped. */
function rootCapabilities(): readonly Field[] {
  const numbers = Object.values(DROPPED);
  const half = (first: number) =>
    numbers
      .filter((number) => number >= first && number < first + 32)
      .reduce((kept, number) => kept - 2 ** (number - first), 2 ** 32 - 1);
  return [half(0), half(32), ...list(numbers)];
}

/** A name with `=` would be another name; the system takes none. */
function environmentPairs({ env }: Launch): readonly string[] {
  return Object.entries(env)
    .filter(([name, value]) => value !== undefined && name !== "" && !name.includes("="))
    .map(([name, value]) => `${name}=${value}`);
}
