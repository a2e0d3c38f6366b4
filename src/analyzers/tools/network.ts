import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, NOTHING, unknownEffect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { machineEffect } from "../machine.ts";
import { parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE } from "../words.ts";

const LOOKUPS =
  "ping ping6 fping traceroute traceroute6 tracepath mtr dig host nslookup drill kdig delv whois ss netstat arp ipcalc sipcalc httpstat speedtest speedtest-cli iftop nethogs bmon vnstat ifstat nload gping doggo dog trip sslscan testssl.sh mdns-scan avahi-browse dns-sd rdap asn".split(
    " ",
  );

export const analyzer: Analyzer = {
  name: "network",
  title: "Look-ups, scanners, captures, tunnels and mail",
  about:
    "nmap, tcpdump, mail and tunnels: what is sent where and what is opened to others. Look-ups (ping, dig, ss) only read.",
  programs: [
    ...LOOKUPS,
    "nmap",
    "masscan",
    "zmap",
    "rustscan",
    "arp-scan",
    "arping",
    "tcpdump",
    "tshark",
    "dumpcap",
    "ngrep",
    "wireshark",
    "mail",
    "mailx",
    "sendmail",
    "msmtp",
    "mutt",
    "neomutt",
    "swaks",
    "bore",
    "iperf",
    "iperf3",
    "hping3",
    "openvpn",
    "wg-quick",
    "wg",
    "ntfy",
  ],
  analyze,
  examples: [
    { run: "ping -c 1 example.com", does: [], tier: 0 },
    { run: "nmap -sV localhost", does: [], tier: 0 },
    { run: "nmap -sS 10.0.0.0/24", does: ["send network.scan 10.0.0.0/24 @unknown"], tier: 3 },
    { run: "sudo tcpdump -i eth0 -w cap.pcap", does: ["create file cap.pcap"], tier: 2 },
    {
      run: "tcpdump -i lo -z 'rm -rf /' -w x",
      does: ["create file x", "delete directory / @local"],
      tier: 3,
    },
    { run: "echo hi | mail -s x ops@example.com", does: ["send mail ops@example.com @unknown"], tier: 4 },
    {
      run: "bore local 3000 --to bore.pub",
      does: ["expose network.tunnel bore local 3000 --to bore.pub @local"],
      tier: 2,
    },
    { run: "ss -tlnp", does: [], tier: 0 },
  ],
};

const READERS: ReadonlySet<string> = new Set(LOOKUPS);

function analyze(command: Command, scene: Scene): Finding {
  const { program } = command;
  if (program === "arp" && command.args.some((arg) => /^-[sdf]$|^--(set|delete|file)$/.test(arg.text ?? "")))
    return found([routing(command, scene)]);
  if (READERS.has(program)) return { effects: [], output: OPAQUE };
  if (/^(nmap|masscan|zmap|rustscan|arp-scan|arping|hping3)$/.test(program)) return scan(command, scene);
  if (/^(tcpdump|tshark|dumpcap|ngrep|wireshark)$/.test(program)) return capture(command, scene);
  if (/^(mail|mailx|sendmail|msmtp|mutt|neomutt|swaks)$/.test(program)) return mail(command, scene);
  if (program === "bore") return tunnel(command, scene);
  if (program === "iperf" || program === "iperf3") return throughput(command, scene);
  if (program === "wg" || program === "wg-quick" || program === "openvpn")
    return virtualNetwork(command, scene);
  return found([unknownEffect(scene, "network", program, command.source)]);
}

function routing(command: Command, scene: Scene): Effect {
  return machineEffect(scene, {
    verb: "change",
    kind: "network.setting",
    name: command.source,
    reversibility: "R1",
    marks: ["system"],
    by: command.source,
  });
}

const SCAN_VALUES =
  "-p -oN -oX -oG -oA -iL -e -S -D -g -T --script --script-args --top-ports --max-retries --host-timeout --exclude --rate --ports -a -c -w -I".split(
    " ",
  );

function scan(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: SCAN_VALUES, singleDash: true });
  const targets = options.operands.filter((word) => !/^-?\d+$/.test(word.text ?? ""));
  const by = command.source;
  const files = options
    .values("-oN", "-oX", "-oG", "-oA")
    .flatMap((file) => fileEffects("change", file, scene, { by }));
  const scripts = options
    .values("--script")
    .filter((word) => /[/.]|exploit|intrusive|brute|dos|malware|vuln|all/.test(word.text ?? "all"))
    .map((word) => unknownEffect(scene, "network", word.source, by));
  const others = targets.filter((word) => !isLoopback(word.text ?? ""));
  const scans = others.map((word) =>
    effect({
      verb: "send",
      kind: "network.scan",
      name: word.source,
      environment: hostEnvironment(word.text, scene),
      reversibility: "R3",
      by,
    }),
  );
  return found([...files, ...scripts, ...scans], OPAQUE);
}

function capture(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: "-i -w -r -c -C -G -W -z -Z -s -F -B -Y -f -T -e -E -b -a -O -X -j -m -y -M -V -d -n-".split(" "),
  });
  const by = command.source;
  const files = options
    .values("-w")
    .flatMap((file) => (file.text === "-" ? [] : fileEffects("change", file, scene, { by })));
  const starts =
    command.program === "tcpdump"
      ? options
          .values("-z")
          .flatMap((word) =>
            word.text === undefined
              ? [unknownEffect(scene, "program", word.source, by)]
              : scene.shell(word.text).effects,
          )
      : [];
  const scripts = options
    .values("-X")
    .filter((word) => /lua_script/.test(word.text ?? ""))
    .map((word) => unknownEffect(scene, "program", word.source, by));
  return found([...files, ...starts, ...scripts], OPAQUE);
}

function mail(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values:
      "-s -a -A -c -b -r -S -q -i- -f -F -t- -C --to --from --server --subject --body --attach --data --header -e -H -u -T -R".split(
        " ",
      ),
  });
  const by = command.source;
  if (
    options.has("-bp", "-H", "--version") ||
    (/^(mutt|neomutt|mail|mailx)$/.test(command.program) && options.operands.length === 0)
  )
    return NOTHING;
  const to = [...options.operands, ...options.values("--to")].map((word) => word.source).join(" ");
  return found([
    ...readEffects(options.values("-a", "-A", "--attach"), scene, { by }),
    effect({
      verb: "send",
      kind: "mail",
      name: to || "whoever the message names",
      environment: "unknown",
      marks: ["upload"],
      by,
    }),
  ]);
}

/** A service that gives a port of this machine a public address. */
function tunnel(command: Command, scene: Scene): Finding {
  const name = [command.program, ...command.args.map((arg) => arg.source)].join(" ");
  return found([
    machineEffect(scene, {
      verb: "expose",
      kind: "network.tunnel",
      name,
      reversibility: "R1",
      marks: ["outside"],
      by: command.source,
    }),
  ]);
}

function throughput(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: "-c -p -t -P -b -i -n -f -w -l -B --client --port --logfile".split(" "),
  });
  const host = options.value("-c", "--client")?.text;
  if (host === undefined)
    return found(
      options.has("-s", "--server")
        ? [
            machineEffect(scene, {
              verb: "expose",
              kind: "network.port",
              name: command.source,
              reversibility: "R1",
              by: command.source,
            }),
          ]
        : [],
    );
  return isLoopback(host)
    ? NOTHING
    : found([
        effect({
          verb: "send",
          kind: "network.scan",
          name: host,
          environment: hostEnvironment(host, scene),
          reversibility: "R1",
          by: command.source,
        }),
      ]);
}

function virtualNetwork(command: Command, scene: Scene): Finding {
  const verb: Word | undefined = command.args[0];
  if (!verb || /^(show|showconf|pubkey|genpsk|genkey|--version|strip)$/.test(verb.text ?? "")) return NOTHING;
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "network.setting",
      name: command.source,
      reversibility: "R1",
      marks: ["system"],
      by: command.source,
    }),
  ]);
}
