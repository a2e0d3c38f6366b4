import type { Effect, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { saysSecret, verbOfName, verbOfWord, wordsOf } from "../cloud/words.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { environmentFor, isRemoteRepository, type McpCall } from "./mcp-call.ts";
import { readEffectsOf } from "./mcp-files.ts";

/** Tools that hand out the agent's own notes, thoughts and questions. */
const THINKING =
  /^(sequential_?thinking|think|plan|todo_(read|write)|create_entities|create_relations|add_observations|get-library-docs|query-docs|ask_\w+|memory_\w+)$/i;

/** Judges a tool by the verb in its name and its arguments. */
export function byVerb(call: McpCall, scene: Scene): Finding {
  if (THINKING.test(call.tool)) return NOTHING;
  const verb = verbOf(call);
  const by = `${call.server} ${call.tool}`;
  const shared = sharedWork(call, verb, by);
  if (shared) return found([shared]);
  const parts = {
    verb,
    kind: `mcp.${call.server}.${call.tool}`,
    name: nameOf(call),
    environment: environmentFor(call, scene),
    by,
  };
  if (verb === "read") {
    const secret =
      wordsOf(call.tool).some((word) => saysSecret(word)) && !/list|search|count/i.test(call.tool);
    return secret
      ? found([effect({ ...parts, reversibility: "R1", marks: ["secret"] })])
      : readEffectsOf(call, scene, by);
  }
  return found([
    effect({
      ...parts,
      reversibility: verb === "create" || verb === "change" ? "R3" : "R4",
      count: verb === "unknown" ? null : 1,
      certain: verb !== "unknown",
    }),
  ]);
}

const TRACKERS =
  /git(hub|lab|ea)|forgejo|bitbucket|azure[-_ ]?devops|jira|atlassian|linear|youtrack|shortcut|asana|trello|clickup|plane|redmine/i;
const POSTED =
  /^(issues?|comments?|(sub)?tasks?|tickets?|notes?|discussions?|reactions?|replies|reply|pullrequests?|mergerequests?|pr|mr|drafts?|labels?|milestones?|branch|fork)$/;
const ADDS = /^(create|add|open|submit|post|write|reply|comment|file|make)$/;
const EDITS =
  /^(update|edit|assign|close|reopen|set|move|transition|request|mark|link|save|push|upload|sync)$/;

/**
 * Work that people share on a forge or in a tracker, as far as it can be taken back there: what is added (an issue, a
 * comment, a pull request) asks nobody, what is edited asks the operator. `undefined` for everything else.
 */
function sharedWork(call: McpCall, verb: Verb, by: string): Effect | undefined {
  const words = wordsOf(call.tool.replace(/(pull|merge)[_-]?request/gi, "$1request")).filter(
    (word) => word !== "sub" && !TRACKERS.test(word),
  );
  const nouns = words.join("_");
  const about = /(^|_)(pullrequest|mergerequest|issue|comment|ticket)s?(_|$)/.test(nouns);
  const remote = isRemoteRepository(call);
  if (!(TRACKERS.test(`${call.server} ${call.tool}`) || about)) return undefined;
  const base = {
    kind: `mcp.${call.server}.${call.tool}`,
    name: nameOf(call),
    by,
    environment: "development" as const,
  };
  const adds = words.some((word) => ADDS.test(word));
  const edits = words.some((word) => EDITS.test(word));
  const mild = verb === "create" || verb === "change" || verb === "send" || verb === "unknown";
  const rest = words.filter((word) => !ADDS.test(word) || word === "comment").join("_");
  const last = rest
    .replace(/_(to|on|in|for|from)_.*$/, "")
    .split("_")
    .slice(-2);
  const posted = POSTED.test(last.join("_")) || POSTED.test(last.at(-1) ?? "");
  if (adds && !edits && mild && posted && !decides(call))
    return effect({ ...base, verb: "create", reversibility: "R1", marks: ["additive", "shared"] });
  const file = remote && /(^|_)(files?|contents?)(_|$)/.test(nouns);
  if (file && verb !== "read")
    return effect({
      ...base,
      verb: verb === "delete" ? "delete" : "change",
      reversibility: "R1",
      marks: ["shared"],
    });
  if ((edits || adds) && mild && verb !== "unknown" && posted && !decides(call))
    return effect({ ...base, verb: "change", reversibility: "R3", marks: ["shared"] });
  return undefined;
}

/** An approval, a merge or a release is a decision, not a remark. */
function decides(call: McpCall): boolean {
  const event = ["event", "action", "state", "status"].map((name) => call.arguments[name]).join(" ");
  return (
    /approve|merge|release|deploy|request_changes/i.test(event) ||
    /approv|merge_pull|accept|release|deploy|protect/i.test(call.tool)
  );
}

/** What `resolve` finds; everything else it ends (an incident, an alert, a thread). */
const RESOLVED =
  /^(librar(y|ies)|names?|dns|hosts?|hostnames?|domains?|urls?|uris?|paths?|symbols?|types?|refs?|references?|alias(es)?|ids?|packages?|modules?|versions?|users?|channels?|handles?|address(es)?|dependenc(y|ies)|imports?|doi|locations?|schemas?|links?)$/;

/** The verb that the tool's name says. A hint of the server can raise it, never lower it. */
function verbOf({ tool, annotations, arguments: given }: McpCall): Verb {
  const words = wordsOf(tool);
  const resolves =
    words.includes("resolve") && !words.some((word) => word !== "resolve" && RESOLVED.test(word));
  const named = resolves ? "change" : (verbOfName(tool) ?? "unknown");
  const action = ["action", "operation", "method", "verb", "mode", "command", "subcommand"]
    .map((key) => given[key])
    .find((value) => typeof value === "string") as string | undefined;
  const nested = action === undefined ? undefined : verbOfName(action);
  if (nested !== undefined && nested !== "read") return nested;
  if (named !== "read") return named;
  const alsoChanges = words.some(
    (word, at) =>
      /^(or|and|then)$/.test(words[at - 1] ?? "") &&
      verbOfWord(word) !== "read" &&
      verbOfWord(word) !== undefined,
  );
  const said = annotations.destructiveHint === true || annotations.readOnlyHint === false;
  return alsoChanges || said ? "unknown" : "read";
}

function nameOf({ arguments: given }: McpCall): string {
  const entries = Object.entries(given).filter(
    ([, value]) => typeof value === "string" || typeof value === "number",
  );
  const best =
    entries.find(([name]) => /(name|id|path|key|title|repo|channel|to)$/i.test(name)) ?? entries[0];
  return String(best?.[1] ?? "*").slice(0, 120);
}
