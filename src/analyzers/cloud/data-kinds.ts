import type { Reversibility } from "../../core/effect.ts";

/** Kinds that hold data, keys or identities which nobody can make again: Terraform and CloudFormation types. */
const HOLDS_DATA =
  /(db_|rds|database|sql|dynamodb|table|s3_bucket|s3::bucket|bucket|storage|volume|disk|efs|fsx|file_system|filesystem|elasticache|redis|memorystore|opensearch|elasticsearch|redshift|docdb|neptune|mongodb|spanner|bigtable|bigquery|cosmosdb|kms|key_ring|crypto_key|key_vault|secret|cognito|user_pool|log_group|kinesis|sqs|queue|topic|pubsub|backup|snapshot|ecr|artifact|registry|instance|machine|cluster|namespace|persistent|eip|address|domain|hosted_zone|hostedzone|dns_zone|certificate|git_?hub_repository|repository|project|account|organization|random_password|tls_private_key|beanstalk|stack)/i;

/** What deleting or replacing a resource of a type loses when no safeguard was taken. */
export function dataLevel(type: string): Reversibility {
  return HOLDS_DATA.test(type.replace(/^AWS::/, "")) ? "R4" : "R3";
}
