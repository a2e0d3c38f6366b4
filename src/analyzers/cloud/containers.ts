import type { Effect, Environment, Mark, Reversibility, Verb } from "../../core/effect.ts";
import type { Command, Finding, Place, Scene, Word } from "../analyzer.ts";
import { combine, effect, fileEffects, found, NOTHING } from "../effects.ts";
import { environmentOf, isLoopback } from "../environment.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { localEffect } from "./grammar.ts";
import { hostOf, shown } from "./target.ts";

/** Options of `run`, `create` and `exec` that take a value (Docker CLI reference); podman shares them. */
const RUN_VALUES =
  "-a --attach --add-host --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-shares -c --cpus --cpuset-cpus --device --dns --dns-search --domainname --entrypoint -e --env --env-file --expose --gpus --group-add --health-cmd --health-interval -h --hostname --init-path --ip --ip6 --ipc --isolation -l --label --label-file --link --log-driver --log-opt --mac-address -m --memory --memory-swap --mount --name --network --net --network-alias --oom-score-adj --pid --pids-limit --platform -p --publish --pull --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume --volume-driver --volumes-from -w --workdir --detach-keys --annotation --index --arch --pod --secret --authfile".split(
    " ",
  );

/** What every judgement of a container command needs. */
export interface Context {
  readonly command: Command;
  readonly scene: Scene;
  readonly daemon: Daemon;
  readonly by: string;
}

/** The daemon that a client talks to. */
export interface Daemon {
  readonly environment: Environment;
  readonly here: boolean;
}

/** Which daemon the client talks to: the socket of this machine, or one that an option or a variable names. */
export function daemonOf(options: Options, scene: Scene): Daemon {
  const named =
    options.value("-H", "--host", "--url") ??
    wordOf(scene.variable("DOCKER_HOST") ?? scene.variable("CONTAINER_HOST"));
  const context =
    options.value("-c", "--context", "--connection") ?? wordOf(scene.variable("DOCKER_CONTEXT"));
  const local =
    named?.text !== undefined
      ? /^(unix|npipe|fd):/.test(named.text) || isLoopback(hostOf(named.text))
      : named === undefined;
  const usual =
    context === undefined ||
    /^(default|desktop-linux|rootless|orbstack|colima|rancher-desktop)$/.test(context.text ?? "");
  if (local && usual)
    return {
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      here: scene.place.host === undefined || scene.place.environment === "local",
    };
  return { environment: environmentOf([shown(named), shown(context)], scene), here: false };
}

function wordOf(text: string | undefined): Word | undefined {
  return text === undefined || text === "" ? undefined : literal(text);
}

/** Something that this machine's daemon does and that can be done again or taken back. */
export function machine(name: string, context: Context): Finding {
  if (context.daemon.here) return found([{ ...localEffect("docker", [literal(name)], context.by) }]);
  return found([make("change", "object", name, "R1", context)]);
}

/** An effect on something of the daemon. */
export function make(
  verb: Verb,
  kind: string,
  name: string,
  level: Reversibility,
  { daemon, by }: Context,
  marks: readonly Mark[] = [],
  count: number | null = 1,
): Effect {
  return effect({
    verb,
    kind: `docker.${kind}`,
    name,
    environment: daemon.environment,
    reversibility: level,
    marks,
    count,
    by,
  });
}

/** Volumes removed: the data in them goes. */
export function volumes(names: readonly Word[], all: boolean, context: Context): Finding {
  const level = context.daemon.here && !all && names.length === 0 ? "R3" : "R4";
  const list = names.length === 0 ? ["*"] : names.map(shown);
  return found(
    list.map((name) => ({
      ...make("delete", "volume", name, level, context, all ? ["bulk"] : [], name === "*" ? null : 1),
      advice: 'keep a copy first: docker run --rm -v VOLUME:/v -v "$PWD":/b alpine tar czf /b/volume.tgz /v',
    })),
  );
}

/** An image built; with `--push` also published. */
export function build(rest: readonly Word[], context: Context): Finding {
  const options = parseOptions(rest, {
    exact: true,
    values:
      "-t --tag -f --file --build-arg --target --platform -o --output --cache-from --cache-to --secret --ssh --network --label --progress --builder --build-context --set".split(
        " ",
      ),
  });
  const pushes =
    options.has("--push") ||
    options.values("-o", "--output").some((word) => /push=true|type=registry/.test(word.text ?? ""));
  if (pushes) return push(options.values("-t", "--tag"), context);
  return machine("build", context);
}

/** An image put where others pull it. */
export function push(rest: readonly Word[], context: Context): Finding {
  const image = shown(
    parseOptions(rest, { exact: true, values: ["--creds", "--authfile", "--platform"] }).operands[0],
  );

  const registry = image.split("/")[0] ?? "";
  const local = isLoopback(registry) || registry.startsWith("localhost:");
  const environment = local ? "development" : environmentOf([image], context.scene);
  return found([
    effect({
      verb: "create",
      kind: "docker.image",
      name: image,
      environment,
      reversibility: local ? "R1" : "R3",
      marks: local ? ["additive"] : ["shared", "upload"],
      by: context.by,
      advice: "push under a new tag: an overwritten tag serves everybody who pulls it",
    }),
  ]);
}

/** An image or container written to a file. */
export function saved(rest: readonly Word[], { scene, by }: Context): Finding {
  const out = parseOptions(rest, { exact: true, values: ["-o", "--output", "--platform", "--format"] }).value(
    "-o",
    "--output",
  );
  return out ? found(fileEffects("create", out, scene, { by })) : NOTHING;
}

/** Files copied into or out of a container. */
export function copy(rest: readonly Word[], context: Context): Finding {
  const [, to] = parseOptions(rest).operands;
  if (to === undefined || to.text === "-") return NOTHING;
  const inside = to.text === undefined || /^[^/.][^:]*:/.test(to.text);
  if (inside)
    return context.daemon.here
      ? machine("cp", context)
      : found([make("change", "container-file", shown(to), "R3", context)]);
  return found(fileEffects("create", to, context.scene, { by: context.by }));
}

/** The inside of a container as a place. */
export function placeOf(name: string, { daemon }: Context): Place {
  return { host: `container ${name}`, environment: daemon.environment };
}

/** A command in a running container. */
export function execute(rest: readonly Word[], context: Context): Finding {
  const options = parseOptions(rest, { exact: true, values: RUN_VALUES, stopAtOperand: true });
  const [container, ...words] = options.operands;
  if (container === undefined || words.length === 0)
    return options.dynamic ? unknown("exec", context) : NOTHING;
  return context.scene.argv(words, {
    place: placeOf(shown(container), context),
    cwd: undefined,
    ...(options.has("--privileged") ? { privileged: true } : {}),
  });
}

/** A new container. */
export function run(rest: readonly Word[], context: Context): Finding {
  const options = parseOptions(rest, { exact: true, values: RUN_VALUES, stopAtOperand: true });
  const image = options.operands[0];
  if (image === undefined) return unknown("run", context);
  const dangerous =
    options.has("--privileged", "--device", "--cap-add") ||
    options.values("--pid", "--userns", "--ipc", "--uts").some((word) => word.text === "host");
  const mounts = context.daemon.here
    ? options.values("-v", "--volume", "--mount").flatMap((word) => mountEffects(word, context))
    : [];
  const started = effect({
    verb: "execute",
    kind: "docker.container",
    name: shown(image),
    environment: context.daemon.environment,
    reversibility: "R1",
    marks: dangerous ? ["privileged"] : [],
    by: context.by,
  });
  return combine(found(mounts), found([started]), inside(image, options, context));
}

/** Images whose entry point is the tool that they are named after. */
const ENTRY_POINTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(amazon\/)?aws-cli(:|$)/, "aws"],
  [/(^|\/)hashicorp\/terraform(:|$)/, "terraform"],
  [/(^|\/)opentofu\/opentofu(:|$)/, "tofu"],
  [/(^|\/)(bitnami|rancher)\/kubectl(:|$)/, "kubectl"],
  [/(^|\/)alpine\/helm(:|$)/, "helm"],
  [/(^|\/)pulumi\/pulumi(:|$)/, "pulumi"],
  [/(^|\/)rclone\/rclone(:|$)/, "rclone"],
  [/(^|\/)flyway\/flyway(:|$)/, "flyway"],
  [/(^|\/)liquibase\/liquibase(:|$)/, "liquibase"],
];

/**
 * What the command in a new container does beyond it: the container itself is thrown away, but not what it reaches
 * elsewhere and not the volumes that it mounts.
 */
function inside(image: Word, options: Options, context: Context): Finding {
  const words = options.operands.slice(1);
  const entry =
    options.value("--entrypoint") ??
    wordOf(ENTRY_POINTS.find(([pattern]) => pattern.test(shown(image)))?.[1]);
  const command = entry === undefined ? words : [entry, ...words];
  if (command.length === 0) return NOTHING;
  const judged = context.scene.argv(command, { place: placeOf(shown(image), context), cwd: undefined });
  const volumes = options.values("-v", "--volume", "--mount").flatMap(volumeOf);
  return found(
    judged.effects.flatMap((one) => {
      const volume = volumes.find(({ at }) => one.resource.name.startsWith(at));
      if (volume && (one.verb === "delete" || one.verb === "change")) {
        return [
          make(one.verb, "volume", volume.name, one.verb === "delete" ? "R4" : "R1", context, [], null),
        ];
      }
      return ["local", "workspace", "development"].includes(one.resource.environment) ? [] : [one];
    }),
  );
}

/** A named volume and where the container sees it. */
function volumeOf(word: Word): readonly { readonly name: string; readonly at: string }[] {
  const text = word.text ?? "";
  const pairs = new Map(text.split(",").map((part) => part.split("=") as [string, string]));
  const at = pairs.get("target") ?? pairs.get("dst") ?? pairs.get("destination") ?? text.split(":")[1];
  const name = pairs.get("source") ?? pairs.get("src") ?? text.split(":")[0] ?? "";
  return at?.startsWith("/") === true && /^[\w][\w.-]*$/.test(name) ? [{ name, at }] : [];
}

/** A bind mount lets the container write what lies there; the workspace itself is what development mounts. */
function mountEffects(word: Word, { scene, by }: Context): readonly Effect[] {
  const text = word.text ?? word.prefix;
  const pairs = new Map(text.split(",").map((part) => part.split("=") as [string, string]));
  const source =
    pairs.has("type") || pairs.has("target")
      ? (pairs.get("source") ?? pairs.get("src") ?? "")
      : (text.split(":")[0] ?? "");
  if (/:(.*,)?ro(,|$)|readonly/.test(text) || !/^[/.~]/.test(source)) return [];
  if (/docker\.sock$/.test(source))
    return [
      effect({
        verb: "escalate",
        kind: "docker.socket",
        name: source,
        environment: "local",
        reversibility: "R1",
        marks: ["privileged"],
        by,
      }),
    ];
  const path = literal(source.replace(/^~/, scene.setting.home));
  const at = locate(path, scene);
  if (at.area === "workspace" || at.area === "temporary" || at.area === "cache") return [];
  return fileEffects("change", path, scene, { recursive: true, certain: false, by, kind: "directory" });
}

/** A subcommand that nobody knows. */
export function unknown(name: string, context: Context): Finding {
  return found([
    {
      ...make("unknown", "command", name, context.daemon.here ? "R3" : "R4", context, [], null),
      certain: false,
    },
  ]);
}
