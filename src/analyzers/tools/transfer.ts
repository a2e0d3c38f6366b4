import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { hostEnvironment } from "../environment.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { baseName, inside, OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "transfer",
  title: "rsync, scp, sftp and FTP",
  about:
    "Which side is written, what is removed there (`--delete`, `--remove-source-files`), what leaves this machine, and the programs that are started on the way.",
  programs: [
    "rsync",
    "scp",
    "sftp",
    "ftp",
    "lftp",
    "ncftp",
    "ncftpput",
    "tftp",
    "croc",
    "wormhole",
    "unison",
    "rdiff-backup",
  ],
  analyze,
  examples: [
    { run: "rsync -a src/ build/", does: ["create directory build"], files: { "src/a": "" }, tier: 1 },
    {
      run: "rsync -a --delete src/ build/",
      does: ["create directory build", "delete directory build"],
      files: { "src/a": "" },
      tier: 1,
    },
    { run: "rsync -a --delete empty/ ./", does: ["change directory .", "delete directory ."], tier: 2 },
    { run: "rsync -an --delete src/ /", does: [], tier: 0 },
    {
      run: "rsync -az dist/ deploy@web-1:/srv/app",
      does: ["send remote.file deploy@web-1:/srv/app @unknown"],
      tier: 3,
    },
    {
      run: "rsync -az --delete dist/ prod.example.com:/srv",
      does: [
        "send remote.file prod.example.com:/srv @production",
        "delete remote.file prod.example.com:/srv @production",
      ],
      tier: 4,
    },
    { run: "rsync -a web-1:/var/log/app.log logs/", does: ["create directory logs"], tier: 1 },
    {
      run: "rsync -a -e 'sh -c \"rm -rf /\"' a box:/c",
      does: ["delete directory / @local", "send remote.file box:/c @unknown"],
      tier: 3,
    },
    {
      run: "rsync -a --remove-source-files src/ /tmp/x/",
      does: ["create directory /tmp/x @local", "delete directory src"],
      files: { "src/a": "" },
      tier: 1,
    },
    { run: "scp report.pdf web-1:/tmp/", does: ["send remote.file web-1:/tmp/ @unknown"], tier: 3 },
    { run: "scp web-1:/etc/hosts .", does: ["create file hosts"], tier: 1 },
    { run: "sftp -b commands.txt web-1", does: ["unknown? remote.file web-1 @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "rsync":
      return rsync(command, scene);
    case "scp":
      return scp(command, scene);
    case "croc":
    case "wormhole":
      return handOver(command, scene);
    default:
      return session(command, scene);
  }
}

const RSYNC_VALUES =
  "-e -f -B -T -M --rsh --rsync-path --filter --include --exclude --include-from --exclude-from --files-from --backup-dir --suffix --max-delete --max-size --min-size --partial-dir --temp-dir --compare-dest --copy-dest --link-dest --chmod --chown --usermap --groupmap --timeout --contimeout --bwlimit --log-file --log-file-format --password-file --out-format --port --sockopts --block-size --modify-window --compress-level --skip-compress --info --debug --remote-option --address --protocol --iconv --checksum-seed --write-batch --read-batch --only-write-batch --early-input --stop-after --stop-at --outbuf".split(
    " ",
  );
const RSYNC_LONG = [
  "--delete",
  "--delete-before",
  "--delete-during",
  "--delete-delay",
  "--delete-after",
  "--delete-excluded",
  "--delete-missing-args",
  "--del",
  "--remove-source-files",
  "--remove-sent-files",
  "--dry-run",
  "--list-only",
  "--archive",
  "--recursive",
  "--verbose",
  "--force",
  "--inplace",
  "--existing",
  "--ignore-existing",
  "--progress",
  "--partial",
  "--human-readable",
  "--stats",
  "--itemize-changes",
];

/** A name of the form `host:path`, `user@host:path`, `host::module` or `rsync://host/…`. */
function remoteHost(word: Word): string | undefined {
  const text = word.text ?? word.prefix;
  const url = /^(?:rsync|scp|sftp|ftp|ssh):\/\/(?:[^@/]*@)?([^:/]+)/i.exec(text);
  if (url) return url[1];
  const colon = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^/:@]+):/.exec(text);
  return colon?.[1] !== undefined && colon[1].length > 1 ? colon[1] : undefined;
}

function mayBeRemote(word: Word): boolean {
  return (
    word.text === undefined &&
    (word.suffix.startsWith(":") || /["}]?:/.test(word.source.replace(/:-|:=|:\?|:\+/g, "")))
  );
}

function rsync(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: RSYNC_VALUES, long: RSYNC_LONG });
  const by = command.source;
  const starts = options.values("-e", "--rsh").flatMap((word) => shellFor(word, by, scene));
  const remote = options
    .values("--rsync-path", "-M", "--remote-option")
    .filter((word) => !/^(sudo )?rsync$|^-/.test(word.text ?? "?"))
    .map((word) => unknownEffect(scene, "program", word.source, by));
  const sources = options.operands.slice(0, -1);
  const target = options.operands.at(-1);
  const dry = options.has("-n", "--dry-run", "--list-only");
  const effects: Effect[] = [...starts, ...remote];
  if (options.dynamic && !target?.text) effects.push(unknownEffect(scene, "file", by, by));
  if (dry || !target || sources.length === 0) return found(effects, OPAQUE);
  effects.push(...received(sources, target, options, command, scene));
  if (options.has(...RSYNC_LONG.slice(0, 7))) effects.push(...removedAt(target, command, scene));
  if (options.has("--remove-source-files", "--remove-sent-files"))
    effects.push(...sources.flatMap((source) => removedAt(source, command, scene)));
  effects.push(
    ...options
      .values("--log-file", "--write-batch", "--only-write-batch")
      .flatMap((file) => fileEffects("change", file, scene, { by })),
  );
  return found(effects, OPAQUE);
}

/** The remote shell of rsync, which runs on this machine; ssh itself is expected. */
function shellFor(word: Word, by: string, scene: Scene): readonly Effect[] {
  if (word.text === undefined) return [unknownEffect(scene, "program", word.source, by)];
  if (/^(\/usr\/bin\/)?(ssh|rsh)(\s|$)/.test(word.text))
    return scene
      .shell(`${word.text} rsync-host true`)
      .effects.filter((one) => one.resource.environment === "local");
  return scene.shell(word.text).effects;
}

function received(
  sources: readonly Word[],
  target: Word,
  options: Options,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const by = command.source;
  const read = readEffects(
    sources.filter((source) => remoteHost(source) === undefined),
    scene,
    { by, recursive: options.has("-a", "-r", "--archive", "--recursive") },
  );
  const host = remoteHost(target);
  if (host !== undefined || mayBeRemote(target)) return [...read, sent(target, host, by, scene)];
  return [...read, ...fileEffects("change", target, scene, { by, kind: "directory" })];
}

function sent(target: Word, host: string | undefined, by: string, scene: Scene): Effect {
  return effect({
    verb: "send",
    kind: "remote.file",
    name: (target.text ?? target.source).replace(/\/\/[^@/]*:[^@/]*@/, "//"),
    environment: hostEnvironment(host, scene),
    reversibility: "R3",
    certain: target.text !== undefined,
    marks: ["upload"],
    by,
  });
}

function removedAt(place: Word, command: Command, scene: Scene): readonly Effect[] {
  const by = command.source;
  const host = remoteHost(place);
  if (host === undefined && !mayBeRemote(place))
    return fileEffects("delete", place, scene, { by, recursive: true });
  return [
    effect({
      verb: "delete",
      kind: "remote.file",
      name: place.text ?? place.source,
      environment: hostEnvironment(host, scene),
      count: null,
      certain: place.text !== undefined,
      by,
    }),
  ];
}

function scp(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-c", "-D", "-F", "-i", "-J", "-l", "-o", "-P", "-S", "-X"],
  });
  const by = command.source;
  const sources = options.operands.slice(0, -1);
  const target = options.operands.at(-1);
  const starts = [
    ...options.values("-S").map((word) => unknownEffect(scene, "program", word.source, by)),
    ...options
      .values("-o")
      .filter((word) => /^\s*(ProxyCommand|LocalCommand)/i.test(word.text ?? ""))
      .flatMap((word) => shellFor(literal((word.text ?? "").replace(/^\s*\w+[=\s]\s*/, "")), by, scene)),
  ];
  if (!target || sources.length === 0) return found(starts);
  const local = sources.filter((source) => remoteHost(source) === undefined);
  const read = readEffects(local, scene, { by, recursive: options.has("-r") });
  const host = remoteHost(target);
  if (host !== undefined || mayBeRemote(target))
    return found([...starts, ...read, sent(target, host, by, scene)]);
  const folder = locate(target, scene).type === "directory" || target.text?.endsWith("/");
  const written = sources.flatMap((source) =>
    fileEffects("change", folder ? inside(target, remoteName(source)) : target, scene, {
      by,
      ...(options.has("-r") ? { kind: "directory" } : {}),
    }),
  );
  return found([...starts, ...read, ...written]);
}

function remoteName(source: Word): string | undefined {
  const name = baseName(source.text === undefined ? source : literal(source.text.replace(/^[^/]*:/, "")));
  return name === "" || name?.includes("*") ? undefined : name;
}

/** A session takes its commands from a file, from standard input or from options; reading ones are recognised. */
function session(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-b",
      "-B",
      "-c",
      "-D",
      "-F",
      "-i",
      "-J",
      "-l",
      "-o",
      "-P",
      "-R",
      "-S",
      "-s",
      "-X",
      "-e",
      "-f",
      "-p",
      "-u",
      "-d",
      "-m",
      "-t",
    ],
  });
  const text =
    options.value(command.program === "lftp" ? "-e" : "-c", "-c")?.text ??
    (command.stdin.kind === "text" ? command.stdin.text : undefined);
  const [target] = options.operands;
  const host = target
    ? (remoteHost(target) ??
      target.text
        ?.replace(/^\w+:\/\//, "")
        .replace(/^[^@]*@/, "")
        .replace(/[/:].*$/, ""))
    : undefined;
  if (
    text !== undefined &&
    !options.has("-b", "-f") &&
    text.split(/[\n;]/).every((line) => READS.test(line.trim()))
  )
    return NOTHING;
  const environment = hostEnvironment(host, scene);
  return found([
    effect({
      verb: "unknown",
      kind: "remote.file",
      name: target?.source ?? command.program,
      environment,
      count: null,
      certain: false,
      by: command.source,
    }),
  ]);
}

const READS =
  /^(|#.*|ls.*|dir.*|pwd|lpwd|cd\s.*|lcd\s.*|quit|bye|exit|open\s.*|user\s.*|status|version|help.*|binary|ascii|passive|prompt|set\s(?!.*(program|connect-program)).*|du.*|df.*|cat\s.*)$/;

/** Tools that hand a file to whoever knows a code. */
function handOver(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args);
  const [verb, ...files] = options.operands;
  const by = command.source;
  if (verb?.text !== "send")
    return found(fileEffects("create", { ...literal("./*"), glob: true }, scene, { by }));
  return found([
    ...readEffects(files, scene, { by, recursive: true }),
    effect({
      verb: "send",
      kind: "remote.file",
      name: files.map((file) => file.source).join(" "),
      environment: "unknown",
      reversibility: "R4",
      marks: ["upload"],
      by,
    }),
  ]);
}
