import {
  type PolicyPlaces,
  type ReadFiles,
  readPolicyFile,
  readPolicyFiles,
} from "../adapters/policy/layers.ts";
import { assemblePolicy, loadPolicy } from "../adapters/policy/load.ts";
import type { Problem } from "../adapters/policy/rules.ts";
import { describeEffect } from "../core/effect.ts";
import { parseEffect } from "../core/effect-text.ts";
import { TIERS, type Tier } from "../core/ladder.ts";
import { type Decision, demandOf, type FiredRule, LAYERS, type Layer } from "../core/policy.ts";

/** What the command needs from outside. */
export interface PolicyCommandIo {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Where the layers in force are; asked only when no file is named. */
  readonly places: () => PolicyPlaces;
}

export const POLICY_HELP = `countersign policy check [FILE...]            load rules as the gate would, and show every problem
countersign policy test [FILE...]             run the examples that stand on rules
countersign policy explain [FILE...] EFFECT   which rules fire for an effect, until which approval, and why

Without FILE: the rules in force (organisation, project, person). Rules of a FILE are taken as the project's.
EFFECT: VERB KIND NAME @ENVIRONMENT xCOUNT (facts); facts that are not given are the worst.

  --layer ${LAYERS.slice(1).join("|")}   whose rules the files are
  --json                              one JSON object

  countersign policy check .countersign/policy/production.cedar
  countersign policy explain "delete k8s.namespace payments @production"
  countersign policy explain "change file src/app.ts (R1, restore-point)"`;

/** Exit codes of DESIGN §10: done, or usage and configuration. */
const DONE = 0;
const WRONG = 2;

/** Runs `countersign policy ...` and returns the exit code. */
export function policyCommand(args: readonly string[], io: PolicyCommandIo): number {
  const request = readArguments(args);
  if ("usage" in request) {
    io.err(request.usage);
    return WRONG;
  }
  if (request.help) {
    io.out(POLICY_HELP);
    return DONE;
  }
  const read = readFiles(request, io);
  switch (request.verb) {
    case "check":
      return check(request, read, io);
    case "test":
      return test(request, read, io);
    case "explain":
      return explain(request, read, io);
  }
}

const VERBS = ["check", "test", "explain"] as const;

interface Request {
  readonly verb: (typeof VERBS)[number];
  readonly files: readonly string[];
  readonly effect: string;
  readonly layer: Layer;
  readonly json: boolean;
  readonly help: boolean;
}

function readArguments(args: readonly string[]): Request | { readonly usage: string } {
  const rest = [...args];
  const json = takeFlag(rest, "--json");
  const help = takeFlag(rest, "--help") || takeFlag(rest, "-h");
  const at = rest.indexOf("--layer");
  const layerName = at < 0 ? "project" : rest.splice(at, 2)[1];
  const layer = LAYERS.slice(1).find((known) => known === layerName);
  if (layer === undefined)
    return { usage: `--layer takes ${LAYERS.slice(1).join(", ")}, not \`${layerName ?? ""}\`` };
  const option = rest.find((word) => word.startsWith("-"));
  if (option !== undefined)
    return { usage: `\`${option}\` is no option of \`policy\`; see \`countersign policy --help\`` };
  const [word, ...operands] = rest;
  const verb = help && word === undefined ? "check" : VERBS.find((known) => known === word);
  if (verb === undefined) return { usage: `\`policy\` takes ${VERBS.join(", ")}, not \`${word ?? ""}\`` };
  const files = operands.filter((operand) => operand.endsWith(".cedar") && !/\s/.test(operand));
  const words = operands.filter((operand) => !files.includes(operand));
  if (verb !== "explain" && words[0] !== undefined) return { usage: `\`${words[0]}\` is no .cedar file` };
  return { verb, files, effect: words.join(" "), layer, json, help };
}

function takeFlag(args: string[], flag: string): boolean {
  const at = args.indexOf(flag);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

function readFiles(request: Request, io: PolicyCommandIo): ReadFiles {
  if (request.files.length === 0) return readPolicyFiles(io.places());
  const read = request.files.map((file) => readPolicyFile(request.layer, file));
  return { files: read.flatMap(({ files }) => files), problems: read.flatMap(({ problems }) => problems) };
}

function check(request: Request, read: ReadFiles, io: PolicyCommandIo): number {
  const policy = loadPolicy(read.files, read.problems);
  const { problems, rules, digest } = policy;
  const own = rules.filter(({ layer }) => layer !== "built-in").length;
  if (request.json)
    io.out(JSON.stringify({ ok: problems.length === 0, problems, rules: rules.length, digest }));
  else if (problems.length > 0) showProblems(problems, io);
  else
    io.out(
      `policy is in order: ${own} rules in ${read.files.length} files, ${rules.length - own} built in (${digest.slice(0, 12)})`,
    );
  return problems.length === 0 ? DONE : WRONG;
}

function showProblems(problems: readonly Problem[], io: PolicyCommandIo): void {
  for (const { file, line, message, help } of problems) {
    io.err(`${file}${line > 0 ? `:${line}` : ""}: ${message}`);
    io.err(`  ${help}`);
  }
  io.err("until this is corrected, everything is forbidden");
}

function test(request: Request, read: ReadFiles, io: PolicyCommandIo): number {
  const { policy, rules, results } = assemblePolicy(read.files, read.problems);
  if (policy.problems.length > 0) return check(request, read, io);
  const failed = results.filter((result) => !result.holds).length;
  const shown = results.map(({ rule, ...rest }) => ({
    rule: rule.rule.id,
    file: rule.file,
    line: rule.piece.line,
    ...rest,
  }));
  if (request.json) io.out(JSON.stringify({ ok: failed === 0, results: shown }));
  else {
    for (const { rule, name, text, holds, asked } of shown) {
      io.out(
        `${holds ? "ok  " : "FAIL"} ${rule}: @${name} ${text}${holds ? "" : `; the rule asks for ${asked}`}`,
      );
    }
    const silent = rules.filter(({ examples }) => examples.length === 0).map(({ rule }) => rule.id);
    if (silent.length > 0) io.out(`without examples: ${silent.join(", ")}`);
    io.out(`${results.length - failed} of ${results.length} examples hold`);
  }
  return failed === 0 ? DONE : WRONG;
}

function explain(request: Request, read: ReadFiles, io: PolicyCommandIo): number {
  const parsed = parseEffect(request.effect);
  if ("problem" in parsed) {
    io.err(`cannot read the effect: ${parsed.problem}`);
    io.err('  for example: countersign policy explain "delete k8s.namespace payments @production"');
    return WRONG;
  }
  const policy = loadPolicy(read.files, read.problems);
  if (policy.problems.length > 0) return check(request, read, io);
  const principal = { kind: "agent", name: "agent", operator: "operator" } as const;
  const decision = policy.decide([parsed.effect], {
    principal,
    contained: false,
    engine: "snapshot",
    tool: "shell",
  });
  if (request.json) io.out(JSON.stringify({ effect: parsed.effect, ...decision }));
  else showDecision(describeEffect(parsed.effect), decision, io);
  return DONE;
}

/** The rising approvals that the gate asks with, and the tier that each is enough for. */
const APPROVALS: readonly (readonly [approval: string, tier: Tier])[] = [
  ["nobody said yes", 1],
  ["the operator said yes", 2],
  ["and a second person", 3],
  ["and a third, with another role", 4],
];

function showDecision(effect: string, decision: Decision, io: PolicyCommandIo): void {
  io.out(`${effect}: T${decision.tier}, ${demandOf(decision.tier)}`);
  for (const rule of decision.rules) {
    io.out(`  T${rule.tier} ${rule.id} (${rule.layer}): ${rule.reason}`);
    if (rule.advice !== undefined && rank(rule.tier) > 1) io.out(`     instead: ${rule.advice}`);
  }
  for (const [approval, tier] of APPROVALS) {
    const against = decision.rules
      .filter((rule: FiredRule) => rank(rule.tier) > rank(tier))
      .map(({ id }) => id);
    io.out(`  ${approval}: ${against.length === 0 ? "allowed" : `stopped by ${against.join(", ")}`}`);
    if (against.length === 0) return;
  }
}

function rank(tier: Tier): number {
  return TIERS.indexOf(tier);
}
