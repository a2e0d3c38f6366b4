import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { type Grammar, judgeGrammar, secretEffect } from "../cloud/grammar.ts";
import { OPERATIONS } from "../cloud/operations-tools.ts";
import { shown } from "../cloud/target.ts";
import { combine, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";

const STORES = ["vault", "consul", "op", "doppler", "infisical"] as const;

export const analyzer: Analyzer = {
  name: "vault",
  title: "Secret stores: Vault, Consul, 1Password, Doppler, Infisical, sops, age, pass",
  about:
    "Printing a secret is asked about, wherever it comes from; changing and destroying secrets, mounts and access rules is named.",
  programs: [...STORES, "sops", "age", "pass", "gopass", "bw"],
  analyze,
  examples: [
    { run: "vault status", does: [], tier: 0 },
    { run: "vault kv get -mount=secret db", does: ["read vault.secret db @unknown"], tier: 2 },
    { run: "vault kv metadata delete secret/db", does: ["delete vault.secret secret/db @unknown"], tier: 4 },
    { run: "vault audit disable file", does: ["delete vault.audit file @unknown"], tier: "X" },
    { run: "vault secrets disable kv/", does: ["delete vault.mount kv/ @unknown"], tier: 4 },
    { run: "consul kv delete -recurse app/", does: ["delete consul.key app/ @unknown"], tier: 4 },
    {
      run: "op read op://prod/db/password",
      does: ["read 1password.secret op://prod/db/password @production"],
      tier: 2,
    },
    { run: "op item list", does: [], tier: 0 },
    { run: "doppler run -c prd -- ls", does: ["read doppler.secret prd @production"], tier: 2 },
    { run: "doppler run -- ls", does: [], tier: 0 },
    { run: "sops -d secrets.enc.yaml", does: ["read sops.file secrets.enc.yaml @local"], tier: 2 },
    { run: "age -d -i key.txt data.age", does: ["read age.file data.age @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = OPERATIONS[command.program];
  if (grammar !== undefined) return withInner(command, scene, grammar);
  return decrypting(command, scene);
}

/**
 * `op run -- CMD` and `doppler run -- CMD` hand the secrets to a command and print nothing: what the command does
 * counts, and the secrets when they are production's.
 */
function withInner(command: Command, scene: Scene, grammar: Grammar): Finding {
  const dashes = command.args.findIndex((word) => word.text === "--");
  if (dashes < 0) return judgeGrammar(command, scene, grammar);
  const own = judgeGrammar({ ...command, args: command.args.slice(0, dashes) }, scene, grammar).effects;
  const counted = own.filter((one) => one.verb !== "read" || one.resource.environment === "production");
  return combine(found(counted), scene.argv(command.args.slice(dashes + 1)));
}

function decrypting(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-i",
      "--identity",
      "-o",
      "--output",
      "-r",
      "--recipient",
      "-R",
      "--extract",
      "--output-type",
      "--input-type",
      "--config",
      "--kms",
      "--pgp",
      "--age",
      "--set",
      "--session",
    ],
  });
  const [first, second] = options.operands;
  const out = options.value("-o", "--output");
  const written = out ? fileEffects("create", out, scene, { by: command.source }) : [];
  const secret = (name: string) =>
    found([
      secretEffect(`${command.program}.file`, name, { environment: "local", local: true }, command.source),
      ...written,
    ]);
  if (command.program === "sops") {
    if (
      options.has("-d", "--decrypt") ||
      ["decrypt", "exec-env", "exec-file", "edit"].includes(first?.text ?? "")
    )
      return secret(
        shown(["decrypt", "exec-env", "exec-file", "edit"].includes(first?.text ?? "") ? second : first),
      );
    return options.has("-i", "--in-place", "-r", "--rotate") && first
      ? found(fileEffects("change", first, scene, { by: command.source }))
      : found(written);
  }
  if (command.program === "age")
    return options.has("-d", "--decrypt") ? secret(shown(first)) : found(written);
  return manager(command, shown(first), shown(second), secret);
}

/** pass, gopass and bw: `show` prints, `ls` only lists. */
function manager(command: Command, verb: string, name: string, secret: (name: string) => Finding): Finding {
  if (
    [
      "ls",
      "list",
      "find",
      "search",
      "status",
      "version",
      "git",
      "sync",
      "help",
      "*",
      "lock",
      "generate",
    ].includes(verb) &&
    !(command.program === "bw" && verb === "list")
  )
    return NOTHING;
  return secret(name);
}
