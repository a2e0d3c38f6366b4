import type { Effect, Environment, Reversibility, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { dataLevel } from "../cloud/data-kinds.ts";
import { effect, found } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { badInput, recordOf, recordsOf, textField } from "./input.ts";

type Item = Readonly<Record<string, unknown>>;

/** Judges `terraform.plan`: `{ plan }`, the JSON of `terraform show -json` (JSON output format 1.x). */
export function judgeTerraformPlan(input: unknown, scene: Scene): Finding {
  const plan = recordOf(recordOf(input)?.plan);
  if (plan === undefined) return badInput("terraform.plan", "`plan` is no object", scene);
  const version = textField(plan, "format_version");
  if (version === undefined || !/^1(\.\d+)*$/.test(version))
    return badInput("terraform.plan", "`plan.format_version` is no version 1", scene);
  const changes = changesOf(plan);
  if (changes === undefined)
    return badInput("terraform.plan", "`plan.resource_changes` is no list of objects", scene);
  const shared = [textField(plan, "workspace"), ...variableTexts(plan.variables)];
  const effects = changes.flatMap((change) => judgeChange(change, shared, scene));
  return found([...effects, ...remarks(plan, shared, scene)]);
}

/**
 * The resource changes of a plan. Terraform leaves the list out when there is nothing to change, and then says so: the
 * plan has its other parts, and is not applicable. Without these it is a state or a piece of a plan.
 */
function changesOf(plan: Item): readonly Item[] | undefined {
  if (plan.resource_changes !== undefined) return recordsOf(plan.resource_changes);
  const isEmptyPlan =
    recordOf(plan.planned_values) !== undefined &&
    (plan.applyable === false ||
      recordsOf(plan.resource_drift) !== undefined ||
      plan.output_changes !== undefined);
  return isEmptyPlan ? [] : undefined;
}

function judgeChange(item: Item, shared: readonly (string | undefined)[], scene: Scene): readonly Effect[] {
  const address = textField(item, "address") ?? "*";
  const type = textField(item, "type") ?? "resource";
  const change = recordOf(item.change);
  const actions = change?.actions;
  const environment = environmentOf(
    [...shared, address, ...namesIn(change?.before), ...namesIn(change?.after)],
    scene,
  );
  if (!Array.isArray(actions) || actions.length === 0)
    return [part("unknown", type, address, environment, "R4", false)];
  const has = (name: string) => actions.includes(name);
  const known = actions.every((one) =>
    ["no-op", "read", "create", "update", "delete", "forget"].includes(String(one)),
  );
  if (!known) return [part("unknown", type, address, environment, "R4", false)];
  const out: Effect[] = [];
  if (has("delete") && has("create")) out.push(replaced(item, type, address, environment));
  else if (has("delete"))
    out.push(
      part(
        "delete",
        type,
        address,
        environment,
        dataLevel(type),
        true,
        "keep it with a `removed` block and destroy = false, or take a snapshot first",
      ),
    );
  else if (has("create")) out.push(part("create", type, address, environment, "R1", true));
  if (has("update"))
    out.push(
      unprotects(change)
        ? part("remove-protection", type, address, environment, "R1", true)
        : part("change", type, address, environment, "R1", true),
    );
  if (has("forget"))
    out.push(
      part(
        "remove-protection",
        type,
        address,
        environment,
        "R2",
        true,
        "it leaves the state: nothing will protect or track it any more",
      ),
    );
  return out;
}

function replaced(item: Item, type: string, address: string, environment: Environment): Effect {
  const paths = recordOf(item.change)?.replace_paths;
  const because = Array.isArray(paths)
    ? paths.map((path) => (Array.isArray(path) ? path.join(".") : String(path))).join(", ")
    : (textField(item, "action_reason") ?? "");
  const moved = textField(item, "previous_address");
  const advice =
    moved !== undefined
      ? "use a `moved` block and change nothing else"
      : `change it in place, or use a \`moved\` block when only its name changed${because === "" ? "" : `; replaced because of ${because}`}`;
  return part("replace", type, address, environment, dataLevel(type), true, advice);
}

function part(
  verb: Verb,
  type: string,
  address: string,
  environment: Environment,
  reversibility: Reversibility,
  certain: boolean,
  advice?: string,
): Effect {
  return effect({
    verb,
    kind: `terraform.${type}`,
    name: address,
    environment,
    reversibility,
    certain,
    ...(advice ? { advice } : {}),
    by: `plan: ${address}`,
  });
}

const PROTECTIONS = [
  "deletion_protection",
  "deletion_protection_enabled",
  "enable_deletion_protection",
  "disable_api_termination",
  "termination_protection",
  "prevent_deletion",
  "purge_protection_enabled",
];

/** True when a protection that was on goes off, or backups end. */
function unprotects(change: Item | undefined): boolean {
  const before = recordOf(change?.before);
  const after = recordOf(change?.after);
  if (before === undefined || after === undefined) return false;
  const off = PROTECTIONS.some((name) => before[name] === true && after[name] !== true);
  const backups =
    typeof before.backup_retention_period === "number" &&
    before.backup_retention_period > 0 &&
    after.backup_retention_period === 0;
  return off || backups || (before.skip_final_snapshot === false && after.skip_final_snapshot === true);
}

/** Names and tags of a resource, from which its environment may be told. */
function namesIn(value: unknown): readonly string[] {
  const record = recordOf(value);
  if (record === undefined) return [];
  const tags = recordOf(record.tags) ?? recordOf(record.labels) ?? recordOf(record.tags_all) ?? {};
  const direct = [
    "name",
    "identifier",
    "id",
    "bucket",
    "cluster_name",
    "environment",
    "project",
    "namespace",
    "domain",
    "function_name",
    "resource_group_name",
  ].map((key) => record[key]);
  return [...direct, ...Object.values(tags)].filter((one) => typeof one === "string");
}

function variableTexts(variables: unknown): readonly string[] {
  return Object.values(recordOf(variables) ?? {}).flatMap((variable) => textField(variable, "value") ?? []);
}

/** What stands in a plan beside its resource changes: actions that providers run, drift that was not looked for. */
function remarks(plan: Item, shared: readonly (string | undefined)[], scene: Scene): readonly Effect[] {
  const invocations = recordsOf(plan.action_invocations) ?? [];
  const environment = environmentOf(shared, scene);
  const actions = invocations.map((one) =>
    part("execute", "action", textField(one, "address") ?? "*", environment, "R4", false),
  );
  const deferred = Array.isArray(plan.deferred_changes) && plan.deferred_changes.length > 0;
  const errored = plan.errored === true || plan.complete === false;
  return deferred || errored
    ? [...actions, part("unknown", "plan", "changes that this plan could not tell", environment, "R4", false)]
    : actions;
}
