import type { Effect } from "../../core/effect.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { shown, type Target } from "./target.ts";

const VALUES =
  "--endpoint-url --output --query --profile --region --color --ca-bundle --cli-read-timeout --cli-connect-timeout --include --exclude --acl --storage-class --grants --sse --sse-c --sse-c-key --sse-kms-key-id --content-type --content-encoding --cache-control --content-disposition --content-language --expires --metadata --metadata-directive --website-redirect --source-region --page-size --expires-in --expected-size --request-payer --index-document --error-document --checksum-algorithm --copy-props".split(
    " ",
  );

/** The high-level `aws s3` commands: they name objects by `s3://` URLs and move many at once. */
export function judgeS3(operation: string, command: Command, target: Target, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: VALUES });
  const [from, to] = options.operands.slice(2);
  const by = command.source;
  if (options.has("--dryrun") || operation === "ls") return NOTHING;
  const remote = (word: Word | undefined) =>
    word === undefined || word.text === undefined || word.text.startsWith("s3://");
  switch (operation) {
    case "presign":
      return found([{ ...objectEffect("read", from, target, by), marks: ["secret"], reversibility: "R1" }]);
    case "mb":
      return found([bucketEffect("create", from, target, by)]);
    case "rb":
      return found([bucketEffect("delete", from, target, by, options.has("--force"))]);
    case "rm":
      return found([
        objectEffect(
          "delete",
          from,
          target,
          by,
          options.has("--recursive") && !options.has("--include", "--exclude"),
        ),
      ]);
    case "mv":
      return found([
        ...(remote(from)
          ? [objectEffect("delete", from, target, by, options.has("--recursive"))]
          : fileEffects("delete", from as Word, scene, { by })),
        ...arrival(to, remote(to), options, target, by, scene),
      ]);
    case "cp":
    case "sync":
      return found(arrival(to, remote(to), options, target, by, scene));
    default:
      return found([
        effect({
          verb: "unknown",
          kind: "aws.s3",
          name: shown(from),
          environment: target.environment,
          count: null,
          certain: false,
          by,
        }),
      ]);
  }
}

function arrival(
  to: Word | undefined,
  remote: boolean,
  options: Options,
  target: Target,
  by: string,
  scene: Scene,
): readonly Effect[] {
  if (!remote && to) {
    const recursive = options.has("--recursive", "--delete");
    return fileEffects(options.has("--delete") ? "delete" : "create", to, scene, { recursive, by });
  }
  if (options.has("--delete")) return [objectEffect("delete", to, target, by, true)];
  const exposed = options.value("--acl")?.text?.startsWith("public") === true;
  return [
    effect({
      verb: exposed ? "expose" : "change",
      kind: "aws.s3.object",
      name: shown(to),
      environment: target.environment,
      reversibility: target.local ? "R1" : "R3",
      count: options.has("--recursive") ? null : 1,
      marks: target.local ? ["additive"] : ["upload"],
      advice: "turn bucket versioning on first: an overwritten object is gone without it",
      by,
    }),
  ];
}

function objectEffect(
  verb: "read" | "delete",
  word: Word | undefined,
  target: Target,
  by: string,
  bulk = false,
): Effect {
  return effect({
    verb,
    kind: "aws.s3.object",
    name: shown(word),
    environment: target.environment,
    reversibility: target.local ? "R3" : "R4",
    count: bulk ? null : 1,
    marks: bulk ? ["bulk"] : [],
    ...(verb === "delete"
      ? { advice: "add --dryrun first; with bucket versioning a deletion can be taken back" }
      : {}),
    by,
  });
}

function bucketEffect(
  verb: "create" | "delete",
  word: Word | undefined,
  target: Target,
  by: string,
  force = false,
): Effect {
  const levels = verb === "create" ? "R1" : target.local ? "R3" : "R4";
  return effect({
    verb,
    kind: "aws.s3.bucket",
    name: shown(word),
    environment: target.environment,
    reversibility: levels,
    marks: force ? ["bulk"] : verb === "create" ? ["additive"] : [],
    by,
  });
}
