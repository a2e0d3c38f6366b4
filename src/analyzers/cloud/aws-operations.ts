import type { Environment, Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Finding } from "../analyzer.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { singular, verbOfName, wordsOf } from "./words.ts";

/** One operation of an AWS service, from the command line or from the API. */
export interface AwsOperation {
  /** The service's command-line name: `rds`, `cloudformation`, `s3api`. */
  readonly service: string;
  /** In any spelling: `delete-stack`, `DeleteStack`. */
  readonly operation: string;
  /** What it names, for people; `*` when that is not known. */
  readonly name: string;
  /** Options or parameters that were given, as words in lower case: `skip final snapshot`. */
  readonly given: ReadonlyMap<string, string>;
  readonly environment: Environment;
  /** Served by an emulator on this machine. */
  readonly local: boolean;
  readonly by: string;
}

interface Entry {
  readonly verb: Verb;
  readonly level?: Reversibility;
  readonly marks?: readonly Mark[];
  readonly advice?: string;
}

const READ =
  /^(describe|get|list|head|lookup|search|batch-get|select|scan|query|estimate|validate|simulate|check|preview|filter|download|view|detect|decode|discover|resolve|is|can|wait|compare|classify|transact-get|retrieve|explain|translate|synthesize|start-query|stop-query|start-live-tail|generate-credential-report|generate-service-last-accessed-details|generate-organizations-access-report|test-metric-filter|test-dns-answer|test-event-pattern|test-identity-provider|tail|verify-mac|ls|help)(-|$)/;

/** Reads that hand out secret material (AWS service references of the named services). */
const SECRET =
  /^(secretsmanager (get-secret-value|batch-get-secret-value|get-random-password)|sts (get-session-token|assume-role.*|get-federation-token)|ecr(-public)? (get-login|get-login-password|get-authorization-token)|kms (decrypt|generate-data-key.*|derive-shared-secret)|iam (create-access-key|create-service-specific-credential|create-login-profile)|codeartifact (get-authorization-token|login)|rds generate-db-auth-token|redshift(-serverless)? get-(cluster-)?credentials.*|cognito-idp admin-initiate-auth|cognito-identity get-credentials-for-identity|sso get-role-credentials|eks get-token|dsql generate-db-connect.*|ec2 get-password-data|lightsail (download-default-key-pair|get-relational-database-master-user-password|get-instance-access-details)|apigateway get-api-keys?|acm export-certificate|s3 presign)$/;

const SNAPSHOT = "take a final snapshot first and wait until it is available";
const TABLE: Readonly<Record<string, Entry>> = {
  "cloudformation delete-stack": {
    verb: "delete",
    advice: "update the stack in place through a change set, or retain its data resources first",
  },
  "cloudformation update-stack": {
    verb: "change",
    level: "R3",
    advice: "create a change set and read its Replacement column first",
  },
  "cloudformation deploy": {
    verb: "change",
    level: "R3",
    advice: "add --no-execute-changeset and read the change set first",
  },
  "cloudformation execute-change-set": {
    verb: "change",
    level: "R3",
    advice: "read the change set first: describe-change-set",
  },
  "cloudformation create-change-set": { verb: "create", level: "R1", marks: ["additive"] },
  "cloudformation delete-change-set": { verb: "delete", level: "R1" },
  "cloudformation package": { verb: "create", level: "R1", marks: ["additive", "upload"] },
  "cloudformation update-termination-protection": { verb: "remove-protection" },
  "cloudformation set-stack-policy": { verb: "remove-protection" },
  "elasticbeanstalk rebuild-environment": {
    verb: "replace",
    advice: "deploy a new version in place (eb deploy) or go blue/green and swap the CNAME",
  },
  "elasticbeanstalk terminate-environment": {
    verb: "delete",
    advice: "decouple the database or set its retention to Snapshot first",
  },
  "elasticbeanstalk restart-app-server": { verb: "stop", level: "R1" },
  "elasticbeanstalk swap-environment-cnames": { verb: "change", level: "R1" },
  "rds delete-db-instance": { verb: "delete", advice: SNAPSHOT },
  "rds delete-db-cluster": { verb: "delete", advice: SNAPSHOT },
  "rds delete-db-snapshot": { verb: "delete", marks: ["backup"] },
  "rds delete-db-cluster-snapshot": { verb: "delete", marks: ["backup"] },
  "rds delete-db-instance-automated-backup": { verb: "delete", marks: ["backup"] },
  "rds reboot-db-instance": { verb: "stop", level: "R1" },
  "rds failover-db-cluster": { verb: "stop", level: "R1" },
  "dynamodb delete-table": {
    verb: "delete",
    advice: "take an on-demand backup first; turn deletion protection on",
  },
  "dynamodb delete-item": { verb: "delete" },
  "dynamodb batch-write-item": { verb: "change", level: "R4", marks: ["bulk"] },
  "dynamodb put-item": { verb: "change", level: "R3" },
  "dynamodb update-item": { verb: "change", level: "R3" },
  "dynamodb delete-backup": { verb: "delete", marks: ["backup"] },
  "ec2 terminate-instances": {
    verb: "delete",
    advice: "stop the instance instead, or create an image first",
  },
  "ec2 stop-instances": { verb: "stop", level: "R1" },
  "ec2 reboot-instances": { verb: "stop", level: "R1" },
  "ec2 run-instances": { verb: "create", level: "R1" },
  "ec2 delete-volume": { verb: "delete", advice: "create a snapshot of the volume first" },
  "ec2 delete-snapshot": { verb: "delete", marks: ["backup"] },
  "ec2 deregister-image": { verb: "delete", marks: ["backup"] },
  "ec2 release-address": {
    verb: "delete",
    advice: "the address can be given to somebody else at once: disassociate it instead",
  },
  "ec2 authorize-security-group-ingress": { verb: "expose", level: "R1" },
  "ec2 revoke-security-group-ingress": { verb: "delete", level: "R1" },
  "ec2 revoke-security-group-egress": { verb: "delete", level: "R1" },
  "ec2 delete-route": { verb: "delete", level: "R1" },
  "ec2 delete-tags": { verb: "change", level: "R1" },
  "ec2 modify-snapshot-attribute": { verb: "expose", level: "R1" },
  "ec2 modify-image-attribute": { verb: "expose", level: "R1" },
  "s3api delete-objects": { verb: "delete", marks: ["bulk"] },
  "s3api delete-bucket": {
    verb: "delete",
    advice: "keep the bucket and empty only what is named; the bucket name can be taken by others",
  },
  "s3api put-object": { verb: "change", level: "R3" },
  "s3api put-bucket-versioning": { verb: "remove-protection" },
  "s3api put-bucket-lifecycle-configuration": {
    verb: "delete",
    marks: ["bulk"],
    advice: "a lifecycle rule is a delayed mass deletion: check its filter",
  },
  "s3api put-bucket-acl": { verb: "expose", level: "R1" },
  "s3api put-bucket-policy": { verb: "escalate", level: "R1" },
  "s3api put-object-acl": { verb: "expose", level: "R1" },
  "s3api put-public-access-block": { verb: "remove-protection" },
  "s3api delete-public-access-block": { verb: "remove-protection" },
  "s3api put-object-lock-configuration": { verb: "remove-protection" },
  "lambda invoke": { verb: "execute", level: "R4" },
  "lambda update-function-code": {
    verb: "change",
    level: "R2",
    advice: "publish a version first, then move the alias",
  },
  "lambda add-permission": { verb: "escalate", level: "R1" },
  "ecs update-service": { verb: "change", level: "R1" },
  "ecs deregister-task-definition": { verb: "change", level: "R1" },
  "ecs execute-command": { verb: "execute" },
  "ecs run-task": { verb: "execute" },
  "ssm send-command": { verb: "execute" },
  "ssm start-session": { verb: "execute" },
  "ssm start-automation-execution": { verb: "execute" },
  "ssm put-parameter": { verb: "change", level: "R3" },
  "kms schedule-key-deletion": { verb: "delete", advice: "disable the key instead and watch what breaks" },
  "kms disable-key": { verb: "stop", level: "R1" },
  "kms put-key-policy": { verb: "escalate" },
  "kms delete-imported-key-material": { verb: "delete" },
  "secretsmanager delete-secret": {
    verb: "delete",
    level: "R1",
    advice: "keep the recovery window (do not force)",
  },
  "secretsmanager rotate-secret": { verb: "change", level: "R3" },
  "iam create-access-key": { verb: "escalate", level: "R1", marks: ["secret"] },
  "iam create-login-profile": { verb: "escalate", level: "R1", marks: ["secret"] },
  "iam update-assume-role-policy": { verb: "escalate", level: "R1" },
  "iam add-user-to-group": { verb: "escalate", level: "R1" },
  "iam create-policy-version": { verb: "escalate", level: "R1" },
  "iam set-default-policy-version": { verb: "escalate", level: "R1" },
  "iam delete-user": {
    verb: "delete",
    level: "R3",
    advice: "deactivate its access keys first and watch what breaks",
  },
  "iam delete-role": { verb: "delete", level: "R3" },
  "iam delete-policy": { verb: "delete", level: "R3" },
  "iam deactivate-mfa-device": { verb: "remove-protection" },
  "iam delete-account-password-policy": { verb: "remove-protection" },
  "route53 change-resource-record-sets": {
    verb: "change",
    level: "R3",
    advice: "export the zone first: list-resource-record-sets",
  },
  "route53 delete-hosted-zone": { verb: "delete", level: "R3" },
  "cloudtrail stop-logging": { verb: "delete", marks: ["audit"] },
  "cloudtrail delete-trail": { verb: "delete", marks: ["audit"] },
  "cloudtrail put-event-selectors": { verb: "remove-protection" },
  "cloudtrail update-trail": { verb: "remove-protection" },
  "configservice stop-configuration-recorder": { verb: "delete", marks: ["audit"] },
  "configservice delete-configuration-recorder": { verb: "delete", marks: ["audit"] },
  "guardduty delete-detector": { verb: "remove-protection" },
  "securityhub disable-security-hub": { verb: "remove-protection" },
  "organizations leave-organization": { verb: "delete" },
  "organizations close-account": { verb: "delete" },
  "organizations detach-policy": { verb: "remove-protection" },
  "organizations delete-policy": { verb: "remove-protection" },
  "sqs purge-queue": {
    verb: "delete",
    marks: ["bulk"],
    advice: "move the messages to a parking queue instead",
  },
  "sqs send-message": { verb: "send" },
  "sqs receive-message": { verb: "change", level: "R1" },
  "sns publish": { verb: "send" },
  "ses send-email": { verb: "send" },
  "sesv2 send-email": { verb: "send" },
  "backup delete-recovery-point": { verb: "delete", marks: ["backup"] },
  "backup delete-backup-vault": { verb: "delete", marks: ["backup"] },
  "backup delete-backup-plan": { verb: "remove-protection" },
  "autoscaling set-desired-capacity": { verb: "change", level: "R1" },
  "autoscaling update-auto-scaling-group": { verb: "change", level: "R1" },
  "elasticache test-failover": { verb: "stop", level: "R1" },
  "apigateway test-invoke-method": { verb: "execute" },
  "ecr batch-delete-image": { verb: "delete", level: "R3" },
  "ecr delete-repository": { verb: "delete", level: "R3" },
  "logs delete-log-group": { verb: "delete", marks: ["audit"] },
  "logs delete-log-stream": { verb: "delete", marks: ["audit"] },
  "logs put-retention-policy": {
    verb: "delete",
    marks: ["bulk"],
    advice: "a shorter retention deletes older log events",
  },
  "cloudfront create-invalidation": { verb: "change", level: "R1" },
  "codepipeline start-pipeline-execution": { verb: "execute" },
  "stepfunctions start-execution": { verb: "execute" },
  "ec2 create-tags": { verb: "change", level: "R1", marks: ["additive"] },
};

/**
 * The effect of one AWS operation. Known operations come from the table, others are judged by their verb; an
 * operation whose verb nobody knows is an unknown change that never comes back.
 */
export function judgeAwsOperation(operation: AwsOperation): Finding {
  const action = kebab(operation.operation);
  const key = `${operation.service} ${action}`;
  if (isSecretRead(key, operation)) return found([secretRead(operation, action)]);
  if (operation.given.get("dry run") !== undefined && operation.given.get("dry run") !== "false")
    return NOTHING;
  const entry = TABLE[key] ?? TABLE[key.replace(/^s3 /, "s3api ")];
  if (entry === undefined && READ.test(action)) return NOTHING;
  const what = judged(entry, action, operation);
  return found([
    effect({
      ...what,
      ...(operation.local ? emulated(what) : {}),
      kind: `aws.${operation.service.replace(/^s3api$/, "s3")}.${nounOf(action)}`,
      name: operation.name,
      environment: operation.environment,
      count: countOf(operation.name),
      by: operation.by,
    }),
  ]);
}

/** An emulator holds nothing but what the work on this machine put there. */
function emulated({ reversibility, marks }: Judged): Pick<Judged, "reversibility" | "marks"> {
  return {
    reversibility: reversibility === "R4" ? "R3" : reversibility,
    marks: reversibility === "R1" ? [...marks, "additive"] : [],
  };
}

interface Judged {
  readonly verb: Verb;
  readonly reversibility: Reversibility;
  readonly marks: readonly Mark[];
  readonly certain?: boolean;
  readonly advice?: string;
}

function judged(entry: Entry | undefined, action: string, { given, service }: AwsOperation): Judged {
  if (entry !== undefined) return special(action, given) ?? fromEntry(entry);
  const protection = removedProtection(given);
  if (protection) return protection;
  const base = byVerb(action);
  const escalates =
    /^(iam|organizations|sso-admin|lakeformation|ram)$/.test(service) &&
    /polic|permission|role|grant|share/.test(action);
  if (escalates && base.verb !== "delete") return { ...base, verb: "escalate" };
  if (/(add|put)-.*(permission|policy)$/.test(action)) return { ...base, verb: "escalate" };
  return base;
}

function fromEntry(entry: Entry): Judged {
  const level = entry.level ?? (entry.verb === "create" || entry.verb === "change" ? "R1" : "R4");
  return {
    verb: entry.verb,
    reversibility: level,
    marks: entry.marks ?? [],
    ...(entry.advice ? { advice: entry.advice } : {}),
  };
}

/** Parameters that change what an operation of the table means. */
function special(action: string, given: ReadonlyMap<string, string>): Judged | undefined {
  if (action === "delete-secret" && given.has("force delete without recovery")) {
    return {
      verb: "delete",
      reversibility: "R4",
      marks: ["secret"],
      advice: "delete with a recovery window instead of forcing",
    };
  }
  if (
    (action === "update-service" && given.get("desired count") === "0") ||
    given.get("desired capacity") === "0"
  ) {
    return { verb: "stop", reversibility: "R1", marks: [] };
  }
  const on = (name: string) => given.get(name)?.toLowerCase();
  if (action === "put-bucket-versioning" && on("versioning configuration")?.includes("enabled"))
    return protecting();
  if (action === "put-public-access-block" && !on("public access block configuration")?.includes("false"))
    return protecting();
  if (action === "update-termination-protection" && given.has("enable termination protection"))
    return protecting();
  return undefined;
}

function protecting(): Judged {
  return { verb: "change", reversibility: "R1", marks: ["additive"] };
}

function removedProtection(given: ReadonlyMap<string, string>): Judged | undefined {
  const off = (name: string) => given.has(`no ${name}`) || given.get(name)?.toLowerCase() === "false";
  const gone = [
    "deletion protection",
    "disable api termination",
    "deletion protection enabled",
    "termination protected",
    "enable termination protection",
  ].some(off);
  const backupsOff = given.get("backup retention period") === "0";
  if (!gone && !backupsOff) return undefined;
  return { verb: "remove-protection", reversibility: "R1", marks: backupsOff ? ["backup"] : [] };
}

function byVerb(action: string): Judged {
  const verb = verbOfName(action);
  if (verb === undefined || verb === "read")
    return { verb: "unknown", reversibility: "R4", marks: [], certain: false };
  if (/^(un?tag|remove-tags|add-tags|tag)(-|$)/.test(action))
    return { verb: "change", reversibility: "R1", marks: ["additive"] };
  if (/^(detach|disassociate|deregister|cancel|remove)-/.test(action))
    return { verb: verb === "stop" ? "stop" : "delete", reversibility: "R3", marks: [] };
  if (/^(delete|purge).*-(snapshot|backup|recovery-point|image)s?$/.test(action))
    return { verb: "delete", reversibility: "R4", marks: ["backup"] };
  if (/^(reset|restore)-/.test(action)) return { verb: "change", reversibility: "R3", marks: [] };
  if (verb === "create" || verb === "change" || verb === "stop")
    return { verb, reversibility: "R1", marks: [] };
  return { verb, reversibility: "R4", marks: [] };
}

function isSecretRead(key: string, { given }: AwsOperation): boolean {
  if (/^iam create-/.test(key)) return false;
  if (/^ssm get-parameters?(-by-path|-history)?$/.test(key)) return given.has("with decryption");
  return SECRET.test(key);
}

function secretRead({ service, name, environment, by }: AwsOperation, action: string) {
  return effect({
    verb: "read",
    kind: `aws.${service}.${nounOf(action)}`,
    name,
    environment,
    reversibility: "R1",
    marks: ["secret"],
    by,
  });
}

/** `DeleteDBInstance`, `delete_db_instance` and `delete-db-instance` as the command line spells it. */
export function kebab(operation: string): string {
  return wordsOf(operation).join("-");
}

function nounOf(action: string): string {
  const rest = action.split("-").slice(1).join("-");
  return singular(rest === "" ? action : rest);
}

function countOf(name: string): number | null {
  return name === "*" ? null : name.split(/[ ,]+/).length;
}
