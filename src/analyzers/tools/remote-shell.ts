import type { Effect, Environment } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, found, NOTHING, unknownEffect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { type Options, parseOptions } from "../options.ts";
import { judgeInner, judgeJoined, unwrap } from "../wrapping.ts";

export const analyzer: Analyzer = {
  name: "remote-shell",
  title: "Commands on other machines: ssh and kin",
  about:
    "What runs on the other machine is read like a line of the shell, in the environment of that machine; without a declaration that counts as production. Tunnels and local helper commands are effects of their own.",
  programs: [
    "ssh",
    "autossh",
    "mosh",
    "sshpass",
    "rsh",
    "rlogin",
    "slogin",
    "dbclient",
    "plink",
    "pssh",
    "parallel-ssh",
    "pdsh",
    "clush",
    "et",
    "ssh-copy-id",
    "telnet",
  ],
  analyze,
  examples: [
    { run: "ssh web-1 uptime", does: [], tier: 0 },
    { run: "ssh web-1 'rm -rf /srv/app'", does: ["delete directory /srv/app @unknown"], tier: 4 },
    {
      run: "ssh -p 22 -i key deploy@db-prod.example.com sudo systemctl restart app",
      does: ["change service app @production"],
      tier: 3,
    },
    { run: "ssh dev@localhost ls", does: [], tier: 0 },
    { run: "ssh box", does: ["unknown? shell on box @unknown"], tier: 4 },
    {
      run: "ssh box < deploy.sh",
      files: { "deploy.sh": "rm -rf /srv/app\n" },
      does: ["delete directory /srv/app @unknown"],
      tier: 4,
    },
    { run: "ssh -o ProxyCommand='rm -rf /' box ls", does: ["delete directory / @local"], tier: 3 },
    { run: "ssh -N -L 5432:db:5432 bastion", does: ["create network.tunnel 5432:db:5432 @local"], tier: 2 },
    { run: "ssh -V", does: [], tier: 0 },
    { run: "sshpass -p x ssh box rm -rf /srv", does: ["delete directory /srv @unknown"], tier: 4 },
    { run: "ssh -T git@github.com", does: [], tier: 0 },
    {
      run: "ssh box 'rm -rf /srv/app'",
      declared: "development",
      does: ["delete directory /srv/app @development"],
      tier: 3,
    },
    { run: "ssh-copy-id box", does: ["escalate access box @unknown"], tier: 4 },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "sshpass":
      return judgeInner(
        unwrap(command.args, { values: ["-f", "-d", "-p", "-P"], flags: ["-e", "-v"] }),
        command,
        scene,
        { stdin: command.stdin },
      );
    case "pssh":
    case "parallel-ssh":
    case "pdsh":
    case "clush":
      return manyHosts(command, scene);
    case "ssh-copy-id":
      return copyKey(command, scene);
    case "telnet":
      return telnet(command, scene);
    default:
      return remote(command, scene);
  }
}

const VALUES = [
  "-B",
  "-b",
  "-c",
  "-D",
  "-E",
  "-e",
  "-F",
  "-I",
  "-i",
  "-J",
  "-L",
  "-l",
  "-m",
  "-M-",
  "-O",
  "-o",
  "-P",
  "-p",
  "-Q",
  "-R",
  "-S",
  "-W",
  "-w",
  "--ssh",
  "--port",
  "--server",
  "-pw",
  "-hostkey",
  "--predict",
].filter((name) => name !== "-M-");

function remote(command: Command, scene: Scene): Finding {
  const values = command.program === "autossh" ? [...VALUES, "-M"] : VALUES;
  const options = parseOptions(command.args, { values, stopAtOperand: true });
  if (options.has("-V", "-Q", "-G", "-O")) return NOTHING;
  const [target, ...rest] = trailingOptions(options);
  const local = [...helperCommands(options, command, scene), ...tunnels(options, command, scene)];
  if (!target) return found(local);
  const host = hostOf(target);
  const environment = hostEnvironment(host, scene);
  const words = rest.filter((word, index) => index > 0 || word.text !== "--");
  return found([...local, ...onHost(words, target, host, environment, options, command, scene)]);
}

/** Options may also stand between the host and the command (`ssh host -p 22 ls`). */
function trailingOptions(options: Options): readonly Word[] {
  const [target, ...rest] = options.operands;
  if (!target || !rest[0]?.text?.startsWith("-")) return options.operands;
  return [target, ...parseOptions(rest, { values: VALUES, stopAtOperand: true }).operands];
}

/** The host without user, scheme and port; `undefined` when it cannot be told. */
function hostOf(target: Word): string | undefined {
  return target.text
    ?.replace(/^ssh:\/\//, "")
    .replace(/^[^@]*@/, "")
    .replace(/[:/].*$/, "");
}

/** Services that answer a login with a greeting and run nothing. */
const GREETERS =
  /^(github\.com|gitlab\.com|bitbucket\.org|ssh\.dev\.azure\.com|git\.sr\.ht|codeberg\.org|ssh\.github\.com)$/;

function onHost(
  words: readonly Word[],
  target: Word,
  host: string | undefined,
  environment: Environment,
  options: Options,
  command: Command,
  scene: Scene,
): readonly Effect[] {
  const place = { host: `ssh ${target.text ?? target.source}`, environment };
  if (words.length > 0)
    return judgeJoined(words, command, scene, {
      place,
      cwd: undefined,
      privileged: false,
      stdin: command.stdin,
    }).effects;
  if (options.has("-N", "-f", "-W") || GREETERS.test(host ?? "")) return [];
  if (command.stdin.kind === "text")
    return scene.shell(command.stdin.text, { place, cwd: undefined, privileged: false }).effects;
  return [unknownEffect({ ...scene, place }, "shell", `on ${target.text ?? target.source}`, command.source)];
}

/** Options that make ssh start a program on this machine. */
function helperCommands(options: Options, command: Command, scene: Scene): readonly Effect[] {
  const values = options.values("-o").flatMap((word) => {
    const [, name, text] =
      /^\s*(ProxyCommand|LocalCommand|KnownHostsCommand|PKCS11Provider|SecurityKeyProvider)\s*[=\s]\s*([\s\S]*)$/i.exec(
        word.text ?? "",
      ) ?? [];
    if (word.text === undefined) return [unknownEffect(scene, "program", word.source, command.source)];
    if (name === undefined || text === undefined || text === "none") return [];
    return /Provider$/i.test(name)
      ? [unknownEffect(scene, "program", text, command.source)]
      : [...scene.shell(text).effects];
  });
  const shell = options
    .values("--ssh")
    .flatMap((word) =>
      word.text === undefined
        ? [unknownEffect(scene, "program", word.source, command.source)]
        : [...scene.shell(word.text).effects],
    );
  return [...values, ...shell];
}

/** Ports passed through: `-R` opens this machine to the other side, `-L` and `-D` reach a network through it. */
function tunnels(options: Options, command: Command, scene: Scene): readonly Effect[] {
  const tunnel = (verb: Effect["verb"], word: Word) =>
    effect({
      verb,
      kind: "network.tunnel",
      name: word.source,
      environment: "local",
      reversibility: "R1",
      marks: ["outside"],
      by: command.source,
    });
  return [
    ...options.values("-L", "-D", "-W").map((word) => tunnel("create", word)),
    ...options.values("-R", "-w").map((word) => tunnel("expose", word)),
    ...(options.has("-A") && scene.place.host === undefined ? [] : []),
  ];
}

function manyHosts(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-h",
      "-H",
      "-l",
      "-p",
      "-t",
      "-o",
      "-e",
      "-O",
      "-x",
      "-X",
      "-w",
      "-g",
      "-u",
      "-f",
      "-R",
      "--hosts",
      "--host",
      "--user",
      "--par",
      "--timeout",
    ],
    stopAtOperand: true,
  });
  const names = options.values("-H", "--host", "-w", "-g").map((word) => word.text);
  const environment = hostEnvironment(names.length > 0 ? names.join(",") : undefined, scene);
  const place = { host: "ssh many hosts", environment };
  if (options.operands.length === 0)
    return found([unknownEffect({ ...scene, place }, "shell", "on many hosts", command.source)]);
  return found(
    judgeJoined(options.operands, command, scene, { place, cwd: undefined, privileged: false }).effects,
  );
}

function copyKey(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: ["-i", "-p", "-o", "-F", "-t"] });
  if (options.has("-n")) return NOTHING;
  const [target] = options.operands;
  const host = target ? hostOf(target) : undefined;
  return found([
    effect({
      verb: "escalate",
      kind: "access",
      name: host ?? command.source,
      environment: hostEnvironment(host, scene),
      reversibility: "R1",
      marks: ["control"],
      by: command.source,
    }),
  ]);
}

function telnet(command: Command, scene: Scene): Finding {
  const [host] = parseOptions(command.args, { values: ["-l", "-a", "-b", "-e", "-n", "-X"] }).operands;
  const environment = hostEnvironment(host?.text, scene);
  if (command.stdin.kind === "none" || (host?.text !== undefined && isLoopback(host.text))) return NOTHING;
  return found([
    effect({
      verb: "send",
      kind: "network.connection",
      name: host?.source ?? "telnet",
      environment,
      reversibility: "R3",
      marks: ["upload"],
      by: command.source,
    }),
  ]);
}
