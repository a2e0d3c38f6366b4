import type { Effect, Verb } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { dataLevel } from "../cloud/data-kinds.ts";
import { effect, found } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { badInput, recordOf, recordsOf, textField } from "./input.ts";

/** Judges `cloudformation.changeset`: `{ changeSet }`, as DescribeChangeSet returns it. */
export function judgeChangeSet(input: unknown, scene: Scene): Finding {
  const changeSet = recordOf(recordOf(input)?.changeSet);
  if (changeSet === undefined) return badInput("cloudformation.changeset", "`changeSet` is no object", scene);
  const changes = recordsOf(changeSet.Changes);
  if (changes === undefined)
    return badInput("cloudformation.changeset", "`changeSet.Changes` is no list", scene);
  const stack = textField(changeSet, "StackName") ?? textField(changeSet, "StackId") ?? "*";
  const tags = (recordsOf(changeSet.Tags) ?? []).map((tag) => textField(tag, "Value"));
  const environment = environmentOf([stack, ...tags], scene);
  const status = textField(changeSet, "Status");
  const more =
    typeof changeSet.NextToken === "string" ||
    (status !== undefined && !/^(CREATE_COMPLETE|FAILED)$/.test(status));
  const effects = changes.flatMap((change) => judgeChange(change, stack, environment));
  return found(
    more
      ? [...effects, part("unknown", "stack", `${stack}: more changes than shown`, stack, environment, false)]
      : effects,
  );
}

function judgeChange(
  change: Readonly<Record<string, unknown>>,
  stack: string,
  environment: Effect["resource"]["environment"],
): readonly Effect[] {
  const resource = recordOf(change.ResourceChange);
  if (resource === undefined)
    return [part("unknown", "resource", "change without ResourceChange", stack, environment, false)];
  const type = textField(resource, "ResourceType") ?? "resource";
  const name = textField(resource, "PhysicalResourceId") ?? textField(resource, "LogicalResourceId") ?? "*";
  const policy = textField(resource, "PolicyAction") ?? "";
  const replacement = textField(resource, "Replacement");
  const action = textField(resource, "Action");
  switch (action) {
    case "Add":
    case "Import":
      return [part("create", type, name, stack, environment, true)];
    case "Remove":
      return policy === "Retain"
        ? [part("change", type, name, stack, environment, true)]
        : [part("delete", type, name, stack, environment, true, policy)];
    case "Modify":
      if (replacement === "True") return [part("replace", type, name, stack, environment, true, policy)];
      // Without a clear word, it may be replaced.
      return replacement === "False"
        ? [part("change", type, name, stack, environment, true)]
        : [part("replace", type, name, stack, environment, false, policy)];
    default:
      return [part("unknown", type, name, stack, environment, false)];
  }
}

function part(
  verb: Verb,
  type: string,
  name: string,
  stack: string,
  environment: Effect["resource"]["environment"],
  certain: boolean,
  policy = "",
): Effect {
  const kept = policy.includes("Retain") || policy.includes("Snapshot");
  const loses = verb === "delete" || verb === "replace" || verb === "unknown";
  return effect({
    verb,
    kind: kindOf(type),
    name,
    environment,
    reversibility: !loses ? "R1" : kept ? "R3" : verb === "unknown" ? "R4" : dataLevel(type),
    certain,
    by: `change set of ${stack}`,
    ...(loses
      ? {
          advice:
            "set DeletionPolicy and UpdateReplacePolicy to Retain or Snapshot, or change it in a way that needs no replacement",
        }
      : {}),
  });
}

/** `AWS::RDS::DBInstance` → `aws.rds.dbinstance`. */
function kindOf(type: string): string {
  return type.toLowerCase().replaceAll("::", ".");
}
