import type { Finding, Word } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { judgeGivenSetting } from "./config-keys.ts";
import { does, firstAction, judgeText, local } from "./ground.ts";
import { type Git, settingKey } from "./invocation.ts";
import { judgeUrl } from "./urls.ts";

const FETCH_VALUES = [
  "--upload-pack",
  "-j",
  "--jobs",
  "--depth",
  "--deepen",
  "--shallow-since",
  "--shallow-exclude",
  "--refmap",
  "-o",
  "--server-option",
  "--negotiation-tip",
  "--recurse-submodules-default",
  "--filter",
];
const PULL_VALUES = [...FETCH_VALUES, "-s", "--strategy", "-X", "--strategy-option", "--cleanup"];
const FETCH_LONG = [
  "--force",
  "--all",
  "--prune",
  "--prune-tags",
  "--tags",
  "--dry-run",
  "--multiple",
  "--unshallow",
  "--update-head-ok",
  "--append",
  "--rebase",
  "--autostash",
];

/** `git fetch`: remote-tracking branches, and with `src:dst` local ones. */
export function fetch(git: Git): Finding {
  const options = parseOptions(git.args, { values: FETCH_VALUES, long: FETCH_LONG });
  const programs = transportPrograms(git, options);
  if (options.has("--dry-run")) return programs;
  const written = options.operands
    .slice(1)
    .map((ref) => ref.text?.split(":")[1])
    .filter((name) => name !== undefined && name !== "" && !name.startsWith("refs/remotes/"));
  const branches = written.map((name) => local(git, "change", "git.branch", name ?? "", { loss: "commits" }));
  const remote = options.operands[0]?.source ?? "origin";
  return combine(does(git, "change", "git.tracking-branches", remote), found(branches), programs);
}

/** `git pull`: fetch, then merge or rebase; git refuses to lose changes. */
export function pull(git: Git): Finding {
  const options = parseOptions(git.args, { values: PULL_VALUES, long: FETCH_LONG });
  const programs = transportPrograms(git, options);
  if (options.has("--dry-run")) return programs;
  return combine(does(git, "change", "git.branch", "HEAD", { loss: "commits" }), programs);
}

/** The program that `--upload-pack` or the address of the remote starts. */
function transportPrograms(git: Git, options: Options, short: readonly string[] = []): Finding {
  const [remote] = options.operands;
  return combine(
    remote ? judgeUrl(git, remote) : NOTHING,
    ...options.values("--upload-pack", "--exec", ...short).map((text) => judgeText(git, text)),
  );
}

/** `git ls-remote`, `fetch-pack`, `archive --remote`: asks another repository. */
export function lsRemote(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["--upload-pack", "--exec", "-o", "--server-option", "--sort", "--depth"],
  });
  return transportPrograms(git, options);
}

const CLONE = {
  values: [
    "-b",
    "--branch",
    "-o",
    "--origin",
    "-u",
    "--upload-pack",
    "--template",
    "-c",
    "--config",
    "--depth",
    "--reference",
    "--reference-if-able",
    "--separate-git-dir",
    "--shallow-since",
    "--shallow-exclude",
    "-j",
    "--jobs",
    "--filter",
    "--server-option",
    "--bundle-uri",
    "--revision",
    "--ref-format",
  ],
  long: [
    "--bare",
    "--mirror",
    "--recursive",
    "--recurse-submodules",
    "--no-checkout",
    "--single-branch",
    "--local",
    "--shared",
    "--sparse",
    "--quiet",
    "--dissociate",
  ],
};

/** `git clone`: a new folder. Its hooks are not cloned; a template's are copied. */
export function clone(git: Git): Finding {
  const options = parseOptions(git.args, CLONE);
  const [source, folder] = options.operands;
  const by = git.command.source;
  const kind = "git.repository";
  const destination = folder ?? literal(folderName(source));
  const settings = options.values("-c", "--config").map((setting) => judgeSetting(git, setting));
  const separate = options.value("--separate-git-dir");
  return combine(
    found(fileEffects("create", destination, git.scene, { by, kind })),
    found(separate ? fileEffects("create", separate, git.scene, { by, kind }) : []),
    transportPrograms(git, options, ["-u"]),
    templated(git, options),
    ...settings,
  );
}

function folderName(source: Word | undefined): string {
  const last = (source?.text ?? "").replace(/\/+$/, "").split(/[/:]/).at(-1) ?? "";
  return last.replace(/\.(git|bundle)$/, "") || "repository";
}

function judgeSetting(git: Git, setting: Word): Finding {
  const text = setting.text ?? setting.prefix;
  const equals = text.indexOf("=");
  const key = settingKey(equals < 0 ? text : text.slice(0, equals));
  return judgeGivenSetting(
    git.scene,
    key,
    setting.text === undefined ? undefined : text.slice(equals + 1),
    git.command.source,
  );
}

function templated(git: Git, options: Options): Finding {
  const template = options.value("--template");
  if (!template || template.text === "") return NOTHING;
  return found([unknownEffect(git.scene, "git.hook", `hooks of ${template.source}`, git.command.source)]);
}

/** `git init`: a new repository, or the same again, which changes nothing. */
export function init(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: ["-b", "--initial-branch", "--template", "--separate-git-dir", "--object-format", "--ref-format"],
    long: ["--bare", "--shared", "--quiet"],
  });
  const folder = options.operands[0] ?? git.gitDirectory ?? literal(".");
  const by = git.command.source;
  const made = fileEffects("create", folder, git.scene, { by, kind: "git.repository" });
  const separate = options.value("--separate-git-dir");
  const other = separate ? fileEffects("create", separate, git.scene, { by, kind: "git.repository" }) : [];
  return combine(found([...made, ...other]), templated(git, options));
}

/** `git remote`: names for other repositories. */
export function remote(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  const options = parseOptions(rest, {
    values: ["-t", "-m", "--track"],
    long: ["--mirror", "--push", "--delete", "--add", "--dry-run", "--fetch", "--tags"],
  });
  const shown = options.operands[0]?.source ?? ".";
  const [, url] = options.operands;
  switch (name) {
    case undefined:
    case "show":
    case "get-url":
      return NOTHING;
    case "add":
      return combine(does(git, "create", "git.remote", shown), url ? judgeUrl(git, url) : NOTHING);
    case "set-url":
      return combine(
        does(git, "change", "git.remote", shown),
        ...options.operands.slice(1).map((one) => judgeUrl(git, one)),
      );
    case "remove":
    case "rm":
      return does(git, "delete", "git.remote", shown);
    default:
      return options.has("-n", "--dry-run") ? NOTHING : does(git, "change", "git.remote", shown);
  }
}

/** `git daemon`, `instaweb`, `http-backend`: offers repositories to the network. */
export function serve(git: Git): Finding {
  return does(git, "expose", "git.repository", ".", { marks: git.subcommand === "daemon" ? ["upload"] : [] });
}

/** `git upload-pack` and `receive-pack`: the far ends of fetch and push, on a repository here. */
export function farEnd(git: Git): Finding {
  return git.subcommand === "receive-pack"
    ? does(git, "change", "git.reference", "those received", { certain: false })
    : NOTHING;
}

/** `git credential`: `fill` and `get` print passwords. */
export function credential(git: Git): Finding {
  const { name } = firstAction(git.args);
  const gets = name === "fill" || name === "get";
  const parts = {
    kind: "git.credential",
    name: "of the person",
    environment: "local",
    by: git.command.source,
  } as const;
  if (gets) return found([effect({ ...parts, verb: "read", reversibility: "R4", marks: ["secret"] })]);
  if (name === undefined || name === "capability") return NOTHING;
  const verb = name === "reject" || name === "erase" || name === "exit" ? "delete" : "change";
  return found([effect({ ...parts, verb, reversibility: "R2", marks: ["secret"] })]);
}

const MAIL_COMMANDS = ["--smtp-server", "--sendmail-cmd", "--to-cmd", "--cc-cmd", "--header-cmd"];

/** `git send-email` and `imap-send`: mail cannot be called back. */
export function mail(git: Git): Finding {
  const options = parseOptions(git.args, {
    values: [
      ...MAIL_COMMANDS,
      "--to",
      "--cc",
      "--bcc",
      "--from",
      "--subject",
      "--in-reply-to",
      "--smtp-server-port",
      "--smtp-user",
      "--smtp-pass",
      "--smtp-encryption",
      "--confirm",
    ],
    long: ["--dry-run", "--annotate", "--compose", "--dump-aliases"],
  });
  const commands = options
    .values(...MAIL_COMMANDS)
    .filter((text) => !/^[\w.-]+$/.test(text.text ?? ""))
    .map((text) => judgeText(git, text));
  if (options.has("--dry-run", "--dump-aliases")) return combine(...commands);
  const to = options.value("--to")?.source ?? "the configured addresses";
  const sent = effect({
    verb: "send",
    kind: "git.patch-mail",
    name: to,
    environment: "development",
    marks: ["shared", "upload"],
    count: null,
    by: git.command.source,
  });
  return combine(found([sent]), ...commands);
}

/** `git svn` and `git p4`: `dcommit` and `submit` write the central repository for everyone. */
export function foreign(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  if (
    name === undefined ||
    /^(log|info|find-rev|blame|show-ignore|show-externals|propget|proplist|show|help|branches)$/.test(name)
  )
    return NOTHING;
  if (
    /^(dcommit|submit|set-tree|commit-diff|branch|tag|propset)$/.test(name) &&
    !rest.some((arg) => /^(-n|--dry-run)$/.test(arg.text ?? ""))
  ) {
    return found([
      effect({
        verb: "change",
        kind: `${git.subcommand}.repository`,
        name: "the central one",
        environment: "development",
        reversibility: "R3",
        marks: ["shared"],
        by: git.command.source,
      }),
    ]);
  }
  return does(git, "change", "git.branch", `by git ${git.subcommand} ${name}`, { loss: "commits" });
}

/** `git lfs`: large files; `migrate` rewrites history, `install` reaches into the person's configuration. */
export function lfs(git: Git): Finding {
  const { name, rest } = firstAction(git.args);
  const has = (pattern: RegExp) => rest.some((arg) => pattern.test(arg.text ?? ""));
  switch (name) {
    case "track":
    case "untrack":
      return rest.length === 0
        ? NOTHING
        : found(fileEffects("change", literal(".gitattributes"), git.scene, { by: git.command.source }));
    case "push":
      return has(/^--dry-run$/) ? NOTHING : found([sharedLfs(git, "create", "git.lfs-objects", true)]);
    case "lock":
      return found([sharedLfs(git, "create", "git.lfs-lock", true)]);
    case "unlock":
      return found([sharedLfs(git, "delete", "git.lfs-lock", !has(/^(-f|--force)$/))]);
    case "prune":
      return has(/^(-d|--dry-run)$/)
        ? NOTHING
        : does(git, "delete", "git.lfs-objects", "old local copies", {
            loss: has(/^(-f|--force|--no-verify-remote)$/) ? "content" : "commits",
            count: null,
          });
    case "migrate":
      return has(/^info$/)
        ? NOTHING
        : does(git, "replace", "git.history", ".", { loss: "history", count: null });
    case "install":
    case "uninstall":
    case "update":
      return lfsInstall(git, name, has(/^(-l|--local)$/));
    case "fetch":
    case "pull":
    case "checkout":
    case "dedup":
    case "clone":
      return does(git, "change", "git.worktree", ".");
    default:
      return NOTHING;
  }
}

function sharedLfs(
  git: Git,
  verb: "create" | "delete",
  kind: string,
  additive: boolean,
): Finding["effects"][number] {
  return effect({
    verb,
    kind,
    name: "origin",
    environment: "development",
    reversibility: "R1",
    marks: additive ? ["shared", "additive"] : ["shared"],
    count: null,
    by: git.command.source,
  });
}

function lfsInstall(git: Git, name: string, inRepository: boolean): Finding {
  const own = name === "update" || inRepository;
  return does(git, "change", "git.config", "filter.lfs", own ? {} : { marks: ["outside"] });
}
