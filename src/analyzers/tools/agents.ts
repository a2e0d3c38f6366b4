import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { combine, effect, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { act, deedTable, runsForeignCode, wordsOf } from "../project/deeds.ts";

export const analyzer: Analyzer = {
  name: "agents",
  title: "Coding agents, and Countersign itself",
  about:
    "Another agent acts with its own judgement, so starting one is a question, and one that is told to ask nobody is code from elsewhere. Changing an agent's servers, permissions or settings changes what governs it. Of Countersign, reading and `check` pass, `run` is judged by its command, and changing rules is a matter of governance.",
  programs: wordsOf(`
    claude codex gemini qwen opencode q kiro kiro-cli cursor-agent aider amp crush droid
    cline roo auggie plandex openhands gptme llm interpreter sgpt mods continue cn kilo openclaw
    clawdbot swe-agent mentat codebuff junie countersign csn
  `),
  analyze(command, scene) {
    return command.program === "countersign" || command.program === "csn"
      ? countersign(command, scene)
      : agent(command, scene);
  },
  examples: [
    { run: 'claude -p "fix the bug"', does: ["execute? agent claude @local"], tier: 2 },
    {
      run: 'claude --dangerously-skip-permissions -p "x"',
      does: ["execute? foreign-code claude without asking @local"],
      tier: 2,
    },
    {
      run: "claude mcp add evil -- npx evil",
      does: ["change agent.configuration claude mcp add @local"],
      tier: 4,
    },
    { run: "claude mcp list", does: [], tier: 0 },
    {
      run: "codex --full-auto 'do it'",
      does: ["execute? foreign-code codex without asking @local"],
      tier: 2,
    },
    { run: "q chat --trust-all-tools", does: ["execute? foreign-code q without asking @local"], tier: 2 },
    { run: "countersign check -- rm -rf /", does: [], tier: 0 },
    { run: "countersign run -- rm -rf dist", does: ["delete directory dist"], tier: 1 },
    { run: "countersign undo --last", does: ["change restore-point countersign undo"], tier: 1 },
    { run: "countersign stop-all", does: ["change countersign countersign stop-all @local"], tier: 4 },
  ],
};

/** Options after which the agent asks nobody before it acts. */
const UNASKED =
  /^(--dangerously-skip-permissions|--dangerously-bypass-approvals-and-sandbox|--dangerously-allow-all|--allow-dangerously-skip-permissions|--full-auto|--yolo|-y|--yes|--yes-always|--trust-all-tools|-a|--auto|--allow-all-tools|--allow-all-paths|--allow-all|--no-confirm|--auto-approve|--skip-permissions|--skip-permissions-unsafe|--force|-f|--approval-mode=yolo|--permission-mode=bypassPermissions|--sandbox=danger-full-access|--ask-for-approval=never|--auto_run)$/;
const UNASKED_VALUES: ReadonlyMap<string, RegExp> = new Map([
  ["--approval-mode", /^(yolo|auto_edit|full-auto)$/],
  ["--permission-mode", /^(bypassPermissions|acceptEdits|dontAsk)$/],
  ["--ask-for-approval", /^never$/],
  ["-a", /^never$/],
  ["--sandbox", /^danger-full-access$/],
  ["-s", /^danger-full-access$/],
  ["--trust-tools", /./],
  ["--allowedTools", /./],
  ["--allowed-tools", /./],
  ["--allow-tool", /./],
]);

const READS = new Set(
  wordsOf(
    "doctor help completion completions whoami status models list ls sessions stats debug settings-list inspect version usage info diagnostic issue export logs log threads about features",
  ),
);
const GOVERNS = new Set(
  wordsOf(
    "mcp config settings plugin plugins extensions extension hooks hook trust permissions setup-token integrations install-hooks marketplace agents skills configure cloud-config telemetry profile",
  ),
);
const OUTSIDE = new Set(
  wordsOf("update upgrade install uninstall migrate-installer login logout auth setup install-github-app"),
);
const LISTS = new Set(wordsOf("list ls get show status path help validate view info doctor inspect"));

function agent(command: Command, scene: Scene): Finding {
  const { program, args, source: by } = command;
  const operands = args.filter((word) => !(word.text ?? word.prefix).startsWith("-"));
  const [verb, action] = operands;
  const first = args[0] !== undefined && args[0] === verb ? (verb?.text ?? "") : "";
  if (args.every((word) => /^(--version|--help|-v|-h)$/.test(word.text ?? "")) && args.length > 0)
    return NOTHING;
  if (READS.has(first)) return NOTHING;
  if (GOVERNS.has(first)) {
    if (action === undefined || LISTS.has(action.text ?? "")) return NOTHING;
    return act("control", scene, {
      kind: "agent.configuration",
      name: `${program} ${first} ${action.source}`,
      by,
    });
  }
  if (OUTSIDE.has(first)) return act("outside", scene, { kind: "agent", name: `${program} ${first}`, by });
  if (asksNobody(args)) return runsForeignCode(scene, `${program} without asking`, by);
  return found([
    effect({
      verb: "execute",
      kind: "agent",
      name: program,
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      reversibility: "R3",
      count: null,
      certain: false,
      marks: scene.privileged ? ["privileged"] : [],
      by,
    }),
  ]);
}

function asksNobody(args: readonly Word[]): boolean {
  return args.some((word, index) => {
    const text = word.text ?? word.prefix;
    if (word.text === undefined && text === "" && !word.tame) return true;
    const value = UNASKED_VALUES.get(text);
    if (value !== undefined) return value.test(args[index + 1]?.text ?? "?");
    const [name = "", given] = text.split("=", 2);
    return UNASKED.test(text) || (given !== undefined && (UNASKED_VALUES.get(name)?.test(given) ?? false));
  });
}

const OWN = deedTable({
  read: "check log show verify doctor diff explain version help --version --help bench export",
  control:
    "init up stop-all guard unguard uninstall agent approve deny vote server hook mcp context coe spec daemon policy login enroll key keys roster",
});

/** Countersign's own commands (its manual, "The command line"). */
function countersign(command: Command, scene: Scene): Finding {
  const [verb, ...rest] = command.args;
  const by = command.source;
  const name = `${command.program} ${verb?.text ?? ""}`.trim();
  if (verb === undefined) return NOTHING;
  if (verb.text === "run") return nestedRun(rest, scene);
  if (verb.text === "undo") return act("change", scene, { kind: "restore-point", name, by });
  if (verb.text === "policy" && ["check", "test", "explain", "replay"].includes(rest[0]?.text ?? ""))
    return NOTHING;
  if (
    ["context", "coe", "spec"].includes(verb.text ?? "") &&
    ["show", "list", "export"].includes(rest[0]?.text ?? "")
  )
    return NOTHING;
  const deed = OWN.get(verb.text ?? "") ?? "control";
  return act(deed, scene, { kind: "countersign", name, by });
}

/** `countersign run [options] [--] CMD`: judged as the command that it would run. */
function nestedRun(rest: readonly Word[], scene: Scene): Finding {
  const separator = rest.findIndex((word) => word.text === "--");
  const words =
    separator >= 0
      ? rest.slice(separator + 1)
      : parseOptions(rest, { exact: true, values: ["--cwd", "--environment"], stopAtOperand: true }).operands;
  return words.length === 0 ? NOTHING : combine(scene.argv(words));
}
