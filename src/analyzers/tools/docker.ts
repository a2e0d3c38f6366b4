import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { composeVerb } from "../cloud/compose.ts";
import {
  build,
  type Context,
  copy,
  daemonOf,
  execute,
  machine,
  make,
  placeOf,
  push,
  run,
  saved,
  unknown,
  volumes,
} from "../cloud/containers.ts";
import { asksHelp, secretEffect } from "../cloud/grammar.ts";
import { shown } from "../cloud/target.ts";
import { found, NOTHING } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { parseOptions } from "../options.ts";

const GLOBAL =
  "-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --url --identity --connection --namespace --address --root --runroot --storage-driver".split(
    " ",
  );

export const analyzer: Analyzer = {
  name: "docker",
  title: "Docker, Compose, Podman, nerdctl",
  about:
    "Containers of this machine are local and made anew from images; volumes hold data that is gone when they are removed. Commands in containers are judged as commands there, bind mounts as files here. A daemon on another host is production unless declared otherwise.",
  programs: "docker docker-compose podman podman-compose nerdctl buildx docker-buildx buildah".split(" "),
  analyze,
  examples: [
    { run: "docker ps -a", does: [], tier: 0 },
    { run: "docker compose up -d --build", does: ["execute docker.local compose up"], tier: 1 },
    { run: "docker compose logs -f api", does: [], tier: 0 },
    { run: "docker compose down", does: ["execute docker.local compose down"], tier: 1 },
    { run: "docker compose down -v", does: ["delete docker.volume * @local"], tier: 2 },
    { run: "docker build -t app .", does: ["execute docker.local build"], tier: 1 },
    {
      run: "docker run --rm -it node:22 node -v",
      does: ["execute docker.container node:22 @local"],
      tier: 1,
    },
    {
      run: "docker run --rm -v /:/host alpine rm -rf /host/etc",
      does: ["change? directory / @local", "execute docker.container alpine @local"],
      tier: 3,
    },
    { run: "docker run --privileged alpine sh", does: ["execute docker.container alpine @local"], tier: 2 },
    { run: "docker rm -f api", does: ["execute docker.local rm"], tier: 1 },
    { run: "docker volume rm pgdata", does: ["delete docker.volume pgdata @local"], tier: 3 },
    { run: "docker system prune --volumes --force", does: ["delete docker.volume * @local"], tier: 3 },
    { run: "docker system prune -f", does: ["delete docker.unused * @local"], tier: 1 },
    { run: "docker exec db psql -U app -c 'SELECT 1'", does: [], tier: 0 },
    {
      run: "docker push registry.example.com/app:1.0",
      does: ["create docker.image registry.example.com/app:1.0 @unknown"],
      tier: 3,
    },
    { run: "docker -H ssh://root@web-1 rm -f api", does: ["delete docker.container api @unknown"], tier: 3 },
    { run: "docker --context prod compose down -v", does: ["delete docker.volume * @production"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const isCompose = /compose$/.test(command.program);
  if (!command.args.some((word) => ["exec", "run"].includes(word.text ?? "")) && asksHelp(command.args))
    return NOTHING;
  const options = parseOptions(command.args, {
    exact: true,
    values: isCompose
      ? "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress -H --host -c --context".split(
          " ",
        )
      : GLOBAL,
    stopAtOperand: true,
  });
  const daemon = daemonOf(options, scene);
  const context: Context = { command, scene, daemon, by: command.source };
  if (isCompose) return compose(options.operands, context);
  const [verb, ...rest] = options.operands;
  if (verb === undefined) return NOTHING;
  if (verb.text === undefined) return unknown(verb.source, context);
  if (verb.text === "compose") return compose(composeWords(rest), context);
  const managed =
    "container image volume network system builder buildx context plugin manifest trust stack service swarm node secret config pod machine checkpoint scout model desktop mcp kube quadlet generate play artifact farm init".split(
      " ",
    );
  if (managed.includes(verb.text) && verb.text !== "init") return group(verb.text, rest, context);
  return single(verb.text, rest, context);
}

const GROUP_READS =
  /^(ls|list|inspect|show|history|logs|top|stats|port|df|events|info|ps|version|du|diff|exists|get|search|tree|cves|quickview|recommendations|services|tasks|status|check|verify)$/;

function group(name: string, rest: readonly Word[], context: Context): Finding {
  const [verb, ...more] = rest;
  const action = verb?.text ?? "";
  const operands = parseOptions(more, {
    exact: true,
    values:
      "--filter --driver -d --opt --label --subnet --gateway -f --file -t --tag --platform --replicas --image".split(
        " ",
      ),
  }).operands;
  if (verb === undefined || GROUP_READS.test(action))
    return name === "secret" && action === "inspect" && more.some((word) => word.text === "--showsecret")
      ? found([
          secretEffect(
            "docker.secret",
            shown(operands[0]),
            { environment: context.daemon.environment, local: context.daemon.here },
            context.by,
          ),
        ])
      : NOTHING;
  if (name === "container" && action !== "prune") return single(action, more, context);
  if (["stack", "service", "swarm", "node", "secret", "config"].includes(name))
    return swarm(name, action, operands, context);
  if (name === "volume" && ["rm", "remove", "prune"].includes(action))
    return volumes(operands, action === "prune", context);
  if (name === "system" && action === "prune") return prune(more, context);
  if (name === "system" && action === "reset") return volumes([], true, context);
  if (name === "image" && "push build pull tag save load import".split(" ").includes(action))
    return single(action, more, context);
  if (["rm", "remove", "prune", "delete"].includes(action)) return unused(name, operands, context);
  if (name === "manifest" && action === "push") return single("push", more, context);
  if ((name === "buildx" || name === "builder") && (action === "build" || action === "bake"))
    return build(more, context);
  if (name === "machine" && action === "ssh") return unknown("machine ssh", context);
  return machine(`${name} ${action}`.trim(), context);
}

const READS = new Set(
  "ps images logs inspect stats top port version info events history search diff wait attach healthcheck mount".split(
    " ",
  ),
);
const MACHINE = new Set("login logout pull tag load import start unpause rename commit init".split(" "));

function single(verb: string, rest: readonly Word[], context: Context): Finding {
  if (READS.has(verb)) return NOTHING;
  if (MACHINE.has(verb)) return machine(verb, context);
  switch (verb) {
    case "run":
    case "create":
      return run(rest, context);
    case "exec":
      return execute(rest, context);
    case "cp":
      return copy(rest, context);
    case "push":
      return push(rest, context);
    case "build":
    case "bud":
      return build(rest, context);
    case "save":
    case "export":
      return saved(rest, context);
    case "rm":
    case "rmi":
    case "stop":
    case "kill":
    case "pause":
    case "restart":
    case "update":
      return containers(verb, rest, context);
    case "system-prune":
      return prune(rest, context);
    default:
      return unknown(verb, context);
  }
}

function containers(verb: string, rest: readonly Word[], context: Context): Finding {
  const options = parseOptions(rest, {
    exact: true,
    values: "-t --time --timeout -s --signal --memory --cpus --restart".split(" "),
  });
  if (verb === "rm" && options.has("-v", "--volumes")) return volumes([], false, context);
  if (context.daemon.here) return machine(verb, context);
  const destroys = verb === "rm" || verb === "rmi";
  return found(
    options.operands.map((word) =>
      make(
        destroys ? "delete" : "stop",
        verb === "rmi" ? "image" : "container",
        shown(word),
        destroys ? "R3" : "R1",
        context,
      ),
    ),
  );
}

/** `system prune` removes what no container uses; with `--volumes` also data. */
function prune(rest: readonly Word[], context: Context): Finding {
  if (rest.some((word) => /^--volumes(=true)?$/.test(word.text ?? ""))) return volumes([], true, context);
  return unused("unused", [], context);
}

function unused(name: string, operands: readonly Word[], context: Context): Finding {
  const kind = name === "unused" ? "unused" : name;
  return found([
    make(
      "delete",
      kind,
      operands.length === 0 ? "*" : operands.map(shown).join(" "),
      context.daemon.here ? "R1" : "R3",
      context,
      [],
      operands.length === 0 ? null : operands.length,
    ),
  ]);
}

function swarm(name: string, action: string, operands: readonly Word[], context: Context): Finding {
  const target = shown(operands[0]);
  const elsewhere = {
    ...context,
    daemon: {
      environment: context.daemon.here ? environmentOf([target], context.scene) : context.daemon.environment,
      here: false,
    },
  };
  const destroys = /^(rm|remove|down|leave)$/.test(action);
  if (destroys) return found([make("delete", name, target, name === "secret" ? "R4" : "R3", elsewhere)]);
  if (
    action === "scale" ||
    action === "update" ||
    action === "rollback" ||
    action === "deploy" ||
    action === "up"
  )
    return found([make("change", name, target, "R1", elsewhere)]);
  return found([
    make(action === "create" || action === "init" ? "create" : "change", name, target, "R1", elsewhere),
  ]);
}

/** The words of a compose command after compose's own options. */
function composeWords(rest: readonly Word[]): readonly Word[] {
  return parseOptions(rest, {
    exact: true,
    values:
      "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress".split(
        " ",
      ),
    stopAtOperand: true,
  }).operands;
}

function compose(words: readonly Word[], context: Context): Finding {
  const [verb, ...rest] = words;
  if (verb === undefined) return NOTHING;
  if (verb.text === undefined) return unknown(verb.source, context);
  const what = composeVerb(verb.text, rest);
  if (what.kind === "read") return NOTHING;
  if (what.kind === "volumes") return volumes([], false, context);
  if (what.kind === "exec")
    return context.scene.argv(what.words, { place: placeOf(what.service, context), cwd: undefined });
  if (what.kind === "push")
    return found([
      make(
        "create",
        "image",
        "*",
        "R3",
        { ...context, daemon: { environment: environmentOf([], context.scene), here: false } },
        ["shared", "upload"],
      ),
    ]);
  if (what.kind === "unknown") return unknown(`compose ${verb.text}`, context);
  if (context.daemon.here) return machine(`compose ${verb.text}`, context);
  const destroys = verb.text === "down" || verb.text === "rm";
  return found([
    make(
      destroys ? "delete" : what.kind === "stop" ? "stop" : "change",
      "compose",
      "*",
      destroys ? "R3" : "R1",
      context,
      [],
      null,
    ),
  ]);
}
