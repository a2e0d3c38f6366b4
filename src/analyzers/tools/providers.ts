import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { PROVIDERS } from "../cloud/provider-tools.ts";
import { found, NOTHING } from "../effects.ts";

const SAME: Readonly<Record<string, string>> = { neon: "neonctl", linode: "linode-cli" };

export const analyzer: Analyzer = {
  name: "providers",
  title: "Smaller clouds and hosted databases",
  about:
    "doctl, linode-cli, hcloud, scw, oci, ibmcloud, openstack and others by the verb of their subcommand; supabase, neonctl, pscale and turso by table.",
  programs: [...Object.keys(PROVIDERS), ...Object.keys(SAME)],
  analyze,
  examples: [
    { run: "doctl compute droplet list", does: [], tier: 0 },
    {
      run: "doctl --context prod compute droplet delete web-1 -f",
      does: ["delete digitalocean.droplet web-1 @production"],
      tier: 4,
    },
    { run: "doctl databases connection 123", does: ["read digitalocean.secret 123 @unknown"], tier: 2 },
    { run: "hcloud server list", does: [], tier: 0 },
    {
      run: "hcloud server rebuild web-1 --image ubuntu-24.04",
      does: ["replace hetzner.server web-1 @unknown"],
      tier: 4,
    },
    { run: "linode-cli linodes delete 123", does: ["delete? linode.linodes 123 @unknown"], tier: 4 },
    { run: "supabase start", does: ["execute supabase.local start"], tier: 1 },
    { run: "supabase db reset", does: ["replace supabase.local * @local"], tier: 2 },
    { run: "supabase db reset --linked", does: ["replace supabase.database * @unknown"], tier: 4 },
    { run: "supabase migration new add_users", does: ["execute supabase.local migration new"], tier: 1 },
    { run: "supabase projects delete abc", does: ["delete supabase.project abc @unknown"], tier: 4 },
    { run: "neonctl branches list", does: [], tier: 0 },
    { run: "neonctl projects delete p1", does: ["delete neon.project p1 @unknown"], tier: 4 },
    {
      run: "pscale database delete main --force",
      does: ["delete planetscale.database main @unknown"],
      tier: 4,
    },
    { run: "turso db destroy app", does: ["delete turso.database app @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = PROVIDERS[SAME[command.program] ?? command.program];
  if (grammar === undefined) return NOTHING;
  const finding = judgeGrammar(command, scene, grammar);
  return found(finding.effects.filter((one) => one.verb !== "read" || one.marks.length > 0));
}
