import type { Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { unknownWord } from "../options.ts";
import { registryEffect } from "./powershell-files.ts";
import { windowsPath } from "./windows-path.ts";

/** A command line of a Windows program: words in lower case for decisions, and as typed for names. */
export interface WindowsLine {
  readonly program: string;
  readonly words: readonly string[];
  readonly args: readonly Word[];
  readonly by: string;
  readonly scene: Scene;
}

/** Judges a program of Windows by its words; what no table knows counts as a change of the machine. */
export function judgeWindows(line: WindowsLine): Finding {
  return (JUDGES.get(line.program) ?? changesMachine)(line);
}

/** An effect on the machine, named by the whole command. */
function machine(
  line: WindowsLine,
  verb: Verb,
  kind: string,
  marks: readonly Mark[],
  reversibility: Reversibility,
  certain: "certain" | "uncertain" = "certain",
): Finding {
  return found([
    machineEffect(line.scene, {
      verb,
      kind,
      name: line.by,
      reversibility,
      certain: certain === "certain",
      marks,
      by: line.by,
    }),
  ]);
}

function changesMachine(line: WindowsLine): Finding {
  return machine(line, "change", "windows", ["system"], "R2", "uncertain");
}

const anyOf = (line: WindowsLine, ...names: readonly string[]) =>
  names.some((name) => line.words.includes(name));
const begins = (line: WindowsLine, pattern: RegExp) => pattern.test(line.words[0] ?? "");

type Judge = (line: WindowsLine) => Finding;

/** Reads when its first word is one of these, else it changes something. */
function readsWhen(pattern: RegExp, otherwise: Judge): Judge {
  return (line) => (begins(line, pattern) || line.words.length === 0 ? NOTHING : otherwise(line));
}

const backups: Judge = (line) =>
  anyOf(line, "delete", "resize", "disable", "delete-shadows") || /^delete/.test(line.words[0] ?? "")
    ? machine(line, "delete", "windows.backup", ["backup", "system", "bulk"], "R4")
    : anyOf(line, "list", "get")
      ? NOTHING
      : changesMachine(line);

const eventLogs: Judge = (line) =>
  begins(line, /^(cl|clear-log|sl|set-log|um|uninstall-manifest)$/)
    ? machine(line, "delete", "windows.eventlog", ["audit"], "R4")
    : NOTHING;

const registry: Judge = (line) => {
  const [verb] = line.words;
  const key = line.args[1]?.text ?? line.args[1]?.source ?? "";
  if (/^(query|compare|flags|export|save)$/.test(verb ?? ""))
    return verb === "export" || verb === "save"
      ? found(
          line.args
            .slice(2, 3)
            .flatMap((word) => fileEffects("change", windowsPath(word), line.scene, { by: line.by })),
        )
      : NOTHING;
  if (verb === "delete") return found([registryEffect("delete", key, line.by)]);
  if (verb === "add" || verb === "copy")
    return found([registryEffect("change", line.args[verb === "copy" ? 2 : 1]?.text ?? key, line.by)]);
  return changesMachine(line);
};

const services: Judge = (line) => {
  const [verb] = line.words[0]?.startsWith("\\\\") ? line.words.slice(1) : line.words;
  if (
    /^(query|queryex|qc|qdescription|qfailure|enumdepend|getdisplayname|getkeyname|sdshow)$/.test(verb ?? "")
  )
    return NOTHING;
  if (verb === "start" || verb === "continue") return machine(line, "change", "service", [], "R1");
  if (verb === "stop" || verb === "pause") return machine(line, "stop", "service", ["outside"], "R1");
  return verb === "delete"
    ? machine(line, "delete", "service", ["system"], "R4")
    : machine(line, "change", "service", ["system", "control"], "R2");
};

const net: Judge = (line) => {
  const [what] = line.words;
  if (line.words.length <= 1 || /^(view|statistics|config|time|help|helpmsg|file|session)$/.test(what ?? ""))
    return NOTHING;
  if (what === "start") return machine(line, "change", "service", [], "R1");
  if (what === "stop" || what === "pause") return machine(line, "stop", "service", ["outside"], "R1");
  if (/^(user|localgroup|group|accounts)$/.test(what ?? "")) {
    if (anyOf(line, "/add") || line.args.length > 2)
      return machine(
        line,
        anyOf(line, "/delete") ? "delete" : "escalate",
        "windows.account",
        ["system", "control"],
        "R2",
      );
    return anyOf(line, "/delete") ? machine(line, "delete", "windows.account", ["system"], "R4") : NOTHING;
  }
  if (what === "share") return machine(line, "expose", "windows.share", ["system"], "R1");
  return machine(line, "change", "windows.network", ["outside"], "R1");
};

const firewall: Judge = (line) =>
  anyOf(line, "show", "dump", "help") || line.words.length === 0
    ? NOTHING
    : machine(
        line,
        anyOf(line, "delete", "off", "reset", "disable") ? "remove-protection" : "change",
        "windows.network",
        ["system"],
        "R2",
      );

/** `taskkill /IM node.exe`, `/PID 12`: one's own processes, unless it is a wildcard or the system's. */
const taskkill: Judge = (line) => {
  const at = line.words.findIndex((word) => word === "/im" || word === "/pid" || word === "/fi");
  const name = at < 0 ? "every process" : (line.args[at + 1]?.text ?? line.args[at + 1]?.source ?? "");
  const marks: Mark[] =
    /^\*|^every/.test(name) || line.words[at] === "/fi"
      ? ["bulk"]
      : /^(explorer|svchost|lsass|csrss|wininit|winlogon|services|smss|msmpeng)(\.exe)?$/i.test(name)
        ? ["system"]
        : [];
  return found([
    machineEffect(line.scene, {
      verb: "stop",
      kind: "process",
      name,
      reversibility: "R1",
      certain: at >= 0,
      count: marks.includes("bulk") ? null : 1,
      marks,
      by: line.by,
    }),
  ]);
};

const tasks: Judge = (line) => {
  if (anyOf(line, "/query", "/showsid")) return NOTHING;
  if (anyOf(line, "/delete")) return machine(line, "delete", "windows.task", ["system"], "R2");
  if (anyOf(line, "/end", "/run")) return machine(line, "change", "windows.task", ["outside"], "R1");
  return machine(line, "change", "windows.task", ["control"], "R1");
};

/** Permissions and attributes of files; without a change they are only shown. */
function permissions(changing: RegExp): Judge {
  return (line) => {
    const operands = line.args.filter(
      (word) => !/^[/+-]/.test(word.text ?? "") && !/:/.test((word.text ?? "").slice(2)),
    );
    if (!line.words.some((word) => changing.test(word))) return NOTHING;
    const recursive = anyOf(line, "/t", "/s", "/r");
    return found(
      (operands.length > 0
        ? operands.slice(0, line.program === "attrib" ? undefined : 1)
        : [unknownWord(line.by)]
      ).flatMap((word) => fileEffects("change", windowsPath(word), line.scene, { by: line.by, recursive })),
    );
  };
}

const copyTree: Judge = (line) => {
  const operands = line.args
    .filter((word) => !/^\//.test(word.text ?? "") || /^\/[\w-]+\//.test(word.text ?? ""))
    .map((word) => windowsPath(word));
  const [from = unknownWord(line.by), to = unknownWord(line.by)] = operands;
  if (anyOf(line, "/l")) return NOTHING;
  const mirrors = anyOf(line, "/mir", "/purge");
  const takes = anyOf(line, "/mov", "/move")
    ? fileEffects("delete", from, line.scene, { by: line.by, recursive: true })
    : [];
  return found([
    ...takes,
    ...fileEffects(mirrors ? "delete" : "change", to, line.scene, {
      by: line.by,
      recursive: true,
      kind: "directory",
    }),
  ]);
};

const wmic: Judge = (line) => {
  if (
    anyOf(line, "delete", "call", "create", "set", "terminate", "uninstall") ||
    line.words.some((word) => /^(delete|terminate)/.test(word))
  ) {
    return /shadowcopy/.test(line.words[0] ?? "")
      ? machine(line, "delete", "windows.backup", ["backup", "system", "bulk"], "R4")
      : machine(line, "change", "windows.management", ["system"], "R4", "uncertain");
  }
  return NOTHING;
};

const bootData: Judge = (line) =>
  begins(line, /^(\/enum|\/v|\/export)$/) || line.words.length === 0
    ? NOTHING
    : machine(line, "change", "windows.boot", ["system", "device"], "R2");

/** Programs that run code from a file or an address, without anybody having read it. */
const runsFile: Judge = (line) =>
  found([
    unknownEffect(
      line.scene,
      "program",
      line.by,
      line.by,
      line.words.some((word) => /https?:|javascript:|vbscript:/.test(word)) ? ["foreign-code"] : [],
    ),
  ]);

const certutil: Judge = (line) => {
  if (anyOf(line, "-urlcache", "/urlcache"))
    return found(
      (line.args.at(-1) ? [line.args.at(-1) as Word] : []).flatMap((word) =>
        fileEffects("change", windowsPath(word), line.scene, { by: line.by }),
      ),
    );
  if (anyOf(line, "-decode", "-encode", "-decodehex", "-encodehex"))
    return found(
      line.args
        .slice(-1)
        .flatMap((word) => fileEffects("change", windowsPath(word), line.scene, { by: line.by })),
    );
  return begins(line, /^[-/](hashfile|dump|verify|store|viewstore|\?)/)
    ? NOTHING
    : machine(line, "change", "windows.certificates", ["system"], "R2");
};

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["vssadmin", backups],
  ["wbadmin", backups],
  [
    "diskshadow",
    (line) => machine(line, "change", "windows.backup", ["backup", "system"], "R4", "uncertain"),
  ],
  ["wevtutil", eventLogs],
  ["bcdedit", bootData],
  ["bootrec", bootData],
  ["bootsect", bootData],
  ["diskpart", (line) => machine(line, "change", "device", ["device"], "R4", "uncertain")],
  ["format", (line) => machine(line, "delete", "device", ["device"], "R4")],
  [
    "fsutil",
    (line) =>
      anyOf(line, "query", "info", "queryinfo", "fsinfo", "list") || begins(line, /^fsinfo$/)
        ? NOTHING
        : anyOf(line, "createnew", "deletejournal", "setzerodata")
          ? machine(
              line,
              anyOf(line, "createnew") ? "create" : "delete",
              "device",
              anyOf(line, "createnew") ? [] : ["device"],
              anyOf(line, "createnew") ? "R1" : "R4",
            )
          : changesMachine(line),
  ],
  [
    "cipher",
    (line) =>
      line.words.some((word) => word.startsWith("/w"))
        ? machine(line, "delete", "device", ["device"], "R4")
        : line.words.some((word) => /^\/(e|d)$/.test(word))
          ? machine(line, "change", "file", ["outside"], "R2")
          : NOTHING,
  ],
  [
    "sdelete",
    (line) =>
      found(
        line.args
          .filter((word) => !/^[-/]/.test(word.text ?? ""))
          .flatMap((word) =>
            fileEffects("delete", windowsPath(word), line.scene, {
              by: line.by,
              recursive: anyOf(line, "-s", "-r"),
            }),
          ),
      ),
  ],
  ["reg", registry],
  ["sc", services],
  ["net", net],
  ["net1", net],
  ["netsh", firewall],
  ["taskkill", taskkill],
  ["schtasks", tasks],
  [
    "icacls",
    permissions(
      /^\/(grant|deny|remove|reset|setowner|inheritance|restore|setintegritylevel)|^\/(grant|deny|remove|inheritance):/,
    ),
  ],
  ["cacls", permissions(/^\/(g|p|r|d|s)/)],
  ["takeown", permissions(/^\/f/)],
  ["attrib", permissions(/^[+-][rashio]/)],
  ["robocopy", copyTree],
  ["xcopy", copyTree],
  ["wmic", wmic],
  ["dism", readsWhen(/^\/(get-|english)/, changesMachine)],
  ["sfc", readsWhen(/^\/verify/, changesMachine)],
  [
    "chkdsk",
    (line) =>
      anyOf(line, "/f", "/r", "/x", "/b") ? machine(line, "change", "device", ["device"], "R2") : NOTHING,
  ],
  [
    "powercfg",
    readsWhen(
      /^[-/](query|q|list|l|getactivescheme|a|batteryreport|energy|requests|devicequery|lastwake|waketimers|sleepstudy|availablesleepstates)$/,
      (line) => machine(line, "change", "machine", ["outside"], "R1"),
    ),
  ],
  ["gpupdate", (line) => machine(line, "change", "windows.policy", ["outside"], "R1")],
  [
    "auditpol",
    (line) =>
      anyOf(line, "/get", "/list", "/backup")
        ? NOTHING
        : machine(line, "delete", "windows.eventlog", ["audit"], "R2"),
  ],
  ["setx", (line) => machine(line, "change", "windows.environment", ["outside"], "R1")],
  ["msiexec", (line) => machine(line, "change", "windows.software", ["system", "foreign-code"], "R2")],
  ["rundll32", runsFile],
  ["regsvr32", runsFile],
  ["mshta", runsFile],
  ["cscript", runsFile],
  ["wscript", runsFile],
  ["psexec", runsFile],
  ["runas", runsFile],
  ["forfiles", runsFile],
  ["certutil", certutil],
  [
    "bitsadmin",
    (line) =>
      anyOf(line, "/list", "/info")
        ? NOTHING
        : found(
            (line.args.at(-1) ? [line.args.at(-1) as Word] : []).flatMap((word) =>
              fileEffects("change", windowsPath(word), line.scene, { by: line.by }),
            ),
          ),
  ],
  ["subst", () => NOTHING],
  ["mountvol", readsWhen(/^\/l$/, changesMachine)],
  ["logoff", (line) => machine(line, "stop", "session", ["outside"], "R1")],
]);
