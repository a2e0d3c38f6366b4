import type { Effect, Environment, Mark, Reversibility } from "../../core/effect.ts";
import type { Finding, Word } from "../analyzer.ts";
import { combine, effect, found, NOTHING } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions, unknownWord } from "../options.ts";
import { remoteEnvironment, type Standing, standingOf } from "./branch-names.ts";
import { skippedHooks } from "./config-keys.ts";
import { isDryRun, judgeText } from "./ground.ts";
import type { Git } from "./invocation.ts";
import { configuration, currentBranch } from "./repository.ts";
import { judgeUrl, urlKind } from "./urls.ts";

const PUSH = {
  values: ["--repo", "--receive-pack", "--exec", "-o", "--push-option"],
  long: [
    "--force",
    "--force-with-lease",
    "--no-force-with-lease",
    "--force-if-includes",
    "--mirror",
    "--delete",
    "--prune",
    "--all",
    "--branches",
    "--tags",
    "--follow-tags",
    "--dry-run",
    "--no-verify",
    "--set-upstream",
    "--atomic",
    "--porcelain",
    "--quiet",
    "--verbose",
    "--progress",
    "--signed",
    "--thin",
    "--recurse-submodules",
    "--ipv4",
    "--ipv6",
  ],
};

/** What a push does to one reference of the remote. */
interface Update {
  /** Name on the remote; `undefined` when it cannot be told. */
  readonly name: string | undefined;
  /** What stands in messages instead of a name that cannot be told. */
  readonly nameless?: string;
  readonly tag: boolean;
  readonly act: "add" | "lease" | "overwrite" | "delete";
  readonly many: boolean;
  readonly certain: boolean;
}

/** `git push` and `git send-pack`, every spelling: options, refspecs, configuration given on the line. */
export function push(git: Git): Finding {
  const options = parseOptions(git.args, PUSH);
  const programs = options.values("--receive-pack", "--exec").map((text) => judgeText(git, text));
  if (isDryRun(options)) return combine(...programs);
  const [first, ...refs] = options.operands;
  const remote = first ?? options.value("--repo");
  const target = targetOf(git, remote);
  const updates = updatesOf(git, options, refs, target.shown);
  const changes = found(updates.map((update) => updateEffect(git, target, update, options)));
  const hooks = options.has("--no-verify") ? found([skippedHooks(git.scene, git.command.source)]) : NOTHING;
  return combine(remote ? judgeUrl(git, remote) : NOTHING, changes, hooks, ...programs);
}

interface Target {
  readonly shown: string;
  readonly environment: Environment;
  readonly marks: readonly Mark[];
  /** A repository in the workspace or in a temporary folder. */
  readonly here: boolean;
}

function targetOf(git: Git, remote: Word | undefined): Target {
  if (remote === undefined)
    return { shown: "origin", environment: "development", marks: ["shared"], here: false };
  const text = remote.text ?? remote.source;
  const shown = text.replace(/:\/\/[^/@]*@/, "://");
  const kind = urlKind(text);
  if (kind === "path") {
    const at = locate(remote, git.scene);
    const here = at.area === "workspace" || at.area === "temporary";
    return {
      shown,
      environment: at.area === "workspace" ? "workspace" : "local",
      marks: here ? [] : ["outside"],
      here,
    };
  }
  return {
    shown,
    environment: remoteEnvironment(text),
    marks: kind === "url" ? ["shared", "upload"] : ["shared"],
    here: false,
  };
}

function updatesOf(git: Git, options: Options, refs: readonly Word[], remote: string): readonly Update[] {
  const act = actOf(options);
  const every = { name: "*", tag: false, many: true, certain: true };
  const found: Update[] = [];
  if (options.has("--mirror") || mirrors(git, remote)) found.push({ ...every, act: "overwrite" });
  if (options.has("--all", "--branches")) found.push({ ...every, act });
  if (options.has("--tags")) found.push({ ...every, tag: true, act: act === "lease" ? "add" : act });
  if (options.has("--prune")) found.push({ ...every, act: "delete" });
  found.push(
    ...refs
      .filter((ref, index) => ref.text !== "tag" || index === refs.length - 1)
      .map((ref) => updateOf(git, ref, act)),
  );
  if (found.length > 0 && (refs.length > 0 || !options.has("--prune"))) return found;
  const configured = settingsOf(git, `remote.${remote}.push`);
  if (configured.length > 0) return [...found, ...configured.map((value) => updateOf(git, value, act))];
  const name = upstreamName(git) ?? currentBranch(git);
  return [
    ...found,
    { name, tag: false, act, many: false, certain: act !== "overwrite" || name !== undefined },
  ];
}

function actOf(options: Options): Update["act"] {
  if (options.has("-d", "--delete")) return "delete";
  if (options.has("-f", "--force")) return "overwrite";
  if (options.names.includes("--force-with-lease") || options.has("--force-with-lease")) {
    return options.names.lastIndexOf("--no-force-with-lease") >
      options.names.lastIndexOf("--force-with-lease")
      ? "add"
      : "lease";
  }
  return "add";
}

/** The values of a key, those given on the line after those of the files. */
function settingsOf(git: Git, key: string): readonly Word[] {
  const stored = configuration(git).entries.flatMap((entry) =>
    entry.key === key ? [literal(entry.value)] : [],
  );
  const given = git.given.flatMap((setting) =>
    setting.key === key ? [setting.value === undefined ? unknownWord(key) : literal(setting.value)] : [],
  );
  return [...stored, ...given];
}

/** The branch that `push.default = upstream` names for the one that is checked out. */
function upstreamName(git: Git): string | undefined {
  const mode = settingsOf(git, "push.default").at(-1);
  if (mode === undefined || !/^(upstream|tracking)$/.test(mode.text ?? "upstream")) return undefined;
  const branch = currentBranch(git);
  return settingsOf(git, `branch.${branch ?? ""}.merge`)
    .at(-1)
    ?.text?.replace(/^refs\/heads\//, "");
}

/** Where pushes lead was changed earlier in the same request: nobody knows where this one goes. */
function isRedirected(git: Git): boolean {
  const { cwd, setting, place } = git.scene;
  if (place.host !== undefined) return false;
  return [cwd, setting.workspace].some(
    (top) =>
      top !== undefined &&
      git.scene.need({ kind: "text", path: `${top}/.git/config` })?.problem === "unreadable",
  );
}

function mirrors(git: Git, remote: string): boolean {
  const key = `remote.${remote}.mirror`;
  const given = git.given.some((setting) => setting.key === key && setting.value !== "false");
  return given || configuration(git).entries.some((entry) => entry.key === key && entry.value === "true");
}

/**
 * One refspec: `[+]src[:dst]`, `:dst` deletes, `:` alone is every branch that both have (git-push(1)). A piece
 * that nobody knows stands as `…`; when it could be a `+` or an option, the call counts as dynamic.
 */
function updateOf(git: Git, ref: Word, act: Update["act"]): Update {
  const text = ref.text ?? `${ref.prefix}…${ref.suffix}`;
  const forced = text.startsWith("+");
  const spec = forced ? text.slice(1) : text;
  const colon = spec.lastIndexOf(":");
  const [source, wanted] = colon < 0 ? [spec, spec] : [spec.slice(0, colon), spec.slice(colon + 1)];
  const deletes = colon >= 0 && source === "" && wanted !== "";
  const actual = deletes ? "delete" : forced && act !== "delete" ? "overwrite" : act;
  if (spec === ":") return { name: "*", tag: false, act: actual, many: true, certain: true };
  const name = /^(HEAD|@|)$/.test(wanted) ? currentBranch(git) : wanted === "…" ? undefined : wanted;
  return {
    name: name?.replace(/^refs\/(heads|tags)\//, ""),
    ...(wanted === "…" ? { nameless: "a branch not known ahead" } : {}),
    tag: wanted.startsWith("refs/tags/") || (wanted === source && isVersion(wanted)),
    act: actual,
    many: wanted.includes("*"),
    certain: ref.text !== undefined && name !== undefined,
  };
}

/** `v1.2.3` is a tag by every convention; `1.x` and `2.0-stable` are branches. */
function isVersion(name: string): boolean {
  return /^v?\d+\.\d+(\.\d+)?([.-].*)?$/.test(name) && !/[.-](x|stable|lts)$/.test(name);
}

/** Options that let the forge do more than take the commits (GitLab's push options). */
const FORGE_ACTS =
  /^(merge_request\.(merge_when_pipeline_succeeds|auto_merge)|secret_push_protection\.|ci\.variable)/;

function updateEffect(git: Git, target: Target, update: Update, options: Options): Effect {
  const standing = update.tag ? "ordinary" : standingOf(update.name ?? "");
  const environment = environmentFor(git, target, update, standing);
  const open =
    options.dynamic ||
    isRedirected(git) ||
    options
      .values("-o", "--push-option")
      .some((one) => FORGE_ACTS.test(one.text ?? "merge_request.auto_merge"));
  const takes =
    update.act === "overwrite" ||
    update.act === "delete" ||
    (update.act === "lease" && standing !== "ordinary");
  const marks: Mark[] = [...target.marks];
  const unnamed = update.name === undefined && update.act === "overwrite";
  if (standing !== "ordinary" || unnamed) marks.push("protected");
  if (update.many && takes && !target.here) marks.push("bulk");
  const additive =
    !takes && !open && standing !== "release" && environment === "development" && !marks.includes("upload");
  if (additive) marks.push("additive");
  return effect({
    verb: takes ? "delete" : "change",
    kind: kindOf(update, takes),
    name: `${target.shown}/${update.name ?? update.nameless ?? "the current branch"}`,
    environment,
    reversibility: takes && !target.here ? lossOf(update, standing, unnamed) : "R1",
    wayBack: takes ? "unknown" : "provider",
    count: update.many ? null : 1,
    certain: update.certain && !options.dynamic,
    marks,
    by: git.command.source,
    // A remote is a name of the repository that the push is made in.
    ...(git.scene.place.host === undefined ? { folder: git.scene.cwd ?? null } : {}),
    ...(takes ? { advice: adviceFor(update) } : {}),
  });
}

function environmentFor(git: Git, target: Target, update: Update, standing: Standing): Environment {
  const reaches = target.environment === "development" || target.environment === "staging";
  if (reaches && standing === "production") return "production";
  const harmless = update.act === "add" || update.act === "lease";
  return reaches && !harmless && git.scene.setting.declared === "production"
    ? "production"
    : target.environment;
}

function kindOf(update: Update, takes: boolean): string {
  if (update.tag) return "git.remote-tag";
  return takes && update.act !== "delete" ? "git.remote-commits" : "git.remote-branch";
}

/** Overwritten commits are in somebody's clone, with luck; of a branch that many use nobody can say whose. */
function lossOf(update: Update, standing: Standing, unnamed: boolean): Reversibility {
  if (update.act === "lease") return "R3";
  return standing === "ordinary" && !unnamed ? "R3" : "R2";
}

function adviceFor(update: Update): string {
  if (update.act === "delete")
    return "keep the hash: `git ls-remote` prints it, and pushing it again brings the branch back";
  return "use --force-with-lease on a branch of your own, or push a new branch";
}
