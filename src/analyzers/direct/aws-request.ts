import type { Finding, Scene } from "../analyzer.ts";
import { judgeAwsOperation, kebab } from "../cloud/aws-operations.ts";
import { judgeAwsStatement } from "../cloud/aws-statements.ts";
import { wordsOf } from "../cloud/words.ts";
import { environmentOf } from "../environment.ts";
import { badInput, recordOf, textField } from "./input.ts";

/** SDK and endpoint names of services whose command-line name differs. */
const SERVICES: Readonly<Record<string, string>> = {
  monitoring: "cloudwatch",
  "cloud-formation": "cloudformation",
  "dynamo-db": "dynamodb",
  "elastic-beanstalk": "elasticbeanstalk",
  "secrets-manager": "secretsmanager",
  "cloud-trail": "cloudtrail",
  "config-service": "configservice",
  config: "configservice",
  states: "stepfunctions",
  sfn: "stepfunctions",
  email: "ses",
  "route-53": "route53",
  "cloud-watch-logs": "logs",
  "event-bridge": "events",
  "elasti-cache": "elasticache",
  "cloud-front": "cloudfront",
  "redshift-data-api-service": "redshift-data",
  redshiftdata: "redshift-data",
  "rds-data-service": "rds-data",
  rdsdata: "rds-data",
  timestream: "timestream-query",
  timestreamquery: "timestream-query",
};

/** Judges an `aws.request` call: `{ service, operation, parameters }`. */
export function judgeAwsRequest(input: unknown, scene: Scene): Finding {
  const service = textField(input, "service");
  const operation = textField(input, "operation");
  if (service === undefined || service === "") return badInput("aws.request", "`service` is no text", scene);
  if (operation === undefined || operation === "")
    return badInput("aws.request", "`operation` is no text", scene);
  const raw = recordOf(input)?.parameters;
  const parameters = raw === undefined || raw === null ? {} : recordOf(raw);
  if (parameters === undefined) return badInput("aws.request", "`parameters` is no object", scene);
  return judgeAwsParts({ service, operation, parameters }, scene, {
    names: [textField(input, "profile") ?? textField(input, "account")],
    local: false,
  });
}

/** An operation of the AWS API with its parameters, however it was sent. */
export interface AwsParts {
  /** In any spelling: `athena`, `Athena`, `monitoring`. */
  readonly service: string;
  /** In any spelling: `DeleteTable`, `delete_table`. */
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What an operation of the AWS API does. `names` tell its environment beside the parameters. */
export function judgeAwsParts(
  { service, operation, parameters }: AwsParts,
  scene: Scene,
  place: { readonly names: readonly (string | undefined)[]; readonly local: boolean },
): Finding {
  const given = new Map(
    Object.entries(parameters).map(([name, value]) => [wordsOf(name).join(" "), valueText(value)]),
  );
  const lower = service
    .toLowerCase()
    .replace(/^aws-sdk-/, "")
    .replace(/[ _]/g, "-");
  const name = SERVICES[lower] ?? lower;
  const environment = place.local ? "development" : environmentOf([...given.values(), ...place.names], scene);
  const where = { environment, local: place.local, by: `${service} ${operation}` };
  return (
    judgeAwsStatement(name, kebab(operation), given, where, scene) ??
    judgeAwsOperation({
      service: name === "s3" ? "s3api" : name,
      operation,
      name: nameOf(parameters),
      given,
      ...where,
    })
  );
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "").slice(0, 100_000);
}

const NAME = /(name|id|ids|identifier|arn|bucket|table|url|key|resource)s?$/i;

function nameOf(parameters: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(parameters).filter(([name]) => NAME.test(name));
  const [best] = named.filter(([name]) => !/^(cluster|hostedzoneid|vpcid|clustername)$/i.test(name));
  const value = (best ?? named[0])?.[1];
  return Array.isArray(value) ? value.map(valueText).join(" ") : value === undefined ? "*" : valueText(value);
}
