import type { Finding, Word } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal } from "../options.ts";
import { standingOf } from "./branch-names.ts";
import { adds, changes, type Deed, deed, deletes, edits, escalates, type ForgeCall } from "./forge.ts";

const VALUES = new Set([
  "-X",
  "--method",
  "-f",
  "--raw-field",
  "-F",
  "--field",
  "-H",
  "--header",
  "--input",
  "-q",
  "--jq",
  "-t",
  "--template",
  "-p",
  "--preview",
  "--cache",
  "--hostname",
  "--form",
  "-R",
  "--repo",
  "--output",
]);

interface Request {
  readonly method: string | undefined;
  readonly path: Word | undefined;
  /** `key=value` as typed. */
  readonly fields: readonly Word[];
  readonly input: Word | undefined;
}

/** `gh api` and `glab api`: the method is GET, with fields or a body POST (the tools' own manuals). */
export function judgeApi(call: ForgeCall): Finding {
  const request = readRequest(call.args);
  const path = request.path?.text
    ?.replace(/^https?:\/\/[^/]+\/(api\/v\d+\/)?/, "")
    .replace(/^\/+|[?#].*$|\/+$/g, "");
  if (path === undefined || request.method === undefined) {
    const read = request.method === "GET" || request.method === "HEAD";
    return read
      ? NOTHING
      : found([
          unknownEffect(
            call.scene,
            "http.request",
            request.path?.source ?? "unknown address",
            call.command.source,
            ["shared"],
          ),
        ]);
  }
  if (/^(api\/)?graphql$/.test(path)) return judgeGraphql(call, request);
  if (request.method === "GET" || request.method === "HEAD") return NOTHING;
  return deed(
    { ...call, options: { ...call.options, operands: [literal(`${request.method} ${path}`)] } },
    restDeed(request.method, path, request),
  );
}

function readRequest(args: readonly Word[]): Request {
  const fields: Word[] = [];
  let method: string | undefined | null = null;
  let input: Word | undefined;
  let path: Word | undefined;
  for (let index = 0; index < args.length; index++) {
    const word = args[index] as Word;
    const text = word.text ?? word.prefix;
    const [name, attached] = splitFlag(text);
    const value =
      attached !== undefined && word.text !== undefined
        ? literal(attached)
        : VALUES.has(name) && attached === undefined
          ? args[++index]
          : word;
    if (/^(-X|--method)$/.test(name)) method = value?.text?.toUpperCase();
    else if (/^(-f|-F|--field|--raw-field|--form)$/.test(name)) fields.push(value ?? word);
    else if (name === "--input") input = value ?? word;
    else if (!text.startsWith("-")) {
      path ??= word;
      // A word about which nothing is known may be an option.
      if (word.text === undefined && word.prefix === "" && !word.tame) method = undefined;
    }
  }
  const implied = fields.length > 0 || input ? "POST" : "GET";
  return { method: method === null ? implied : method, path, fields, input };
}

function splitFlag(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf("=");
  if (text.startsWith("--") && equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  if (/^-[XfFHqtp]./.test(text)) return [text.slice(0, 2), text.slice(2).replace(/^=/, "")];
  return [text, undefined];
}

/** What a request with a method that is not safe does, by its path (docs.github.com/rest, docs.gitlab.com/api). */
function restDeed(method: string, path: string, request: Request): Deed {
  const shared = accessDeed(method, path) ?? refDeed(method, path, request);
  if (shared) return shared;
  if (method === "DELETE") return deletedByPath(path);
  const said = request.fields.map((field) => field.text ?? field.source).join("\n");
  if (/^(visibility=public|private=false)$/m.test(said))
    return { verb: "expose", kind: "repository", reversibility: "R4" };
  if (/^event=APPROVE$/im.test(said) || /\/approve$/.test(path)) return escalates("approval");
  if (/\/merge$|\/merges$/.test(path)) return { ...changes("pull-request"), reversibility: "R3" };
  if (/\/(dispatches|pipeline|play|trigger\/pipeline)$/.test(path))
    return { verb: "execute", kind: "workflow", reversibility: "R3", names: [said] };
  if (/^(markdown|markdown\/raw)$/.test(path)) return { verb: "read", kind: "request", reversibility: "R1" };
  if (method === "POST" && ADDITIVE.test(path) && !request.input?.glob) return adds("request");
  if (/\/(issues|pulls|merge_requests)\/(comments\/)?[^/]+$/.test(path) && !/^state(_event)?=/m.test(said))
    return edits("request");
  return { ...changes("request"), certain: false };
}

const ADDITIVE =
  /\/(comments|issues|pulls|merge_requests|notes|discussions(\/[^/]+\/notes)?|labels|reactions|replies|reviews|requested_reviewers|assignees|statuses(\/[^/]+)?|check-runs|forks|milestones|git\/(blobs|trees|commits|tags|refs)|award_emoji|repository\/(branches|tags))$/;

/** Keys, members, secrets, hooks and protections: who may do what. */
function accessDeed(method: string, path: string): Deed | undefined {
  if (/\/(protection(\/.*)?|rulesets(\/.*)?|protected_branches(\/.*)?|protected_tags(\/.*)?)$/.test(path))
    return { verb: "remove-protection", kind: "branch-protection", reversibility: "R2" };
  if (
    !/(^|\/)(keys|gpg_keys|ssh_signing_keys|deploy_keys|collaborators|members|memberships|invitations|teams|hooks|secrets|variables|access_tokens|personal_access_tokens|runners|environments|installations)(\/|$)/.test(
      path,
    )
  )
    return undefined;
  if (/(^|\/)variables(\/|$)/.test(path))
    return method === "POST" ? adds("variable") : { ...changes("variable"), reversibility: "R3" };
  return method === "DELETE" ? deletes("access") : escalates("access");
}

function refDeed(method: string, path: string, request: Request): Deed | undefined {
  const ref = /\/(?:git\/refs\/(?:heads|tags)|repository\/(?:branches|tags))\/(.+)$/.exec(path)?.[1];
  if (ref === undefined || method === "POST") return undefined;
  const standing = standingOf(decodeURIComponentSafe(ref));
  const forced =
    method === "DELETE" ||
    request.fields.some((field) => /^force=true$/i.test(field.text ?? "force=true")) ||
    request.input !== undefined;
  if (!forced) return edits("branch");
  return {
    verb: "delete",
    kind: "branch",
    reversibility: standing === "ordinary" ? "R3" : "R2",
    marks: standing === "ordinary" ? [] : ["protected"],
    names: [ref],
  };
}

function decodeURIComponentSafe(text: string): string {
  return text.replace(/%2F/gi, "/");
}

function deletedByPath(path: string): Deed {
  if (/^(repos\/[^/]+\/[^/]+|projects\/[^/]+|groups\/[^/]+|orgs\/[^/]+)$/.test(path))
    return deletes("repository", ["bulk"]);
  if (
    /\/(labels|assignees|reactions|requested_reviewers|subscription|award_emoji|lock|unapprove)(\/[^/]+)?$/.test(
      path,
    )
  )
    return { verb: "delete", kind: "request", reversibility: "R1" };
  if (/^(user\/(starred|subscriptions|following)|notifications)(\/|$)/.test(path))
    return { verb: "delete", kind: "request", reversibility: "R1" };
  return deletes("request");
}

function judgeGraphql(call: ForgeCall, request: Request): Finding {
  const query = request.fields.find((field) => (field.text ?? field.prefix).startsWith("query="));
  const text = query?.text?.slice("query=".length);
  const source = text?.startsWith("@") ? textOfFile(call, text.slice(1)) : text;
  if (source === undefined) {
    return found([
      unknownEffect(
        call.scene,
        "graphql.request",
        query?.source ?? request.input?.source ?? "unknown query",
        call.command.source,
        ["shared"],
      ),
    ]);
  }
  const fields = mutationFields(source);
  if (fields === undefined) return NOTHING;
  const named = (name: string): ForgeCall => ({
    ...call,
    options: { ...call.options, operands: [literal(name)] },
  });
  return { effects: fields.flatMap((name) => deed(named(name), mutationDeed(name, request)).effects) };
}

function textOfFile(call: ForgeCall, path: string): string | undefined {
  if (path === "-") return call.command.stdin.kind === "text" ? call.command.stdin.text : undefined;
  return call.scene.need({ kind: "text", path: locate(literal(path), call.scene).path })?.text;
}

/**
 * The fields that the mutations of a GraphQL document call; `undefined` when it has none (GraphQL
 * specification, October 2021, 2.2 and 2.4). Strings and comments are blanked first.
 */
function mutationFields(source: string): readonly string[] | undefined {
  const text = source.replace(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"/g, '""').replace(/#[^\n]*/g, "");
  const fields: string[] = [];
  let depth = 0;
  let inMutation = false;
  let seen = false;
  for (const match of text.matchAll(/[{}()]|[_A-Za-z]\w*\s*:?/g)) {
    const token = match[0].trim();
    if (token === "{" || token === "(") depth++;
    else if (token === "}" || token === ")") depth--;
    else if (depth === 0 && /^(query|mutation|subscription|fragment)$/.test(token))
      inMutation = token === "mutation";
    else if (inMutation && depth === 1 && !token.endsWith(":") && isFieldAt(text, match.index))
      fields.push(token);
    seen ||= inMutation;
  }
  return seen ? (fields.length > 0 ? fields : ["unknown mutation"]) : undefined;
}

/** Not a variable and not a directive. */
function isFieldAt(text: string, at: number): boolean {
  return !/[$@]$/.test(text.slice(0, at)) && !isInParentheses(text, at);
}

function isInParentheses(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return before.split("(").length > before.split(")").length;
}

function mutationDeed(name: string, request: Request): Deed {
  if (
    /^(delete|remove)(Repository|Project|Branch|Ref|Issue|Package|Environment|Deployment|Release)/i.test(name)
  )
    return deletes("object", /Repository$/.test(name) ? ["bulk"] : []);
  if (/BranchProtection|Ruleset/i.test(name))
    return { verb: "remove-protection", kind: "branch-protection", reversibility: "R2" };
  const approves = request.fields.some((field) => /APPROVE/.test(field.text ?? ""));
  if (approves && /Review/i.test(name)) return escalates("approval");
  if (
    /^(add|create)(Comment|Issue|PullRequest|Discussion|Reaction|Label|Assignee|PullRequestReview|Star|ProjectV2Item)|^(resolve|unresolve)ReviewThread|^requestReviews|^(add|submit)PullRequestReview|^minimizeComment/i.test(
      name,
    )
  )
    return adds("object");
  if (
    /^update(Issue|PullRequest|Discussion|IssueComment|PullRequestReview(Comment)?|ProjectV2Item\w*)$/i.test(
      name,
    )
  )
    return edits("object");
  if (/^(delete|remove)/i.test(name))
    return {
      verb: "delete",
      kind: "object",
      reversibility: /Label|Assignee|Reaction|Star/.test(name) ? "R1" : "R4",
    };
  return { ...changes("object"), reversibility: "R3" };
}
