import type { Effect, Mark, Verb } from "../../core/effect.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { shown } from "../cloud/target.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { type Options, parseOptions } from "../options.ts";

interface Tool {
  readonly values: readonly string[];
  readonly reads: ReadonlySet<string>;
  /** Subcommands that take a backup. */
  readonly takes: ReadonlySet<string>;
  /** Subcommands that destroy backups. */
  readonly destroys: ReadonlySet<string>;
  /** Subcommands that write a backup over what is there. */
  readonly restores: ReadonlySet<string>;
}

const set = (words: string) => new Set(words.split(" "));
const SNAPSHOTS: Tool = {
  values:
    "-r --repo --repository-file -p --password-file --password-command --tag --host --path -t --target --keep-last --keep-daily --keep-weekly --keep-monthly --keep-yearly --keep-within --stanza --type --set --config --repo-path -o --option --include --exclude --limit-upload --limit-download --prefix -P -a --glob-archives --storage".split(
      " ",
    ),
  reads: set(
    "snapshots ls list info stats check diff find cat dump version mount key-list verify show show-backup list-backup list-backups list-server list-servers status diagnose repo-ls repo-get backup-list wal-verify wal-show help config cache benchmark extract-dry",
  ),
  takes: set("backup create init archive-push backup-push wal-push stanza-create copy cron"),
  destroys: set(
    "forget prune delete expire purge rewrite unlock stanza-delete key recover remove-all-but-n-full remove-older-than cleanup garbage compact migrate repair retain",
  ),
  restores: set("restore extract recover backup-fetch"),
};
const TOOLS: Readonly<Record<string, Tool>> = {
  restic: SNAPSHOTS,
  rustic: SNAPSHOTS,
  borg: SNAPSHOTS,
  pgbackrest: SNAPSHOTS,
  barman: SNAPSHOTS,
  "wal-g": SNAPSHOTS,
  duplicity: SNAPSHOTS,
  kopia: SNAPSHOTS,
};

/** What a backup tool does to the backups, or with them. */
export function judgeBackup(command: Command, scene: Scene): Finding {
  if (command.program === "rclone") return judgeRclone(command, scene);
  const tool = TOOLS[command.program];
  if (tool === undefined) return NOTHING;
  const options = parseOptions(command.args, { values: tool.values });
  const [first, second] = options.operands;
  const verb = first?.text;
  const by = command.source;
  const place = options.value("-r", "--repo", "--stanza", "--config") ?? second;
  const dry = options.has("--dry-run", "-n");
  if (first === undefined || (verb !== undefined && (tool.reads.has(verb) || dry))) return NOTHING;
  const make = (what: Verb, certain: boolean, marks: readonly Mark[] = []): Effect =>
    effect({
      verb: what,
      kind: `${command.program}.backup`,
      name: shown(place),
      environment: environmentOf([shown(place), ...options.operands.map(shown)], scene),
      reversibility: what === "create" ? "R1" : "R4",
      count: null,
      certain,
      marks,
      by,
    });
  if (verb !== undefined && tool.destroys.has(verb)) return found([make("delete", true, ["backup"])]);
  if (verb !== undefined && tool.takes.has(verb)) return found([make("create", true, ["additive"])]);
  if (verb !== undefined && tool.restores.has(verb))
    return found(restored(options, scene, by) ?? [make("replace", true)]);
  return found([make("unknown", false)]);
}

/** A restore into a named folder is a change there. */
function restored(options: Options, scene: Scene, by: string): readonly Effect[] | undefined {
  const target = options.value("-t", "--target");
  return target ? fileEffects("change", target, scene, { by, recursive: true, certain: false }) : undefined;
}

const RCLONE_READS = set(
  "ls lsd lsl lsf lsjson size cat check cryptcheck hashsum md5sum sha1sum about tree version listremotes config-show help ncdu link-list test selfupdate-check rcat-dry",
);

function judgeRclone(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values:
      "--config --include --exclude --filter --filter-from --files-from --bwlimit --transfers --checkers --max-age --min-age --backup-dir --log-file --log-level --stats --max-delete --s3-provider --s3-region".split(
        " ",
      ),
    exact: true,
  });
  const [verbWord, from, to] = options.operands;
  const verb = verbWord?.text;
  const by = command.source;
  if (
    verbWord === undefined ||
    options.has("--dry-run", "-n") ||
    (verb !== undefined && RCLONE_READS.has(verb))
  )
    return NOTHING;
  const remote = (word: Word | undefined) => word?.text === undefined || /^[\w.-]*:/.test(word.text);
  const make = (what: Verb, word: Word | undefined, bulk: boolean): Effect =>
    effect({
      verb: what,
      kind: "rclone.files",
      name: shown(word),
      environment: environmentOf([shown(word)], scene),
      reversibility: what === "create" ? "R1" : what === "change" ? "R3" : "R4",
      count: null,
      certain: what !== "unknown",
      marks: bulk ? ["bulk"] : what === "change" ? ["upload"] : [],
      by,
    });
  const at = (what: Verb, word: Word | undefined, bulk: boolean): readonly Effect[] =>
    word !== undefined && !remote(word)
      ? fileEffects(what === "delete" ? "delete" : "change", word, scene, { recursive: true, by })
      : [make(what, word, bulk)];
  switch (verb) {
    case "delete":
    case "purge":
    case "rmdirs":
    case "cleanup":
      return found(at("delete", from, true));
    case "deletefile":
    case "rmdir":
      return found(at("delete", from, false));
    case "sync":
    case "bisync":
      return found(at("delete", to ?? from, true));
    case "move":
    case "moveto":
      return found([...at("delete", from, verb === "move"), ...at("change", to, false)]);
    case "copy":
    case "copyto":
    case "copyurl":
    case "rcat":
      return found(at("change", to ?? from, false));
    case "mkdir":
      return found(at("create", from, false));
    case "config":
      return found(
        fileEffects(
          "change",
          {
            text: `${scene.setting.home}/.config/rclone/rclone.conf`,
            source: "rclone.conf",
            prefix: "",
            suffix: "",
            tame: false,
            glob: false,
          },
          scene,
          { by },
        ),
      );
    case "serve":
    case "link":
      return found([make("expose", from, false)]);
    default:
      return found([make("unknown", from, false)]);
  }
}
