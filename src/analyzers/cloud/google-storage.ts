import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { judgeSql } from "../direct/sql.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { parseOptions } from "../options.ts";
import { shown, targetOf } from "./target.ts";

const GSUTIL_READS = new Set(
  "ls cat du stat hash help version logging acl-get defacl-get cors-get test perfdiag".split(" "),
);

/** `gsutil` and `gcloud storage`: objects by `gs://` URLs. */
export function judgeGsutil(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-h",
      "-o",
      "-u",
      "-i",
      "-a",
      "-c",
      "-l",
      "-p",
      "-b",
      "-x",
      "-z",
      "-t",
      "--project",
      "--exclude",
    ],
  });
  const [verbWord, ...rest] = options.operands;
  const target = targetOf(undefined, [...rest, ...options.values("--project", "-p", "-u")].map(shown), scene);
  const verb = shown(verbWord);
  const by = command.source;
  if (verbWord === undefined || GSUTIL_READS.has(verb)) return NOTHING;
  if (options.has("--dry-run") || (verb === "rsync" && options.has("-n"))) return NOTHING;
  if (
    ["acl", "iam", "defacl", "cors", "lifecycle", "versioning", "retention", "label"].includes(verb) &&
    rest[0]?.text === "get"
  )
    return NOTHING;
  const remote = (word: Word | undefined) =>
    word?.text === undefined || word.text.startsWith("gs://") || word.text.startsWith("s3://");
  const last = rest.at(-1);
  const make = (
    what: "change" | "delete" | "create" | "expose" | "unknown",
    name: Word | undefined,
    kind: string,
    bulk: boolean,
  ) =>
    effect({
      verb: what,
      kind: `gcp.storage.${kind}`,
      name: shown(name),
      environment: target.environment,
      reversibility: what === "create" ? "R1" : what === "change" ? "R3" : "R4",
      count: bulk ? null : 1,
      certain: what !== "unknown",
      marks: bulk ? ["bulk"] : what === "change" ? ["upload"] : [],
      by,
    });
  switch (verb) {
    case "rm":
      return found(
        rest.map((word) =>
          make(
            "delete",
            word,
            "object",
            options.has("-r", "-R", "-a", "--recursive", "--all-versions") || word.glob,
          ),
        ),
      );
    case "rb":
      return found(rest.map((word) => make("delete", word, "bucket", false)));
    case "mb":
      return found(rest.map((word) => make("create", word, "bucket", false)));
    case "mv":
      return found([
        ...(remote(rest[0]) ? [make("delete", rest[0], "object", false)] : []),
        ...(remote(last) ? [make("change", last, "object", false)] : []),
      ]);
    case "cp":
    case "rsync":
      if (last !== undefined && !remote(last))
        return found(fileEffects(options.has("-d") ? "delete" : "create", last, scene, { by }));
      return found([
        make(
          verb === "rsync" && options.has("-d", "--delete-unmatched-destination-objects")
            ? "delete"
            : "change",
          last,
          "object",
          options.has("-d", "--delete-unmatched-destination-objects"),
        ),
      ]);
    case "acl":
    case "iam":
    case "defacl":
      return found([make("expose", last, "access", false)]);
    default:
      return found([
        make(
          /^(set|label|versioning|lifecycle|retention|web|cors|notification|rewrite|compose|setmeta|config)$/.test(
            verb,
          )
            ? "change"
            : "unknown",
          last,
          "bucket",
          false,
        ),
      ]);
  }
}

/** The BigQuery command line. */
export function judgeBq(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values:
      "--project_id --location --format --dataset_id --destination_table --max_rows -n --job_id --api --schema --time_partitioning_field --source_format -d --parameter".split(
        " ",
      ),
  });
  const [verbWord, ...rest] = options.operands;
  const target = targetOf(
    undefined,
    [...rest, ...options.values("--project_id", "--dataset_id")].map(shown),
    scene,
  );
  const verb = shown(verbWord);
  const by = command.source;
  if (
    verbWord === undefined ||
    /^(ls|show|head|version|help|wait|info|get-iam-policy)$/.test(verb) ||
    options.has("--dry_run")
  )
    return NOTHING;
  if (verb === "query") {
    const text =
      rest.map((word) => word.text ?? "").join(" ") ||
      (command.stdin.kind === "text" ? command.stdin.text : "");
    if (rest.some((word) => word.text === undefined) || text === "")
      return found([
        effect({
          verb: "unknown",
          kind: "sql",
          name: "query",
          environment: target.environment,
          certain: false,
          count: null,
          by,
        }),
      ]);
    return judgeSql(text, { dialect: "ansi", environment: target.environment, local: false, by }, scene);
  }
  const name = shown(rest.at(-1));
  const noun = options.has("-d", "-r") || !name.includes(".") ? "dataset" : "table";
  if (verb === "rm")
    return found([
      effect({
        verb: "delete",
        kind: `gcp.bigquery.${noun}`,
        name,
        environment: target.environment,
        reversibility: noun === "dataset" ? "R4" : "R3",
        marks: options.has("-r") ? ["bulk"] : [],
        advice: "take a table snapshot first",
        by,
      }),
    ]);
  const change =
    /^(mk|load|insert|cp|extract|update|undelete|partition|mkdef|set-iam-policy|add-iam-policy-binding|remove-iam-policy-binding|cancel|truncate)$/.test(
      verb,
    );
  return found([
    effect({
      verb:
        verb === "truncate"
          ? "delete"
          : verb.includes("iam")
            ? "escalate"
            : change
              ? verb === "mk"
                ? "create"
                : "change"
              : "unknown",
      kind: `gcp.bigquery.${noun}`,
      name,
      environment: target.environment,
      reversibility: verb === "mk" || verb === "extract" ? "R1" : change ? "R3" : "R4",
      certain: change,
      by,
    }),
  ]);
}
