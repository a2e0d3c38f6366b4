import type { Mark } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { found } from "../effects.ts";
import { machineEffect } from "../machine.ts";
import { OPAQUE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "settings",
  title: "Network settings of the machine",
  about:
    "ip, ifconfig, route, nmcli, networksetup, resolvectl and their kin: showing only reads, everything else may cut the machine off.",
  programs: [
    "ip",
    "ifconfig",
    "ifup",
    "ifdown",
    "iwconfig",
    "iw",
    "route",
    "nmcli",
    "nmtui",
    "tc",
    "brctl",
    "bridge",
    "ethtool",
    "resolvectl",
    "systemd-resolve",
    "networkctl",
    "netplan",
    "networksetup",
    "dhclient",
    "dhcpcd",
    "rfkill",
    "hciconfig",
    "bluetoothctl",
    "wpa_cli",
    "iwctl",
    "vconfig",
    "ovs-vsctl",
    "ipvsadm",
    "conntrack",
    "dscacheutil",
  ],
  analyze,
  examples: [
    { run: "ip addr", does: [], tier: 0 },
    { run: "ip -br link show", does: [], tier: 0 },
    {
      run: "sudo ip link set eth0 down",
      does: ["change network.setting ip link set eth0 down @local"],
      tier: 3,
    },
    { run: "ip route get 1.1.1.1", does: [], tier: 0 },
    { run: "ifconfig", does: [], tier: 0 },
    { run: "sudo ifconfig eth0 down", does: ["change network.setting ifconfig eth0 down @local"], tier: 3 },
    { run: "route -n", does: [], tier: 0 },
    { run: "sudo route del default", does: ["change network.setting route del default @local"], tier: 3 },
    { run: "nmcli device status", does: [], tier: 0 },
    { run: "nmcli con down office", does: ["change network.setting nmcli con down office @local"], tier: 3 },
    {
      run: "sudo tc qdisc add dev lo root netem delay 100ms",
      does: ["change network.setting tc qdisc add dev lo root netem delay 100ms @local"],
      tier: 3,
    },
    {
      run: "resolvectl flush-caches",
      does: ["change network.setting resolvectl flush-caches @local"],
      tier: 1,
    },
    {
      run: "dscacheutil -flushcache",
      does: ["change network.setting dscacheutil -flushcache @local"],
      tier: 1,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  const texts = command.args.map((arg) => arg.text ?? "?");
  const inner = command.program === "ip" ? handedOn(command, texts) : [];
  if (inner.length > 0) return scene.argv(inner, { privileged: true });
  if (showsOnly(command.program, texts)) return { effects: [], output: OPAQUE };
  const name = [command.program, ...command.args.map((arg) => arg.source)].join(" ");
  const harmless = texts.some((text) => /^-?-?flush-?cache(s)?$/.test(text));
  const marks: readonly Mark[] = harmless ? [] : ["system"];
  return found([
    machineEffect(scene, {
      verb: "change",
      kind: "network.setting",
      name,
      reversibility: "R1",
      marks,
      by: command.source,
    }),
  ]);
}

/** `ip netns exec NAME CMD` and `ip vrf exec NAME CMD` start a program there. */
function handedOn(command: Command, texts: readonly string[]): readonly Word[] {
  const words = ipWords(texts);
  if (!/^(net|netns|vrf)$/.test(words[0] ?? "") || !/^e(x|xe|xec)?$/.test(words[1] ?? "")) return [];
  return command.args.slice(texts.length - words.length + (texts.includes("-all") ? 2 : 3));
}

const SHOW = /^(show|list|ls|lst|sh|s|status|get|st|help|monitor|g|query|statistics|info|dump|all)$/;

/** Options of `ip`, `bridge` and `tc` with a value (ip(8), tc(8)). */
const IP_VALUES = /^-(n|netns|f|family|l|loops|rc|rcvbuf|b|batch|cf|conf)$/;

/** `ip [OPTIONS] OBJECT [VERB …]`: the words after the options. */
function ipWords(texts: readonly string[]): readonly string[] {
  const at = texts.findIndex(
    (text, index) => !text.startsWith("-") && !IP_VALUES.test(texts[index - 1] ?? ""),
  );
  return at < 0 ? [] : texts.slice(at);
}

/** Verbs that show, whole or abbreviated. `ip link s` is short for `set`: the tool tries that first. */
function ipShows(texts: readonly string[]): boolean {
  if (texts.some((text) => /^-(b|batch)$/.test(text))) return false;
  const [object = "", ...rest] = ipWords(texts);
  const nested = /^(xfrm|x|ioam|mptcp|nexthop|l2tp|macsec|netns)$/.test(object) && !SHOW.test(rest[0] ?? "");
  const verb = (nested ? (/^netns$/.test(object) ? rest[0] : rest[1]) : rest[0]) ?? "show";
  if (/^l(i|in|ink)?$/.test(object) && /^se?t?$/.test(verb)) return false;
  return SHOW.test(verb) || /^(identify|pids|list-id|count|save|showdump|lookup)$/.test(verb);
}

/** Options of `nmcli` with a value (nmcli(1)). */
const NMCLI_VALUES = /^(-[fgmcew]|--(fields|get-values|mode|colors?|escape|wait))$/;

function nmcliShows(texts: readonly string[]): boolean {
  const words = texts.filter((text, at) => !text.startsWith("-") && !NMCLI_VALUES.test(texts[at - 1] ?? ""));
  const [object = "", verb = "", ...rest] = words;
  if (verb === "" || "help".startsWith(object)) return true;
  if ("networking".startsWith(object)) return /^c/.test(verb);
  if ("radio".startsWith(object)) return rest.length === 0 && /^(all|wi?f?i?|ww?a?n?)$/.test(verb);
  if ("general".startsWith(object)) return rest.length === 0 && !/^r/.test(verb);
  if ("device".startsWith(object) && /^(w|wifi|l|lldp)$/.test(verb)) return SHOW.test(rest[0] ?? "list");
  return SHOW.test(verb) || /^m(onitor)?$/.test(verb) || verb === "export";
}

function showsOnly(program: string, texts: readonly string[]): boolean {
  const words = texts.filter((text) => !text.startsWith("-"));
  switch (program) {
    case "ip":
    case "bridge":
      return ipShows(texts);
    case "tc":
      return !texts.some((text) => /^-(b|batch)$/.test(text)) && SHOW.test(ipWords(texts)[1] ?? "show");
    case "ifconfig":
    case "iwconfig":
      return words.length <= 1;
    case "route":
      return words.length === 0 || words[0] === "get" || (words.length === 1 && SHOW.test(words[0] ?? ""));
    case "nmcli":
      return nmcliShows(texts);
    case "ethtool":
      return !texts.some((text) =>
        /^(-[sKLCGAEpt]|--(change|features|set-.*|offload|negotiate|reset|flash|identify|test)|-f)$/.test(
          text,
        ),
      );
    case "resolvectl":
    case "systemd-resolve":
      return (
        !texts.some((text) => /^--(set-|revert|reset-)/.test(text)) &&
        (words.length === 0 ||
          (/^(query|status|statistics|service|openpgp|tlsa|dns|domain|monitor|show-.*)$/.test(
            words[0] ?? "",
          ) &&
            words.length <= 2))
      );
    case "networksetup":
      return texts.some((text) => /^-(get|list|is|show|print)/i.test(text));
    case "netplan":
      return /^(get|info|ip|status|generate|help)$/.test(words[0] ?? "");
    case "networkctl":
    case "rfkill":
    case "iw":
    case "bluetoothctl":
    case "iwctl":
    case "wpa_cli":
    case "brctl":
    case "hciconfig":
      return (
        words.length === 0 ||
        (words.some(
          (word, at) =>
            at < 3 &&
            (SHOW.test(word) ||
              /^(lldp|scan|link|station|dev|event|devices|paired-devices|interface|-a)$/.test(word)),
        ) &&
          !words.some((word) =>
            /^(set|add|del|connect|disconnect|remove|block|unblock|up|down|addif|delif|addbr|delbr|power)$/.test(
              word,
            ),
          ))
      );
    case "dscacheutil":
      return texts.includes("-q") || texts.includes("-statistics") || texts.includes("-cachedump");
    case "conntrack":
    case "ipvsadm":
    case "ovs-vsctl":
      return (
        texts.some((text) => /^(-L|-l|-S|--list|--dump|show|list.*|get|-Ln|-ln)$/.test(text)) ||
        texts.length === 0
      );
    default:
      return false;
  }
}
