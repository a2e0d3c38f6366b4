import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, SceneChange, Word } from "../analyzer.ts";
import { effect, found, NOTHING, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { OPAQUE } from "../words.ts";
import { afterDashes, judgeInner, judgeJoined, unwrap } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "environments",
  title: "Running with another environment: env, direnv, dotenv, aws-vault",
  about:
    "Assignments are followed, and the command is judged with them. Tools that put secrets into the environment of a command are passed through; showing or deleting those secrets is not.",
  programs: [
    "env",
    "genv",
    "direnv",
    "dotenv",
    "dotenvx",
    "dotenv-cli",
    "env-cmd",
    "cross-env",
    "cross-env-shell",
    "aws-vault",
    "aws-okta",
    "saml2aws",
    "granted",
    "assume",
    "chamber",
    "envconsul",
    "berglas",
    "summon",
    "teller",
    "with-env",
    "envchain",
  ],
  analyze,
  examples: [
    { run: "env FOO=1 rm -rf build", does: ["delete directory build"], tier: 1 },
    { run: "env -i PATH=/usr/bin rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "env -S 'rm -rf' /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "env -C /etc rm -rf nginx", does: ["delete directory /etc/nginx @local"], tier: 3 },
    { run: "env", does: [], tier: 0 },
    { run: "env LD_PRELOAD=./x.so ls", does: ["unknown? program LD_PRELOAD=./x.so @local"], tier: 2 },
    { run: "dotenv -e .env -- rm -rf dist", does: ["delete directory dist"], tier: 1 },
    { run: "chamber exec app -- ls", does: [], tier: 0 },
    { run: "teller run -- rm -rf /etc", does: ["delete directory /etc @local"], tier: 3 },
    { run: "aws-vault exec prod -- ls", does: [], tier: 0 },
    {
      run: "chamber read app key",
      does: ["read secret chamber app key @unknown"],
      tier: 2,
    },
    { run: "chamber delete app key", does: ["delete secret chamber delete app key @unknown"], tier: 4 },
    { run: "direnv allow", does: ["execute? workspace-code .envrc @local"], tier: 2 },
    { run: "cross-env NODE_ENV=test rm -rf coverage", does: ["delete directory coverage"], tier: 1 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "env":
    case "genv":
      return environment(command, scene);
    case "cross-env":
    case "cross-env-shell":
    case "env-cmd":
    case "with-env":
      return assigned(command, scene);
    case "direnv":
      return direnv(command, scene);
    case "dotenv":
    case "dotenvx":
    case "dotenv-cli":
      return dotenv(command, scene);
    case "granted":
    case "assume":
      return found([]);
    default:
      return secretRunner(command, scene);
  }
}

const ENV_VALUES = [
  "-u",
  "-C",
  "-S",
  "-P",
  "-L",
  "-U",
  "-a",
  "--unset",
  "--chdir",
  "--split-string",
  "--argv0",
];
const ENV_FLAGS = [
  "-i",
  "-0",
  "-v",
  "--ignore-environment",
  "--null",
  "--debug",
  "--default-signal",
  "--ignore-signal",
  "--block-signal",
  "--list-signal-handling",
  "-",
];

function environment(command: Command, scene: Scene): Finding {
  const unwrapped = unwrap(command.args, { values: ENV_VALUES, flags: ENV_FLAGS });
  const { options } = unwrapped;
  const split = options.value("-S", "--split-string");
  const prefix = split ? splitString(split) : [];
  if (prefix === undefined)
    return found([unknownEffect(scene, "program", split?.source ?? "", command.source)]);
  const words = [...prefix, ...unwrapped.inner].filter((word, index) => index > 0 || word.text !== "-");
  const directory = options.value("-C", "--chdir");
  const change: SceneChange = {
    stdin: command.stdin,
    ...(directory ? { cwd: directory.text === undefined ? undefined : locate(directory, scene).path } : {}),
  };
  return withAssignments(words, change, unwrapped.strange, command, scene);
}

/** `NAME=VALUE… CMD…`: the assignments count as exported, then the command is judged with them. */
function withAssignments(
  words: readonly Word[],
  change: SceneChange,
  strange: readonly string[],
  command: Command,
  scene: Scene,
): Finding {
  const at = words.findIndex((word) => !/^[A-Za-z_][\w.]*=/.test(word.text ?? word.prefix));
  const assignments = at < 0 ? words : words.slice(0, at);
  const inner = at < 0 ? [] : words.slice(at);
  const variables = new Map<string, string | undefined>();
  for (const word of assignments) {
    const text = word.text ?? word.prefix;
    const equals = text.indexOf("=");
    variables.set(text.slice(0, equals), word.text?.slice(equals + 1));
  }
  const set =
    inner.length > 0 && assignments.length > 0 ? scene.argv([literal("export"), ...assignments]).effects : [];
  const finding = judgeInner({ options: parseOptions([]), own: [], inner, strange }, command, scene, {
    ...change,
    variables,
  });
  return {
    effects: [...set, ...finding.effects],
    output: inner.length > 0 ? (finding.output ?? OPAQUE) : OPAQUE,
  };
}

/** Splits the text of `env -S` at blanks, with its quotes and simple escapes; variables in it are not followed. */
function splitString(word: Word): readonly Word[] | undefined {
  if (word.text === undefined || /\$|\\[^ "'\\tn_]/.test(word.text)) return undefined;
  const pieces = word.text.match(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return pieces.map((piece) =>
    literal(
      piece.replace(
        /"([^"]*)"|'([^']*)'|\\(.)/g,
        (_, double, single, escaped) => double ?? single ?? escaped,
      ),
    ),
  );
}

function assigned(command: Command, scene: Scene): Finding {
  const { options, inner } = unwrap(command.args, {
    values: ["-f", "-r", "-e", "--file", "--rc-file", "--environments"],
  });
  if (command.program === "cross-env-shell") return judgeJoined(inner, command, scene);
  return withAssignments(
    inner.length > 0 ? inner : options.operands,
    { stdin: command.stdin },
    [],
    command,
    scene,
  );
}

function direnv(command: Command, scene: Scene): Finding {
  const [verb, , ...rest] = command.args;
  if (verb?.text === "exec") return scene.argv(rest, { cwd: undefined });
  if (/^(allow|permit|grant|edit|reload)$/.test(verb?.text ?? "")) {
    return found([
      effect({
        verb: "execute",
        kind: "workspace-code",
        name: ".envrc",
        environment: "local",
        reversibility: "R2",
        certain: false,
        marks: ["foreign-code"],
        by: command.source,
      }),
    ]);
  }
  return { effects: [], output: OPAQUE };
}

function dotenv(command: Command, scene: Scene): Finding {
  const dashes = afterDashes(command.args);
  if (dashes) return scene.argv(dashes, { stdin: command.stdin });
  const unwrapped = unwrap(command.args, {
    values: ["-e", "-f", "-v", "-c", "-q", "-p", "--file", "--env", "--env-file", "--export"],
    flags: ["-o", "--override", "--debug", "--quiet", "-i"],
  });
  const [verb, ...rest] = unwrapped.inner;
  if (/^(run|exec)$/.test(verb?.text ?? ""))
    return judgeInner(
      unwrap(rest, { values: ["-f", "-e", "--env-file", "--env", "-fk"], flags: ["--overload", "-o", "-q"] }),
      command,
      scene,
    );
  if (/^(get|list|ls)$/.test(verb?.text ?? "")) return found([secretEffect("read", command, scene)]);
  if (/^(set|unset|encrypt|decrypt|rotate)$/.test(verb?.text ?? ""))
    return found([unknownEffect(scene, "secret", command.source, command.source)]);
  return judgeInner(unwrapped, command, scene, { stdin: command.stdin });
}

/** Where each secret manager keeps the verb that starts a command. */
const RUNS: Readonly<Record<string, RegExp>> = {
  "aws-vault": /^exec$/,
  "aws-okta": /^exec$/,
  saml2aws: /^exec$/,
  chamber: /^exec$/,
  berglas: /^exec$/,
  teller: /^run$/,
};

function secretRunner(command: Command, scene: Scene): Finding {
  const verb = command.args.find((arg) => !(arg.text ?? "-").startsWith("-"));
  const runs = RUNS[command.program];
  const text = optionValue(command.args, "--command");
  if (runs && !runs.test(verb?.text ?? "")) return secretVerb(verb?.text ?? "", command, scene);
  if (text) return judgeJoined([text], command, scene, { variables: namesOf(command) });
  const inner = afterDashes(command.args) ?? (command.program === "envchain" ? command.args.slice(1) : []);
  if (inner.length === 0)
    return found([
      unknownEffect(scene, "shell", `with secrets of ${command.program}`, command.source, ["secret"]),
    ]);
  return scene.argv(inner, { variables: namesOf(command), stdin: command.stdin });
}

function optionValue(args: readonly Word[], name: string): Word | undefined {
  const at = args.findIndex((arg) => arg.text === name);
  if (at >= 0) return args[at + 1];
  const attached = args.find((arg) => arg.text?.startsWith(`${name}=`));
  return attached?.text === undefined ? undefined : literal(attached.text.slice(name.length + 1));
}

/** What the environment of the command then says about its target. */
function namesOf(command: Command): ReadonlyMap<string, string | undefined> {
  const operands = command.args.filter((arg) => !(arg.text ?? "").startsWith("-"));
  if (/^(aws-vault|aws-okta)$/.test(command.program)) return new Map([["AWS_PROFILE", operands[1]?.text]]);
  if (command.program === "saml2aws")
    return new Map([["AWS_PROFILE", optionValue(command.args, "--exec-profile")?.text]]);
  return new Map();
}

const READ_VERBS =
  /^(get|read|inject|secrets|export|list|ls|show|env|find|document|read-secret|access|scan|login|signin|whoami|vault|account|me|configure|setup|projects|configs|environments|activity|open|signout|logout|user|tui|completion|update|rotate-status|history|version|help|)$/;

function secretVerb(verb: string, command: Command, scene: Scene): Finding {
  const verbs = command.args.filter((arg) => !(arg.text ?? "-").startsWith("-")).map((arg) => arg.text);
  if (verbs.some((one) => /^(delete|rm|remove|purge|destroy|unset|revoke|archive)$/.test(one ?? "")))
    return found([secretEffect("delete", command, scene)]);
  if (
    verbs.some((one) => /^(set|create|edit|write|upload|import|add|update|rotate|share|put)$/.test(one ?? ""))
  )
    return found([secretEffect("change", command, scene)]);
  if (
    /^(list|ls|login|signin|whoami|vault|account|me|configure|setup|projects|configs|environments|activity|open|signout|logout|user|completion|version|help|)$/.test(
      verb,
    )
  )
    return NOTHING;
  return READ_VERBS.test(verb) || /^(item|get)$/.test(verb)
    ? found([secretEffect("read", command, scene)])
    : found([unknownEffect(scene, "secret", command.source, command.source)]);
}

function secretEffect(verb: Effect["verb"], command: Command, scene: Scene): Effect {
  const names = command.args.filter((arg) => !(arg.text ?? "").startsWith("-")).map((arg) => arg.source);
  const shown = verb === "read" ? names.slice(1) : names;
  return effect({
    verb,
    kind: "secret",
    name: `${command.program} ${shown.join(" ")}`.trim().slice(0, 120),
    environment: scene.setting.declared ?? "unknown",
    reversibility: verb === "change" ? "R3" : verb === "read" ? "R1" : "R4",
    marks: ["secret"],
    by: command.source,
  });
}
