import type { Analyzer } from "../analyzer.ts";
import { PULUMI } from "../cloud/deploy-tools.ts";
import { judgeGrammar } from "../cloud/grammar.ts";

export const analyzer: Analyzer = {
  name: "pulumi",
  title: "Pulumi",
  about:
    "Previews read. `up` without a plan that was read may delete or replace anything; destroy, --replace and changes to the state are named.",
  programs: ["pulumi"],
  analyze: (command, scene) => judgeGrammar(command, scene, PULUMI),
  examples: [
    { run: "pulumi preview --diff", does: [], tier: 0 },
    { run: "pulumi stack ls", does: [], tier: 0 },
    { run: "pulumi config set aws:region eu-west-1", does: ["execute pulumi.local config set"], tier: 1 },
    { run: "pulumi up --yes", does: ["change pulumi.stack * @unknown"], tier: 4 },
    { run: "pulumi -s prod destroy -y", does: ["delete pulumi.stack prod @production"], tier: 4 },
    {
      run: "pulumi up -r urn:pulumi:dev::app::db",
      does: ["replace pulumi.resource urn:pulumi:dev::app::db @unknown"],
      tier: 4,
    },
    { run: "pulumi stack rm dev --force", does: ["delete pulumi.stack dev @unknown"], tier: 4 },
    { run: "pulumi state unprotect --all", does: ["remove-protection pulumi.resource * @unknown"], tier: 4 },
    { run: "pulumi stack export", does: ["read pulumi.secret * @unknown"], tier: 2 },
  ],
};
