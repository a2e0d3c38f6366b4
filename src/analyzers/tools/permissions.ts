import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { found, NOTHING, placedFileEffects, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";

export const analyzer: Analyzer = {
  name: "permissions",
  title: "Owners, modes and attributes of files",
  about:
    "chmod, chown, chgrp, chattr, setfacl, setcap and macOS chflags/xattr. Set-user-id bits and capabilities are an escalation; a whole area opened to everyone is a bulk change.",
  programs: [
    "chmod",
    "gchmod",
    "chown",
    "gchown",
    "chgrp",
    "gchgrp",
    "chattr",
    "lsattr",
    "setfacl",
    "getfacl",
    "setcap",
    "getcap",
    "chflags",
    "xattr",
    "setfattr",
    "getfattr",
    "chcon",
    "restorecon",
  ],
  analyze,
  examples: [
    {
      run: "chmod +x scripts/build.sh",
      does: ["change file scripts/build.sh"],
      files: { "scripts/build.sh": "" },
      tier: 1,
    },
    { run: "chmod -x a.sh", does: ["change file a.sh"], files: { "a.sh": "" }, tier: 1 },
    { run: "chmod -R u+w vendor", does: ["change directory vendor"], files: { "vendor/a": "" }, tier: 1 },
    { run: "chmod -R 777 .", does: ["change directory ."], tier: 2 },
    { run: "chmod -R 777 /", does: ["change directory / @local"], tier: 3 },
    {
      run: "chmod u+s tool",
      files: { tool: "" },
      does: ["change file tool", "escalate file tool @local"],
      tier: 2,
    },
    {
      run: "chmod 4755 /bin/bash",
      does: ["change file /bin/bash @local", "escalate file /bin/bash @local"],
      tier: 3,
      files: { "/bin/bash": "" },
    },
    {
      run: "chown -R dev:dev node_modules",
      files: { "node_modules/a": "" },
      does: ["change directory node_modules"],
      tier: 1,
    },
    { run: "sudo chown -R dev /usr/local", does: ["create directory /usr/local @local"], tier: 3 },
    {
      run: "setcap cap_net_raw+ep ./tool",
      files: { tool: "" },
      does: ["change file tool", "escalate file tool @local"],
      tier: 2,
    },
    { run: "getfacl a.txt", does: [], tier: 0 },
  ],
};

const READS = new Set(["lsattr", "getfacl", "getcap", "getfattr"]);

function analyze(command: Command, scene: Scene): Finding {
  const program = command.program.replace(/^g(?=ch)/, "");
  if (READS.has(program)) return NOTHING;
  if (program === "setfacl") return accessList(command, scene);
  if (program === "setcap") return capability(command, scene);
  if (program === "xattr" || program === "setfattr") return attributes(command, scene);
  return modes(program, command, scene);
}

/**
 * `chmod MODE FILE…`, `chown OWNER FILE…`. A mode may begin with a dash (`chmod -x a`), so its letters tell it
 * from the options, which are `R c f v h H L P`.
 */
function modes(program: string, command: Command, scene: Scene): Finding {
  let recursive = false;
  let reference = false;
  let ended = false;
  const operands: Word[] = [];
  for (const word of command.args) {
    const text = word.text ?? word.prefix;
    if (!ended && text === "--") ended = true;
    else if (ended || !text.startsWith("-") || isMode(program, text)) operands.push(word);
    else if (/^--(reference|from)=/.test(text)) reference ||= text.startsWith("--ref");
    else if (text === "--recursive" || /^-[a-zA-Z]*R/.test(text)) recursive = true;
  }
  const [mode, ...rest] = operands;
  const files = reference || program === "restorecon" ? operands : rest;
  const asked = reference ? undefined : mode?.text;
  return found(files.flatMap((file) => changed(program, asked, file, recursive, command, scene)));
}

function isMode(program: string, text: string): boolean {
  if (program === "chmod") return /^-[rwxXstugo,+=-]+$/.test(text);
  return program === "chattr" && /^-[aAcCdDeFijmPsStTux]+$/.test(text);
}

function changed(
  program: string,
  mode: string | undefined,
  file: Word,
  recursive: boolean,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const at = locate(file, scene);
  const by = command.source;
  const opens = program === "chmod" && (mode === undefined || opensOrCloses(mode));
  const whole = at.whole && (at.area !== "workspace" || opens);
  const effects = placedFileEffects("change", { ...at, whole, type: at.type ?? "file" }, scene, {
    by,
    recursive,
  });
  const raises = program === "chmod" && (mode === undefined ? false : setsIdentity(mode));
  return raises ? [...effects, escalation(file, command, scene)] : effects;
}

/** Everyone may write, or the owner may no longer read: what a recursive slip looks like. */
function opensOrCloses(mode: string): boolean {
  if (mode.length > 64) return true;
  if (/^[0-7]+$/.test(mode))
    return /[2367]$/.test(mode) || /^0*[0-3]?[0-7]{2}$/.test(mode) || /[0-3][0-7]{2}$/.test(mode);
  return (
    /(^|,)([ao]*[ao][augo]*)\+?=?[rxXst]*w/.test(mode) || /(^|,)[au]*-[wxXst]*r/.test(mode) || /=$/.test(mode)
  );
}

function setsIdentity(mode: string): boolean {
  if (mode.length > 64) return true;
  return /^0*[2467][0-7]{3}$/.test(mode) || /[ug+=][^,-]*s/.test(mode.replace(/-[rwxXst]*/g, ""));
}

function escalation(file: Word, command: Command, scene: Scene): Effect {
  const at = locate(file, scene);
  return machineEffect(scene, {
    verb: "escalate",
    kind: "file",
    name: at.shown,
    reversibility: "R1",
    marks: at.area === "system" ? ["privileged", "system"] : ["privileged"],
    by: command.source,
  });
}

function accessList(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-m",
      "-x",
      "-M",
      "-X",
      "--modify",
      "--remove",
      "--modify-file",
      "--remove-file",
      "--set",
      "--set-file",
      "--restore",
    ],
    long: ["--recursive", "--remove-all", "--remove-default", "--test"],
  });
  if (options.has("--test")) return NOTHING;
  if (options.has("--restore"))
    return found([unknownEffect(scene, "file", options.value("--restore")?.source ?? "", command.source)]);
  const recursive = options.has("-R", "--recursive");
  return found(
    options.operands.flatMap((file) =>
      placedFileEffects("change", locate(file, scene), scene, { by: command.source, recursive }),
    ),
  );
}

function capability(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-n"] });
  const files = options.has("-r") ? options.operands : options.operands.slice(1);
  const effects = files.flatMap((file) =>
    placedFileEffects("change", locate(file, scene), scene, { by: command.source }),
  );
  const raises = options.has("-r", "-v") ? [] : files.map((file) => escalation(file, command, scene));
  return found([...effects, ...raises]);
}

/** macOS `xattr` reads without options; `-d` removes, which for quarantine lets foreign programs start. */
function attributes(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-n", "-v", "-x", "--name", "--value", "--remove", "--restore"],
  });
  if (command.program === "xattr" && !options.has("-d", "-w", "-c")) return NOTHING;
  const files =
    command.program === "setfattr"
      ? options.operands
      : options.operands.slice(options.has("-c") ? 0 : options.has("-w") ? 2 : 1);
  const recursive = options.has("-r");
  return found(
    files.flatMap((file) =>
      placedFileEffects("change", locate(file, scene), scene, { by: command.source, recursive }),
    ),
  );
}
