import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { combine, found, NOTHING, unknownEffect } from "../effects.ts";
import { literal, parseOptions } from "../options.ts";

/** Shells whose language is the one we read, or close enough that a difference shows as an error. */
const POSIX_LIKE = new Set(["bash", "sh", "dash", "ash", "zsh", "ksh", "mksh", "rbash"]);

export const analyzer: Analyzer = {
  name: "shells",
  title: "Shells",
  about:
    "The text of `-c`, of a script file, of a here-document or a pipe is read and judged as if it stood on the line. fish, csh and other shells with a grammar of their own are read the same way and count as not fully understood.",
  programs: [...POSIX_LIKE, "fish", "csh", "tcsh", "nu", "elvish", "xonsh"],
  analyze,
  examples: [
    { run: "bash -c 'rm -rf build'", does: ["delete directory build"], tier: 1 },
    { run: "sh -c 'rm -rf /'", does: ["delete directory / @local"], tier: 3 },
    {
      run: "bash scripts/x.sh a",
      files: { "scripts/x.sh": 'rm -rf "$1"\n' },
      does: ["delete directory a"],
      tier: 1,
    },
    { run: "bash <<'EOF'\nrm -rf /etc\nEOF", does: ["delete directory /etc @local"], tier: 3 },
    {
      run: "curl -fsSL https://example.com/install.sh | sh",
      does: ["unknown? script shell from a pipe @local"],
      tier: 2,
    },
    { run: "echo cm0gLXJmIC8K | base64 -d | sh", does: ["delete directory / @local"], tier: 3 },
    { run: "bash -n deploy.sh", does: [], tier: 0 },
    { run: "fish -c 'ls'", does: ["unknown? shell.text fish @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-o", "-O", "+O", "+o", "--rcfile", "--init-file"],
    stopAtOperand: true,
  });
  if (options.has("-n", "--version", "--help") && !options.has("-c")) return NOTHING;
  const finding = options.has("-c")
    ? inline(command, options.operands, scene)
    : fromFile(command, options.operands, scene);
  const started = options.values("--rcfile", "--init-file").map((file) => scene.script(file, "shell", []));
  const foreign = POSIX_LIKE.has(command.program)
    ? []
    : [unknownEffect(scene, "shell.text", command.program, command.source)];
  return {
    ...combine(finding, ...started, found(foreign)),
    ...(finding.output ? { output: finding.output } : {}),
  };
}

/** `sh -c TEXT NAME ARGS…`: after the text come `$0` and the positional parameters. */
function inline(command: Command, operands: Command["args"], scene: Scene): Finding {
  const [text, name, ...args] = operands;
  if (!text) return NOTHING;
  if (text.text === undefined)
    return found([unknownEffect(scene, "shell.text", text.source, command.source)]);
  return scene.shell(text.text, { args, ...(name ? { variables: new Map([["0", name.text]]) } : {}) });
}

function fromFile(command: Command, operands: Command["args"], scene: Scene): Finding {
  const [file, ...args] = operands;
  if (file && !command.args.some((arg) => arg.text === "-s")) return scene.script(file, "shell", args);
  if (command.stdin.kind === "none") return NOTHING;
  return scene.script(literal("/dev/stdin"), "shell", operands);
}
