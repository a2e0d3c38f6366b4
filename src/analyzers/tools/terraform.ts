import type { Effect, Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { asksHelp, localEffect, secretEffect } from "../cloud/grammar.ts";
import { shown, type Target, targetOf } from "../cloud/target.ts";
import { saysSecret } from "../cloud/words.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";

const VALUES =
  "-chdir -target -replace -var -var-file -out -state -state-out -backup -lock-timeout -parallelism -backend-config -plugin-dir -from-module -lockfile -config -generate-config-out -refresh-only-file -filter -test-directory -type -provider -id --working-dir --terragrunt-working-dir --terragrunt-config --config --terragrunt-iam-role --queue-include-dir --queue-exclude-dir --terragrunt-include-dir --terragrunt-exclude-dir --log-level --terragrunt-log-level --terragrunt-source --source --terragrunt-parallelism --parallelism --feature --filter --units-that-include".split(
    " ",
  );
const PLAN_FIRST = "run `terraform plan -out=FILE`, have that plan read, then apply exactly that file";

export const analyzer: Analyzer = {
  name: "terraform",
  title: "Terraform, OpenTofu, Terragrunt",
  about:
    "Plan, show, validate and the like only read. Apply without a plan that was read may delete or replace anything; destroy, -replace and changes to the state are named. What a saved plan holds is judged as a `terraform.plan` call.",
  programs: ["terraform", "tofu", "terragrunt", "tflocal", "terraform-exec"],
  analyze,
  examples: [
    { run: "terraform plan", does: [], tier: 0 },
    { run: "terraform -chdir=infra plan -out=tfplan", does: ["create file infra/tfplan"], tier: 1 },
    { run: "terraform fmt -recursive", does: ["change directory ."], tier: 1 },
    { run: "terraform fmt -check -recursive", does: [], tier: 0 },
    { run: "terraform init -upgrade", does: ["execute terraform.local init"], tier: 1 },
    { run: "terraform state list", does: [], tier: 0 },
    { run: "terraform apply", does: ["change? terraform.workspace . @unknown"], tier: 4 },
    {
      run: "terraform -chdir=prod apply -auto-approve",
      does: ["change? terraform.workspace prod @production"],
      tier: 4,
    },
    { run: "terraform apply tfplan", does: ["change? terraform.workspace . @unknown"], tier: 4 },
    { run: "terraform destroy -auto-approve", does: ["delete terraform.workspace . @unknown"], tier: 4 },
    { run: "terraform apply -destroy", does: ["delete terraform.workspace . @unknown"], tier: 4 },
    {
      run: "tofu -chdir=envs/prod apply -replace=aws_db_instance.main",
      does: ["replace terraform.resource aws_db_instance.main @production"],
      tier: "X",
    },
    {
      run: "terraform state rm aws_db_instance.main",
      does: ["delete terraform.state aws_db_instance.main @unknown"],
      tier: 4,
    },
    { run: "terraform state pull", does: ["read terraform.state . @unknown"], tier: 2 },
    {
      run: "terraform workspace delete prod",
      does: ["delete terraform.workspace prod @production"],
      tier: 4,
    },
    { run: "terragrunt run-all destroy", does: ["delete terraform.workspace . @unknown"], tier: 4 },
    {
      run: "terraform apply",
      declared: "development",
      does: ["change? terraform.workspace . @development"],
      tier: 3,
    },
    { run: "tflocal apply -auto-approve", does: ["change? terraform.workspace . @development"], tier: 2 },
  ],
};

const READS = new Set(
  "plan validate show providers version graph console metadata output-module-groups graph-dependencies hclfmt-check render-json find list dag info stack-output".split(
    " ",
  ),
);
const LOCAL = new Set("init get login logout hclfmt scaffold catalog env".split(" "));

function analyze(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { exact: true, values: VALUES, singleDash: true });
  if (asksHelp(command.args) || options.has("-help", "--help", "-h")) return NOTHING;
  const verbs = options.operands.filter(
    (word) => !["run-all", "run", "stack", "exec", "--"].includes(word.text ?? ""),
  );
  const [verb, ...rest] = verbs;
  const context = {
    options,
    target: targetFor(options, command, scene),
    directory: directoryOf(options),
    by: command.source,
  };
  if (verb === undefined) return command.args.length === 0 ? NOTHING : whole("unknown", context, false);
  if (verb.text === undefined) return whole("unknown", context, false);
  const sub = verb.text.replace(/-all$/, "");
  if (sub === "plan") return planFile(options, scene, context);
  if (sub === "fmt" || sub === "hclfmt") return format(options, scene, context);
  if (sub === "init" && options.has("-migrate-state", "-force-copy"))
    return make("change", "state", context.directory, "R2", context);
  if (READS.has(sub)) return NOTHING;
  if (LOCAL.has(sub)) return found([localEffect("terraform", verbs, command.source)]);
  if (sub === "output") return output(rest.map(shown), context);
  if (sub === "apply" || sub === "destroy") return apply(sub, context);
  if (sub === "state" || sub === "workspace")
    return nested(sub, rest.map(shown), rest[0]?.text !== undefined, context);
  return single(sub, rest.map(shown), context);
}

interface Context {
  readonly options: Options;
  readonly target: Target;
  readonly directory: string;
  readonly by: string;
}

function directoryOf(options: Options): string {
  return shown(options.value("-chdir", "--working-dir", "--terragrunt-working-dir") ?? literal("."));
}

function targetFor(options: Options, command: Command, scene: Scene): Target {
  if (command.program === "tflocal") return targetOf("localhost", [], scene);
  const directory = directoryOf(options);
  const path = directory.startsWith("/") ? directory : `${scene.cwd ?? ""}/${directory}`;
  const chosen = scene.need({
    kind: "text",
    path: `${path.replace(/\/\.$/, "")}/.terraform/environment`,
  })?.text;
  const names = [scene.cwd, directory, chosen, scene.variable("TF_WORKSPACE"), scene.variable("AWS_PROFILE")];
  const given = [
    ...options.values("-target", "-replace", "-var", "-var-file", "-state", "-backend-config"),
    ...options.operands,
  ];
  return targetOf(undefined, [...names, ...given.map(shown)], scene);
}

function planFile(options: Options, scene: Scene, { by, directory }: Context): Finding {
  const out = options.value("-out");
  if (!out) return NOTHING;
  const at =
    out.text === undefined || out.text.startsWith("/") || directory === "."
      ? out
      : literal(`${directory}/${out.text}`);
  return found(fileEffects("create", at, scene, { by }));
}

function format(options: Options, scene: Scene, { by, directory }: Context): Finding {
  if (
    options.has("-check") ||
    options.value("-write")?.text === "false" ||
    options.operands.at(-1)?.text === "-"
  )
    return NOTHING;
  const place = options.operands.slice(1);
  const targets = place.length > 0 ? place : [literal(directory)];
  return found(targets.flatMap((word) => fileEffects("change", word, scene, { by })));
}

function apply(sub: "apply" | "destroy", context: Context): Finding {
  const { options, target } = context;
  if (sub === "destroy" || options.has("-destroy")) {
    const targets = options.values("-target").map(shown);
    if (targets.length === 0) return whole("delete", context, true);
    return {
      effects: targets.flatMap((name) => make("delete", "resource", name, lost(target), context).effects),
    };
  }
  const replaced = options.values("-replace").map(shown);
  if (replaced.length > 0) {
    return {
      effects: replaced.flatMap(
        (name) =>
          make(
            "replace",
            "resource",
            name,
            lost(target),
            context,
            "change it in place, or create the new one before the old one goes (create_before_destroy)",
          ).effects,
      ),
    };
  }
  if (options.has("-refresh-only")) return make("change", "state", context.directory, "R2", context);
  return whole("change", context, false);
}

/** Everything that the configuration manages. */
function whole(verb: Verb, { target, directory, by }: Context, certain: boolean): Finding {
  return found([
    effect({
      verb,
      kind: "terraform.workspace",
      name: directory,
      environment: target.environment,
      reversibility: lost(target),
      count: null,
      certain,
      marks: verb === "delete" && !target.local ? ["bulk"] : [],
      advice:
        verb === "delete"
          ? "delete single resources with -target after reading `terraform plan -destroy`"
          : PLAN_FIRST,
      by,
    }),
  ]);
}

function lost(target: Target): Reversibility {
  return target.local ? "R3" : "R4";
}

function make(
  verb: Verb,
  noun: string,
  name: string,
  reversibility: Reversibility,
  { target, by }: Context,
  advice?: string,
  marks: readonly Mark[] = [],
): Finding {
  const one: Effect = effect({
    verb,
    kind: `terraform.${noun}`,
    name,
    environment: target.environment,
    reversibility,
    marks,
    ...(advice ? { advice } : {}),
    by,
  });
  return found([one]);
}

function output(names: readonly string[], { options, target, by }: Context): Finding {
  const [name] = names;
  const all = name === undefined && options.has("-json");
  return all || (name !== undefined && saysSecret(name))
    ? found([secretEffect("terraform.output", name ?? "*", target, by)])
    : NOTHING;
}

function nested(
  sub: "state" | "workspace",
  [action = "", ...names]: readonly string[],
  known: boolean,
  context: Context,
): Finding {
  const name = names[0] ?? context.directory;
  if (!known && action !== "") return whole("unknown", context, false);
  if (["list", "show", ""].includes(action)) return NOTHING;
  if (sub === "workspace") {
    if (action === "select" || action === "new")
      return found([localEffect("terraform", [literal("workspace"), literal(action)], context.by)]);
    return make(action === "delete" ? "delete" : "unknown", "workspace", name, "R4", context);
  }
  if (action === "pull")
    return found([secretEffect("terraform.state", context.directory, context.target, context.by)]);
  if (action === "mv")
    return make("change", "state", name, "R1", context, "use a `moved` block: it is reviewed with the plan");
  if (action === "replace-provider") return make("change", "state", name, "R1", context);
  if (action === "rm")
    return make(
      "delete",
      "state",
      name,
      "R2",
      context,
      "use a `removed` block with destroy = false: it is reviewed with the plan",
    );
  return make(
    action === "push" ? "change" : "unknown",
    "state",
    name,
    "R2",
    context,
    "keep a copy first: terraform state pull > FILE",
  );
}

function single(sub: string, names: readonly string[], context: Context): Finding {
  const name = names[0] ?? context.directory;
  switch (sub) {
    case "import":
      return make(
        "change",
        "state",
        name,
        "R1",
        context,
        "use an `import` block: it is reviewed with the plan",
      );
    case "refresh":
      return make(
        "change",
        "state",
        context.directory,
        "R2",
        context,
        "use `terraform plan -refresh-only` first",
      );
    case "taint":
      return make(
        "change",
        "resource",
        name,
        "R1",
        context,
        "taint makes the next apply replace it: change it in place instead",
      );
    case "untaint":
      return make("change", "resource", name, "R1", context);
    case "force-unlock":
      return make("remove-protection", "lock", name, "R4", context, "find out who holds the lock first");
    case "test":
      return make(
        "execute",
        "test",
        context.directory,
        "R4",
        context,
        "tests with `command = apply` create real resources",
      );
    default:
      return whole("unknown", context, false);
  }
}
