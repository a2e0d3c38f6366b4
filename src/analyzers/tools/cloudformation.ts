import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { AWS_DEPLOY_TOOLS } from "../cloud/deploy-tools.ts";
import { type Grammar, judgeGrammar } from "../cloud/grammar.ts";
import { targetOf } from "../cloud/target.ts";
import { NOTHING } from "../effects.ts";

export const analyzer: Analyzer = {
  name: "cloudformation",
  title: "CDK, SAM, Copilot, Amplify, SST, Elastic Beanstalk, ECS and EKS tools",
  about:
    "Tools that put AWS stacks up and take them down. What a deployment would replace is known only from its change set; without one it counts as recoverable at best.",
  programs: [...Object.keys(AWS_DEPLOY_TOOLS), "ampx", "cdklocal", "samlocal"],
  analyze,
  examples: [
    { run: "cdk diff", does: [], tier: 0 },
    { run: "cdk synth -c env=prod", does: [], tier: 0 },
    { run: "cdk deploy --all --require-approval never", does: ["change cdk.stack * @unknown"], tier: 3 },
    {
      run: "cdk --profile prod destroy ApiStack --force",
      does: ["delete cdk.stack ApiStack @production"],
      tier: 4,
    },
    { run: "sam build", does: ["execute sam.local build"], tier: 1 },
    { run: "sam local invoke Fn", does: ["execute sam.local local invoke"], tier: 1 },
    { run: "sam delete --stack-name api", does: ["delete cloudformation.stack api @unknown"], tier: 4 },
    {
      run: "eb rebuild api-prod",
      does: ["replace elasticbeanstalk.environment api-prod @production"],
      tier: "X",
    },
    {
      run: "eb terminate --force api-env",
      does: ["delete elasticbeanstalk.environment api-env @unknown"],
      tier: 4,
    },
    { run: "eb status", does: [], tier: 0 },
    { run: "eksctl delete cluster --name main", does: ["delete eks.cluster main @unknown"], tier: 4 },
    { run: "eksctl get cluster", does: [], tier: 0 },
    { run: "sst remove --stage production", does: ["delete sst.stage production @production"], tier: 4 },
    { run: "copilot svc logs --follow", does: [], tier: 0 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const program = command.program === "ampx" ? "amplify" : command.program.replace(/local$/, "");
  const grammar: Grammar | undefined = AWS_DEPLOY_TOOLS[program];
  if (grammar === undefined) return NOTHING;
  if (!command.program.endsWith("local")) return judgeGrammar(command, scene, grammar);
  return judgeGrammar(command, scene, { ...grammar, target: () => targetOf("localhost", [], scene) });
}
