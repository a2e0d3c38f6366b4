import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { type AwsOperation, judgeAwsOperation } from "../cloud/aws-operations.ts";
import { judgeS3 } from "../cloud/aws-s3.ts";
import { judgeAwsStatement } from "../cloud/aws-statements.ts";
import { asksHelp } from "../cloud/grammar.ts";
import { shown, type Target, targetOf } from "../cloud/target.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { literal, type Options, parseOptions } from "../options.ts";

const GLOBAL =
  "--endpoint-url --output --query --profile --region --color --ca-bundle --cli-read-timeout --cli-connect-timeout --cli-binary-format".split(
    " ",
  );
const GLOBAL_FLAGS =
  "--debug --no-verify-ssl --no-paginate --no-sign-request --no-cli-pager --cli-auto-prompt --no-cli-auto-prompt".split(
    " ",
  );

/** Options of service operations that take no value; every other one takes the words up to the next option. */
const FLAG =
  /^--(no-|force|skip-|enable-|disable-|dry-?run|dryrun|recursive|delete$|with-decryption|quiet|only-show-errors|wait|include-(all|public|shared)|apply-immediately|associate-public|allow-|all$|exact-timestamps|size-only|human-readable|summarize|follow(-symlinks)?$|purge|deletion-protection$|overwrite$|consistent-read|return-|decrypt)/;

export const analyzer: Analyzer = {
  name: "aws",
  title: "AWS command line",
  about:
    "The operation's name decides, wherever global options stand: reads pass, secrets are asked about, every operation that is not known is an unknown change. `--endpoint-url` on the loopback is development; profile and resource names can only raise.",
  programs: ["aws", "awslocal", "aws.cmd"],
  analyze,
  examples: [
    { run: "aws s3 ls s3://assets --recursive", does: [], tier: 0 },
    {
      run: "aws ec2 describe-instances --region eu-west-1 --query 'Reservations[].Instances[]'",
      does: [],
      tier: 0,
    },
    { run: "aws sts get-caller-identity", does: [], tier: 0 },
    {
      run: "aws --region cn-north-1 cloudformation delete-stack --stack-name cost-explorer-prod",
      does: ["delete aws.cloudformation.stack cost-explorer-prod @production"],
      tier: 4,
    },
    {
      run: "aws --profile prod ec2 terminate-instances --instance-ids i-0abc i-0def",
      does: ["delete aws.ec2.instance i-0abc i-0def @production ×2"],
      tier: 4,
    },
    {
      run: "aws elasticbeanstalk rebuild-environment --environment-name api-prod",
      does: ["replace aws.elasticbeanstalk.environment api-prod @production"],
      tier: "X",
    },
    {
      run: "aws secretsmanager get-secret-value --secret-id db",
      does: ["read aws.secretsmanager.secret-value db @unknown"],
      tier: 2,
    },
    {
      run: "aws s3 rm s3://bucket --recursive",
      does: ["delete aws.s3.object s3://bucket @unknown"],
      tier: 4,
    },
    { run: "aws s3 sync dist s3://site --delete --dryrun", does: [], tier: 0 },
    {
      run: "aws --endpoint-url http://localhost:4566 dynamodb create-table --table-name t",
      does: ["create aws.dynamodb.table t @development"],
      tier: 1,
    },
    {
      run: "aws rds modify-db-instance --db-instance-identifier db --no-deletion-protection",
      does: ["remove-protection aws.rds.db-instance db @unknown"],
      tier: 4,
    },
    {
      run: "aws frobnicate quux-everything",
      does: ["unknown? aws.frobnicate.everything * @unknown"],
      tier: 4,
    },
    {
      run: "aws ecs update-service --cluster main --service api --desired-count 0",
      does: ["stop aws.ecs.service api @unknown"],
      tier: 3,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  if (asksHelp(command.args, new Set(["help", "--version", "--help"]))) return NOTHING;
  const global = parseOptions(command.args, { values: GLOBAL });
  const [service, operation] = commandPath(command.args);
  const given = givenOptions(command.args);
  const target = awsTarget(command, global, given, scene);
  if (service === undefined) return command.args.length === 0 ? NOTHING : unknown(command, target);
  if (service.text === undefined || operation === undefined || operation.text === undefined) {
    return service.text === "configure" ? configure(undefined, command, scene) : unknown(command, target);
  }
  if (operation.text === "help" || given.has("generate cli skeleton")) return NOTHING;
  if (service.text === "configure" || service.text === "sso" || service.text === "login")
    return configure(operation.text, command, scene);
  if (service.text === "s3") return judgeS3(operation.text, command, target, scene);
  if (service.text === "ecs" && operation.text === "wait") return NOTHING;
  if (service.text === "eks" && operation.text === "update-kubeconfig")
    return localChange("kubeconfig", command, scene);
  const place = { environment: target.environment, local: target.local, by: command.source };
  const statements = judgeAwsStatement(
    service.text,
    operation.text,
    readable(given, command.args),
    place,
    scene,
  );
  if (statements) return statements;
  const finding = judgeAwsOperation(operationOf(service.text, operation.text, given, target, command));
  return given.has("cli input json") || given.has("cli input yaml") ? uncertain(finding) : finding;
}

/** The service and the operation: the first two words that are neither an option nor the value of a global one. */
function commandPath(args: readonly Word[]): readonly Word[] {
  const path: Word[] = [];
  for (let index = 0; index < args.length && path.length < 2; index++) {
    const word = args[index] as Word;
    const text = word.text ?? word.prefix;
    if (!text.startsWith("-")) path.push(word);
    else if (GLOBAL.includes(text) || !(GLOBAL_FLAGS.includes(text) || text.includes("="))) index++;
  }
  return path;
}

/** Every option with the words that belong to it, dashes replaced by blanks, so that both spellings meet. */
function givenOptions(args: readonly Word[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const text = args[index]?.text ?? args[index]?.prefix ?? "";
    if (!text.startsWith("--") || text === "--") continue;
    const equals = text.indexOf("=");
    const name = (equals < 0 ? text : text.slice(0, equals)).slice(2).replace(/-/g, " ");
    const values = equals < 0 ? [] : [text.slice(equals + 1)];
    while (
      equals < 0 &&
      index + 1 < args.length &&
      !shown(args[index + 1]).startsWith("--") &&
      !FLAG.test(text)
    ) {
      index++;
      values.push(shown(args[index]));
    }
    given.set(name === "dryrun" ? "dry run" : name, values.join(" "));
  }
  if (given.has("no dry run")) given.delete("dry run");
  return given;
}

/** The options whose words are all known: a statement that is not must not be read as its own source text. */
function readable(given: ReadonlyMap<string, string>, args: readonly Word[]): ReadonlyMap<string, string> {
  let option = "";
  const hidden = new Set<string>();
  for (const word of args) {
    const text = word.text ?? word.prefix;
    if (text.startsWith("--")) option = text.replace(/=.*$/s, "").slice(2).replace(/-/g, " ");
    if (word.text === undefined) hidden.add(option);
  }
  return new Map([...given].filter(([name]) => !hidden.has(name)));
}

function awsTarget(
  command: Command,
  global: Options,
  given: ReadonlyMap<string, string>,
  scene: Scene,
): Target {
  if (command.program === "awslocal") return targetOf("localhost", [], scene);
  const endpoint = global.value("--endpoint-url")?.text ?? scene.variable("AWS_ENDPOINT_URL");
  const names = [...given]
    .filter(([name]) => name !== "query" && name !== "filters")
    .map(([, value]) => value);
  return targetOf(
    endpoint,
    [scene.variable("AWS_PROFILE"), scene.variable("AWS_DEFAULT_PROFILE"), ...names],
    scene,
  );
}

const NOT_A_NAME = new Set([
  ...GLOBAL.map((name) => name.slice(2).replace(/-/g, " ")),
  "cli input json",
  "cli input yaml",
]);
const NAME =
  /(name|names|id|ids|identifier|identifiers|arn|arns|bucket|table|url|key|resource|resources|addresses|domain|alias|service)$/;
const CONTAINER = /^(cluster|cluster name|hosted zone id|rest api id|vpc id|role session name|account id)$/;

function operationOf(
  service: string,
  operation: string,
  given: ReadonlyMap<string, string>,
  target: Target,
  command: Command,
): AwsOperation {
  const named = [...given].filter(
    ([name, value]) => value !== "" && !NOT_A_NAME.has(name) && NAME.test(name),
  );
  const best = named.find(([name]) => !CONTAINER.test(name)) ?? named[0];
  return {
    service,
    operation,
    name: best?.[1] ?? given.get("cluster") ?? "*",
    given,
    environment: target.environment,
    local: target.local,
    by: command.source,
  };
}

function configure(operation: string | undefined, command: Command, scene: Scene): Finding {
  if (operation !== undefined && /^(list|get|list-profiles|export-credentials)$/.test(operation)) {
    const secret =
      operation === "export-credentials" ||
      command.args.some((word) => /secret|session_token/.test(word.text ?? ""));
    return secret ? found(fileEffects("read", credentials(scene), scene, { by: command.source })) : NOTHING;
  }
  if (operation === "login" || operation === "logout" || operation === "sso")
    return localChange("sso session", command, scene);
  return found(fileEffects("change", credentials(scene), scene, { by: command.source }));
}

function credentials(scene: Scene): Word {
  return literal(`${scene.setting.home}/.aws/credentials`);
}

function localChange(name: string, command: Command, scene: Scene): Finding {
  const environment = scene.place.host === undefined ? "local" : scene.place.environment;
  return found([
    effect({ verb: "change", kind: "aws.login", name, environment, reversibility: "R1", by: command.source }),
  ]);
}

function unknown(command: Command, target: Target): Finding {
  return found([
    effect({
      verb: "unknown",
      kind: "aws",
      name: command.source.slice(0, 120),
      environment: target.environment,
      count: null,
      certain: false,
      by: command.source,
    }),
  ]);
}

function uncertain(finding: Finding): Finding {
  return found(finding.effects.map((one) => ({ ...one, certain: false, count: null })));
}
