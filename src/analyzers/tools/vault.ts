import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { type Grammar, judgeGrammar } from "../cloud/grammar.ts";
import { OPERATIONS } from "../cloud/operations-tools.ts";
import { combine, found, NOTHING } from "../effects.ts";

const STORES = ["vault", "consul", "op", "doppler", "infisical"] as const;

export const analyzer: Analyzer = {
  name: "vault",
  title: "Secret stores: Vault, Consul, 1Password, Doppler, Infisical",
  about:
    "Printing a secret is asked about, wherever it comes from; changing and destroying secrets, mounts and access rules is named.",
  programs: STORES,
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
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = OPERATIONS[command.program];
  if (grammar !== undefined) return withInner(command, scene, grammar);
  return NOTHING;
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
