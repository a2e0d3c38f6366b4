import type { Verb } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene } from "../analyzer.ts";
import { judgeGrammar } from "../cloud/grammar.ts";
import { STORES } from "../cloud/store-tools.ts";
import { lossAt, shown, targetOf } from "../cloud/target.ts";
import { effect, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";

const KAFKA = [
  "kafka-topics",
  "kafka-configs",
  "kafka-acls",
  "kafka-consumer-groups",
  "kafka-delete-records",
  "kafka-reassign-partitions",
  "kafka-console-producer",
  "kafka-console-consumer",
  "kafka-broker-api-versions",
  "kafka-get-offsets",
  "kafka-log-dirs",
  "kafka-dump-log",
  "kafka-storage",
  "kafka-streams-application-reset",
  "kafka-leader-election",
  "kafka-features",
  "kafka-metadata-quorum",
  "kafka-transactions",
  "kafka-delegation-tokens",
  "kafka-producer-perf-test",
  "kafka-consumer-perf-test",
  "kafka-cluster",
];

export const analyzer: Analyzer = {
  name: "stores",
  title: "Queues, key-value stores and object storage",
  about:
    "influx, etcdctl, rabbitmqctl, nats, Kafka's scripts, mc, s3cmd, s5cmd, azcopy: reading and listing passes, deleting and purging is named; an endpoint on the loopback is the operator's own.",
  programs: [...Object.keys(STORES), ...KAFKA, ...KAFKA.map((name) => `${name}.sh`), "kcat", "kafkacat"],
  analyze,
  examples: [
    { run: "influx bucket list", does: [], tier: 0 },
    { run: "influx bucket delete -n metrics", does: ["delete influxdb.bucket metrics @unknown"], tier: 4 },
    { run: "etcdctl get /registry --prefix", does: [], tier: 0 },
    { run: "etcdctl del '' --prefix", does: ["delete etcd.key  @unknown"], tier: 4 },
    { run: "rabbitmqctl list_queues", does: [], tier: 0 },
    { run: "rabbitmqctl purge_queue orders", does: ["delete rabbitmq.queue orders @unknown"], tier: 4 },
    { run: "nats stream purge ORDERS -f", does: ["delete nats.stream ORDERS @unknown"], tier: 4 },
    { run: "kafka-topics.sh --bootstrap-server b1:9092 --list", does: [], tier: 0 },
    {
      run: "kafka-topics.sh --bootstrap-server b1:9092 --delete --topic orders",
      does: ["delete kafka.topic orders @unknown"],
      tier: 4,
    },
    {
      run: "kafka-topics --bootstrap-server localhost:9092 --create --topic t",
      does: ["create kafka.topic t @development"],
      tier: 1,
    },
    { run: "mc ls local/bucket", does: [], tier: 0 },
    { run: "mc rb --force prod/bucket", does: ["delete minio.object prod/bucket @production"], tier: 4 },
    { run: "s3cmd sync --delete-removed dist s3://site", does: ["delete s3.object dist @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const grammar = STORES[command.program];
  if (grammar !== undefined) return judgeGrammar(command, scene, grammar);
  return kafka(command, scene);
}

/** Kafka's scripts say with an option what they do. */
function kafka(command: Command, scene: Scene): Finding {
  const program = command.program.replace(/\.sh$/, "");
  const options = parseOptions(command.args, {
    exact: true,
    values: [
      "--bootstrap-server",
      "--broker-list",
      "--zookeeper",
      "--topic",
      "--group",
      "--entity-type",
      "--entity-name",
      "--add-config",
      "--delete-config",
      "--partitions",
      "--replication-factor",
      "--config",
      "--command-config",
      "--offset-json-file",
      "--reassignment-json-file",
      "--to-offset",
      "--to-datetime",
      "-b",
      "-t",
      "-G",
      "--max-messages",
      "--property",
      "--producer.config",
      "--consumer.config",
    ],
  });
  const server = options.value("--bootstrap-server", "--broker-list", "--zookeeper", "-b");
  const name = options.value("--topic", "-t", "--group", "--entity-name");
  const target = targetOf(server?.text, [shown(server), shown(name)], scene);
  const verb = kafkaVerb(program, options.has.bind(options), options.operands[0]?.text);
  if (verb === undefined) return NOTHING;
  const mild = verb === "create" || verb === "change";
  return found([
    effect({
      verb,
      kind: `kafka.${command.program.includes("group") ? "consumer-group" : "topic"}`,
      name: shown(name),
      environment: target.environment,
      reversibility: mild ? (target.local || verb === "create" ? "R1" : "R3") : lossAt(target),
      marks: mild && target.local ? ["additive"] : [],
      by: command.source,
    }),
  ]);
}

function kafkaVerb(
  program: string,
  has: (...names: readonly string[]) => boolean,
  action: string | undefined,
): Verb | undefined {
  if (program === "kafka-storage") return action === "format" ? "delete" : undefined;
  if (program === "kafka-streams-application-reset") return has("--dry-run") ? undefined : "delete";
  if (program === "kafka-leader-election") return "change";
  if (program === "kafka-cluster") return action === "unregister" ? "delete" : undefined;
  if (/^kafka-(features|transactions|metadata-quorum)$/.test(program))
    return /^(upgrade|downgrade|disable|abort|forceTerminateTransaction|add-controller|remove-controller)$/.test(
      action ?? "",
    )
      ? "change"
      : undefined;
  if (program === "kafka-delegation-tokens") return has("--describe") ? undefined : "escalate";
  if (/^kafka-(console-producer|producer-perf-test)$/.test(program)) return "send";
  if (/^(kcat|kafkacat)$/.test(program) && has("-P")) return "send";
  if (program === "kafka-delete-records" || has("--delete", "--delete-offsets")) return "delete";
  if (program === "kafka-acls" && has("--add", "--remove")) return "escalate";
  if (has("--reset-offsets")) return has("--execute") ? "replace" : undefined;
  if (has("--alter", "--execute", "--add-config", "--delete-config")) return "change";
  return has("--create") ? "create" : undefined;
}
