import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { literal, parseOptions } from "../options.ts";
import { processList } from "../process-list.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE, TAME } from "../words.ts";

/** Tools that only tell something about the machine, and print numbers, dates or single names. */
const TELLS_LITTLE = [
  "whoami",
  "id",
  "groups",
  "uname",
  "arch",
  "nproc",
  "tty",
  "logname",
  "uptime",
  "seq",
  "gseq",
  "expr",
  "factor",
  "sleep",
  "gsleep",
  "true",
  "false",
  "usleep",
  "hostid",
  "uuidgen",
  "getconf",
  "tput",
  "stty",
  "clear",
  "reset",
  "cal",
  "ncal",
  "bc",
  "dc",
  "units",
  "sw_vers",
  "lsb_release",
  "test",
  "[",
  "gdate",
  "jot",
  "yes",
  "rand",
  "mcookie",
  "runlevel",
  "userdbctl",
  "printenv",
  "pathchk",
];

/** Tools that only tell something, of which the text is not known ahead. */
const TELLS = [
  "stat",
  "gstat",
  "du",
  "gdu",
  "df",
  "gdf",
  "ncdu",
  "dust",
  "duf",
  "dua",
  "lsblk",
  "lscpu",
  "lsmem",
  "lspci",
  "lsusb",
  "lsmod",
  "lsipc",
  "lsns",
  "lshw",
  "inxi",
  "dmidecode",
  "findmnt",
  "blkid",
  "free",
  "vmstat",
  "iostat",
  "mpstat",
  "sar",
  "who",
  "w",
  "last",
  "lastlog",
  "lastb",
  "finger",
  "pinky",
  "users",
  "ps",
  "pgrep",
  "pidof",
  "pstree",
  "pmap",
  "pwdx",
  "top",
  "htop",
  "btop",
  "atop",
  "iotop",
  "lsof",
  "man",
  "info",
  "apropos",
  "whatis",
  "whereis",
  "tldr",
  "cheat",
  "which",
  "gwhich",
  "getent",
  "namei",
  "lslocks",
  "lslogins",
  "ipcs",
  "numastat",
  "slabtop",
  "procinfo",
  "vm_stat",
  "system_profiler",
  "neofetch",
  "fastfetch",
  "screenfetch",
  "cloc",
  "tokei",
  "scc",
  "loc",
  "onefetch",
  "acpi",
  "sensors",
  "upower",
  "mdfind",
  "mdls",
  "locate",
  "mlocate",
  "plocate",
  "glances",
  "dstat",
  "nmon",

  "readlink",
  "greadlink",
  "realpath",
  "grealpath",
  "basename",
  "dirname",
  "gbasename",
  "gdirname",
];

export const analyzer: Analyzer = {
  name: "listing",
  title: "Looking around: files, processes, the machine",
  about:
    "ls, tree, stat, du, df, ps, date, which and their kin: they only tell. The few options that write or set something are understood.",
  programs: [
    ...TELLS_LITTLE,
    ...TELLS,
    "ls",
    "gls",
    "dir",
    "vdir",
    "exa",
    "eza",
    "lsd",
    "tree",
    "date",
    "hostname",
    "nvidia-smi",
    "updatedb",
  ],
  analyze,
  examples: [
    { run: "ls -la ~/.ssh", does: [], tier: 0 },
    { run: "ls *.log | xargs rm", does: ["delete file *.log"], tier: 1 },
    { run: "ls | xargs rm -rf", does: ["delete directory *"], tier: 2 },
    { run: "du -sh node_modules", does: [], tier: 0 },
    { run: "tree -o tree.txt", does: ["create file tree.txt"], tier: 1 },
    { run: "date +%F", does: [], tier: 0 },
    { run: "sudo date -s '2020-01-01'", does: ["change clock 2020-01-01 @local"], tier: 3 },
    { run: "rm -rf build-$(date +%s)", does: ["delete directory build-$(date +%s)"], tier: 1 },
    { run: "hostname", does: [], tier: 0 },
    { run: "sudo hostname web-1", does: ["change hostname web-1 @local"], tier: 3 },
    { run: "ps aux", does: [], tier: 0 },
  ],
};

const LITTLE: ReadonlySet<string> = new Set(TELLS_LITTLE);

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "ls":
    case "gls":
    case "dir":
    case "vdir":
    case "exa":
    case "eza":
    case "lsd":
      return list(command);
    case "tree":
      return tree(command, scene);
    case "date":
    case "gdate":
      return date(command, scene);
    case "hostname":
      return hostname(command, scene);
    case "updatedb":
      return found([
        machineEffect(scene, {
          verb: "change",
          kind: "file-index",
          name: "locate",
          reversibility: "R1",
          by: command.source,
        }),
      ]);
    case "nvidia-smi":
      return graphics(command, scene);
    case "readlink":
    case "greadlink":
    case "realpath":
    case "grealpath":
      return resolvedPath(command);
    case "dirname":
    case "gdirname":
    case "basename":
    case "gbasename":
      return pathPart(command);
    case "ps":
    case "pgrep":
    case "pidof":
    case "lsof":
      return { effects: [], output: processList(command) };
    case "getent":
      return accountData(command, scene);
    case "man":
      return manual(command, scene);
    default:
      return { effects: [], output: LITTLE.has(command.program) ? TAME : OPAQUE };
  }
}

/** `getent shadow` shows the password hashes that `/etc/shadow` holds (getent(1)). */
function accountData(command: Command, scene: Scene): Finding {
  const [database] = parseOptions(command.args, { values: ["-s", "--service"] }).operands;
  const file = /^g?shadow$/.test(database?.text ?? "") ? [literal(`/etc/${database?.text}`)] : [];
  return found(readEffects(file, scene, { by: command.source }), OPAQUE);
}

/** Names of what is in the folders; with a long format also other things, of which nobody makes file names. */
function list(command: Command): Finding {
  const { operands } = parseOptions(command.args, {
    values: ["-I", "-w", "-T", "--ignore", "--width", "--sort", "--time", "--level", "-L", "-s"].filter(
      (name) => !/^(ls|gls|dir|vdir)$/.test(command.program) || !["-L", "-s", "-T"].includes(name),
    ),
  });
  return { effects: [], output: { kind: "paths", roots: operands.length > 0 ? operands : [literal(".")] } };
}

function tree(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-o", "-L", "-P", "-I", "-H", "-T", "--filelimit", "--charset", "--timefmt", "--sort"],
  });
  return found(
    options.values("-o").flatMap((file) => fileEffects("change", file, scene, { by: command.source })),
    OPAQUE,
  );
}

function date(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-d", "-s", "-r", "-f", "-v", "--date", "--set", "--reference", "--file"],
  });
  const set =
    options.value("-s", "--set") ??
    options.operands.find((one) => /^\d{8,12}(\.\d\d)?$/.test(one.text ?? ""));
  if (!set || options.has("-j")) return { effects: [], output: TAME };
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "clock",
      name: set.source.replace(/^['"]|['"]$/g, ""),
      reversibility: "R1",
      marks: ["system"],
      by: command.source,
    }),
  ]);
}

function hostname(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-F", "--file"] });
  const name = options.value("-F", "--file") ?? options.operands[0];
  if (!name) return { effects: [], output: TAME };
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "hostname",
      name: name.source,
      reversibility: "R1",
      marks: ["system"],
      by: command.source,
    }),
  ]);
}

/** `man -P PAGER` and `-H BROWSER` start a program. */
function manual(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-P",
      "-H",
      "-C",
      "-M",
      "-S",
      "-s",
      "-L",
      "-m",
      "-e",
      "-r",
      "-E",
      "-p",
      "--pager",
      "--html",
      "--config-file",
      "--manpath",
    ],
  });
  const effects = options
    .values("-P", "--pager", "-H", "--html")
    .flatMap((text) =>
      text.text === undefined
        ? [unknownEffect(scene, "program", text.source, command.source)]
        : scene.shell(text.text, { stdin: OPAQUE }).effects,
    );
  return found(effects, OPAQUE);
}

function graphics(command: Command, scene: Scene): Finding {
  const sets = command.args.some((arg) =>
    /^(-pm|-pl|-r|-e|-c|-ac|-rac|--gpu-reset|-mig|-cgi|-dgi)/.test(arg.text ?? ""),
  );
  return sets ? found([unknownEffect(scene, "device", "graphics", command.source)]) : NOTHING;
}

/** The path itself, however long: it is still below the same folder unless a link leads away. */
function resolvedPath(command: Command): Finding {
  const { operands } = parseOptions(command.args);
  return { effects: [], output: single(operands) };
}

function single(operands: readonly Word[]): Stream {
  const [only] = operands;
  return operands.length === 1 && only?.text !== undefined && !only.glob
    ? { kind: "text", text: `${only.text}\n` }
    : OPAQUE;
}

/** `basename PATH [SUFFIX]` and `dirname PATH`, as POSIX.1-2024 describes them. */
function pathPart(command: Command): Finding {
  const options = parseOptions(command.args, { values: ["-s", "--suffix"] });
  const name = command.program.endsWith("basename");
  const [path, suffix] = options.operands;
  if (path?.text === undefined || path.glob || options.names.length > 0)
    return { effects: [], output: name ? TAME : OPAQUE };
  const trimmed = path.text.replace(/(.)\/+$/, "$1");
  const slash = trimmed.lastIndexOf("/");
  if (!name) return text(slash < 0 ? "." : trimmed.slice(0, slash) || "/");
  const last = trimmed.slice(slash + 1);
  return text(
    suffix?.text && last !== suffix.text && last.endsWith(suffix.text)
      ? last.slice(0, -suffix.text.length)
      : last,
  );
}

function text(value: string): Finding {
  return { effects: [], output: { kind: "text", text: `${value}\n` } };
}
