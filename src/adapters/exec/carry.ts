import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Runnable } from "../../gate/ports.ts";
import { CHANNEL } from "./overlay/setup.ts";

/**
 * Takes the working directory and the exported variables from one line of a session to the next.
 *
 * The line itself is run unchanged, by `bash -c`. Bash reads the file named by `BASH_ENV` before it; from there we set
 * a trap for its end, which writes to the same file where the shell stands and what it exports. `exit`, `set -e`,
 * a failed line and a signal that bash handles end in that trap as well.
 *
 * Not carried, because it would change what a later line means without being seen in its text: functions, aliases,
 * shell options, variables that are not exported, traps, the folder stack, limits, the file mode mask.
 *
 * Nothing is carried when bash does not come to its trap: after `exec PROGRAM`, `kill -9`, `set -n`, or when the line
 * sets or clears a trap for EXIT itself. What differs for the line: `trap -p` lists one trap more, `set -v` prints it,
 * and a last command is a child of bash instead of taking its place, so that bash tells of a signal which ended it.
 */
export interface CarryingLine {
  /** The line as it was judged. */
  readonly runnable: Runnable;
  /** To be added to the environment of the command. */
  readonly environment: Readonly<Record<string, string>>;
  /** The open file: `RunOptions.channel` of the isolated engine. */
  readonly channel: number;
  /** What the line left, once it ended; undefined when that cannot be told. */
  readCarried(): Carried | undefined;
  close(): void;
}

/** What a line left for the next one. Written by the command: data of its choice, inside the bounds. */
export interface Carried {
  /** Absolute, resolved; undefined when the folder is gone. */
  readonly cwd: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** How that differs from what the line was started with. */
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  /** Names that the line gave a value which is not carried: too long, no UTF-8, or a meaning for shells or for us. */
  readonly dropped: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the command runs isolated, with our file as its channel, or beside us. */
type Where = "isolated" | "plain";

/**
 * Prepares a line; undefined when there is nothing to carry: words instead of a line, or a bash that would not read
 * our file (`POSIXLY_CORRECT`), or no `/proc`. `given`: all variables that the command gets; `folder`: where a file can be made; it has no name there for long.
 */
export function carryingLine(
  runnable: Runnable,
  given: Environment,
  { folder, where }: { readonly folder: string; readonly where: Where },
): CarryingLine | undefined {
  if (!("shell" in runnable) || given.POSIXLY_CORRECT !== undefined) return undefined;
  if (process.platform !== "linux") return undefined;
  const channel = openHidden(folder);
  const file = where === "isolated" ? CHANNEL : `/proc/${process.pid}/fd/${channel}`;
  writeSync(channel, prelude(file));
  return {
    runnable,
    environment: { BASH_ENV: file },
    channel,
    readCarried: () => parseCarried(readBounded(channel), given),
    close: () => closeSync(channel),
  };
}

/** Bytes of a folder and all variables. */
const MOST_BYTES = 2_097_152;

/** Bytes of one variable: the kernel takes no longer text (MAX_ARG_STRLEN, execve(2)). */
const LONGEST = 131_071;

const MOST_VARIABLES = 4096;

const NAME = /^[A-Za-z_]\w{0,199}$/;

/** Variables that every shell sets for itself. */
const OWN_TO_A_SHELL: readonly string[] = ["_", "SHLVL", "BASH_ENV"];

/** Never carried: what changes the meaning of a line before it begins, and what directs the gate. */
const CHANGING_MEANING =
  /^(ENV|BASHOPTS|SHELLOPTS|PROMPT_COMMAND|CDPATH|GLOBIGNORE|POSIXLY_CORRECT|BASH_FUNC_.*|COUNTERSIGN_.*)$/;

/** Reads what the trap wrote: the folder, a line end and NUL; then each variable with a NUL. */
export function parseCarried(bytes: Buffer | undefined, given: Environment): Carried | undefined {
  const fields = splitFields(bytes);
  const [first, ...rest] = fields ?? [];
  if (first === undefined || rest.length > MOST_VARIABLES) return undefined;
  const folder = textOf(first);
  if (folder !== "" && folder !== undefined && !(folder.startsWith("/") && folder.endsWith("\n")))
    return undefined;
  const variables = rest.map(readVariable);
  if (variables.includes(undefined)) return undefined;
  const told = variables.flatMap((one) => (one && !OWN_TO_A_SHELL.includes(one.name) ? [one] : []));
  const environment = Object.fromEntries(
    told.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
  const leftOut = told.filter(({ value }) => value === undefined);
  return {
    cwd: folder === "" ? undefined : folder?.slice(0, -1),
    environment,
    ...differenceOf(given, environment, new Set(told.map(({ name }) => name))),
    dropped: leftOut.filter(({ name, raw }) => given[name] !== raw).map(({ name }) => shown(name)),
  };
}

interface Variable {
  readonly name: string;
  /** Undefined when it is not to be carried. */
  readonly value: string | undefined;
  /** As Node would read it. */
  readonly raw: string;
}

function readVariable(field: Buffer): Variable | undefined {
  const at = field.indexOf("=");
  if (at <= 0) return undefined;
  const name = field.toString("latin1", 0, at);
  const bytes = field.subarray(at + 1);
  const isCarried = NAME.test(name) && field.length <= LONGEST && !CHANGING_MEANING.test(name);
  return { name, value: isCarried ? textOf(bytes) : undefined, raw: bytes.toString("utf8") };
}

/** Written by the command, for a person. */
function shown(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
}

/** Names that a shell cannot hold never arrived there. */
function differenceOf(
  given: Environment,
  now: Readonly<Record<string, string>>,
  told: ReadonlySet<string>,
): Pick<Carried, "set" | "unset"> {
  return {
    set: Object.fromEntries(Object.entries(now).filter(([name, value]) => given[name] !== value)),
    unset: Object.keys(given).filter(
      (name) =>
        given[name] !== undefined && NAME.test(name) && !told.has(name) && !OWN_TO_A_SHELL.includes(name),
    ),
  };
}

/** Undefined when it is no list of fields that all end with a NUL. */
function splitFields(bytes: Buffer | undefined): readonly Buffer[] | undefined {
  if (bytes?.at(-1) !== 0) return undefined;
  const fields: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, from)) {
    fields.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return fields;
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The call of a function leaves its last word in `$_`, so that it has the value that it has without us. A file too
 * large for the line's own limit must not end it by SIGXFSZ.
 */
function prelude(file: string): string {
  const write = `{ builtin pwd -P; builtin printf "\\0"; ${ENV} -0; } >|${file}`;
  return `countersign_carry() {
trap '{ set +xv; } 2>/dev/null; trap "" XFSZ; { ${write}; } 2>/dev/null || :' EXIT
unset -v BASH_ENV
unset -f countersign_carry
}
countersign_carry "$_"
`;
}

/** Of the system, whatever the line did to `PATH`. */
const ENV = "/usr/bin/env";

/** In memory where that is possible: it holds whatever the command exports. */
function openHidden(folder: string): number {
  const own = mkdtempSync(join(isWritable("/dev/shm") ? "/dev/shm" : folder, "countersign-carry-"));
  try {
    return openSync(join(own, "carry"), "wx+", 0o600);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Undefined when there is more than the bound. */
function readBounded(descriptor: number): Buffer | undefined {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, length);
    length += read;
    if (read === 0 || length === bytes.length) break;
  }
  return length > MOST_BYTES ? undefined : bytes.subarray(0, length);
}
