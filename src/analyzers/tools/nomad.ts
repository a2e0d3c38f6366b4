import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { OPERATIONS } from "../cloud/operations-tools.ts";
import { NOTHING } from "../effects.ts";

export const analyzer: Analyzer = {
  name: "nomad",
  title: "Nomad, Packer, Vagrant",
  about:
    "Status, plan and validate read; jobs, images and machines are changed by the subcommands that the table names.",
  programs: ["nomad", "packer", "vagrant"],
  analyze,
  examples: [
    { run: "nomad job status api", does: [], tier: 0 },
    { run: "nomad job plan api.nomad", does: [], tier: 0 },
    { run: "nomad job run api.nomad", does: ["change nomad.job api.nomad @unknown"], tier: 3 },
    { run: "nomad job stop -purge api", does: ["delete nomad.job api @unknown"], tier: 4 },
    {
      run: "nomad -address=http://127.0.0.1:4646 job run api.nomad",
      does: ["change nomad.job api.nomad @development"],
      tier: 2,
    },
    { run: "packer validate .", does: [], tier: 0 },
    { run: "packer build -var-file=prod.pkrvars.hcl .", does: ["create packer.image . @unknown"], tier: 3 },
    { run: "vagrant up", does: ["execute vagrant.local up"], tier: 1 },
    { run: "vagrant destroy -f", does: ["delete vagrant.machine * @local"], tier: 2 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = OPERATIONS[command.program];
  if (grammar === undefined) return NOTHING;
  if (
    command.program !== "vagrant" ||
    command.args.some((word) => ["cloud", "push", "share"].includes(word.text ?? ""))
  )
    return judgeGrammar(command, scene, grammar);
  const environment = scene.place.host === undefined ? ("local" as const) : scene.place.environment;
  return judgeGrammar(command, scene, { ...grammar, target: () => ({ environment, local: true }) });
}
