import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { NOTHING } from "../effects.ts";
import { type Options, parseOptions } from "../options.ts";
import { act, type Deed, runsForeignCode, wordsOf } from "../project/deeds.ts";

export const analyzer: Analyzer = {
  name: "system-packages",
  title: "System package managers",
  about:
    "apt, dnf, pacman, apk, Homebrew, Nix, snap, winget and others. Asking them is a read; installing changes this machine; removing takes installed software away.",
  programs: wordsOf(`
    apt apt-get apt-cache apt-mark apt-key aptitude add-apt-repository dpkg dpkg-query dpkg-deb dnf
    yum microdnf rpm zypper pacman yay paru makepkg apk brew port snap flatpak choco winget scoop
    nix nix-env nix-shell nix-build nix-store nix-channel nix-collect-garbage nixos-rebuild
    home-manager darwin-rebuild guix emerge eopkg xbps-install xbps-remove xbps-query pkg pkgin opkg
    tdnf softwareupdate mas cpan cpanm luarocks tlmgr fwupdmgr installer gdebi alien fink tasksel
    debconf-set-selections unattended-upgrade rpm-ostree dnf5
  `),
  analyze,
  examples: [
    { run: "apt-get install -y jq", does: ["change software apt-get install jq @local"], tier: 2 },
    { run: "sudo apt-get install -y jq", does: ["change software apt-get install jq @local"], tier: 2 },
    { run: "apt-get purge postgresql", does: ["delete software apt-get purge postgresql @local"], tier: 3 },
    { run: "apt list --installed", does: [], tier: 0 },
    { run: "dpkg -l", does: [], tier: 0 },
    { run: "brew install jq", does: ["change software brew install jq @local"], tier: 2 },
    { run: "brew services list", does: [], tier: 0 },
    { run: "pacman -Rns vim", does: ["delete software pacman -R @local"], tier: 3 },
    { run: "rpm -qa", does: [], tier: 0 },
    { run: "nix develop -c true", does: [], tier: 0 },
    { run: "apt-get -s remove bash", does: [], tier: 0 },
  ],
};

const READS = new Set(
  wordsOf(`list search show info policy depends rdepends showpkg showsrc madison pkgnames stats dump download changelog moo check-update provides whatprovides repolist history
    repoquery group-list repoinfo deplist leaves deps uses desc home log config doctor outdated cat formulae casks commands --prefix --cellar --version --config --repository --env --cache
    shellenv missing tap-info which find audit status remote-info remotes installed contents variants list-updates showhold showauto showmanual files owns why manifest verify
    version help source eval repl flake-show flake-check path-info hash log why-depends show-config profile-list refresh-list connections interfaces services-list known warnings versions
    bucket-list export checkup prefix cleanup-n list-upgrades get-updates deptest is-installed query se wp pch lr patches products patterns whatis whohas features options pin-list tap-list`),
);
const REMOVES = new Set(
  wordsOf(
    "remove purge autoremove autopurge uninstall rm zap erase rem delete del deinstall un removeptf unmerge --unmerge --depclean depclean clean-all autoclean-all implode nuke-refs",
  ),
);
const TIDY = new Set(
  wordsOf("clean autoclean makecache update cleanup gc collect-garbage fetch refresh optimise cache"),
);

function analyze(command: Command, scene: Scene): Finding {
  const { program, args } = command;
  if (QUERIES.has(program)) return NOTHING;
  if (program === "pacman" || program === "yay" || program === "paru") return pacman(command, scene);
  if (program === "rpm" || program === "dpkg") return lowLevel(command, scene);
  if (program.startsWith("nix") || program === "guix" || program === "home-manager")
    return nix(command, scene);
  const options = parseOptions(args, {
    values: wordsOf(`
    -o -t -c -q- --option --target-release --repo --enablerepo --disablerepo --installroot --version
    --id -p --root -X --repository
  `),
  });
  return managed(command, options, scene);
}

const QUERIES = new Set(["apt-cache", "dpkg-query", "dpkg-deb", "xbps-query"]);

function managed(command: Command, options: Options, scene: Scene): Finding {
  const [verb, ...rest] = options.operands;
  const text = verb?.text ?? "";
  const by = command.source;
  if (
    options.has(
      "-s",
      "--simulate",
      "--just-print",
      "--dry-run",
      "--recon",
      "--no-act",
      "--assumeno",
      "--downloadonly-none",
      "-n",
    ) &&
    !["brew", "snap"].includes(command.program)
  )
    return NOTHING;
  if (verb === undefined)
    return options.names.length === 0 ||
      options.has("--version", "--help", "--prefix", "-h", "--cellar", "--list", "-l")
      ? NOTHING
      : act("system", scene, subject(command, ""));
  if (verb.text === undefined) return act("unknown", scene, { kind: "software", name: by, by });
  const named = rest.map((word) => word.source).join(" ");
  if (text === "services" || text === "bundle" || text === "tap")
    return brewExtra(command, text, rest, scene);
  if (READS.has(text) || options.has("--installed", "--upgradable", "--list")) return NOTHING;
  if (REMOVES.has(text)) return act("remove", scene, subject(command, `${text} ${named}`));
  if (rest.some((word) => isForeign(word)))
    return runsForeignCode(scene, rest.find((word) => isForeign(word))?.source ?? by, by);
  const deed: Deed = TIDY.has(text) ? "outside" : "system";
  return act(deed, scene, subject(command, `${text} ${named}`));
}

function subject(command: Command, detail: string): { kind: string; name: string; by: string } {
  return { kind: "software", name: `${command.program} ${detail}`.trim(), by: command.source };
}

/** A package from a web address instead of the distribution's repositories. */
function isForeign(word: Word): boolean {
  return /^(https?|ftp|git\+?\w*):\/\//i.test(word.text ?? word.prefix);
}

function brewExtra(command: Command, verb: string, rest: readonly Word[], scene: Scene): Finding {
  const action = rest[0]?.text;
  const reads = action === undefined ? verb !== "bundle" : ["list", "info", "check", "dump"].includes(action);
  return act(reads ? "read" : "system", scene, subject(command, `${verb} ${action ?? ""}`.trim()));
}

/** pacman: the capital letter names the operation (pacman(8)). */
function pacman(command: Command, scene: Scene): Finding {
  const flags = command.args.map((word) => word.text ?? "").filter((text) => text.startsWith("-"));
  const has = (letter: string, long: string) =>
    flags.some((flag) => flag === long || (/^-[A-Za-z]+$/.test(flag) && flag.includes(letter)));
  if (has("Q", "--query") || has("F", "--files") || has("T", "--deptest") || has("p", "--print"))
    return NOTHING;
  if (has("R", "--remove")) return act("remove", scene, subject(command, "-R"));
  const operands = command.args.filter((word) => !word.text?.startsWith("-"));
  if (has("S", "--sync") && flags.some((flag) => /^-S[sil]+$|^--(search|info|list)$/.test(flag)))
    return NOTHING;
  return act("system", scene, subject(command, operands.map((word) => word.source).join(" ") || "-S"));
}

/** rpm and dpkg: queries read, `-i`/`-U` install a file, `-e`/`-r`/`-P` remove. */
function lowLevel(command: Command, scene: Scene): Finding {
  const flags = command.args.map((word) => word.text ?? "").filter((text) => text.startsWith("-"));
  const any = (pattern: RegExp) => flags.some((flag) => pattern.test(flag));
  const isRpm = command.program === "rpm";
  if (isRpm ? any(/^(-[a-z]*e[a-z]*|--erase)$/) && !any(/^-q/) : any(/^(-r|-P|--remove|--purge)$/))
    return act("remove", scene, subject(command, "remove"));
  const reads = isRpm
    ? any(/^(-q[a-z]*|-V[a-z]*|--query|--verify|-K|--checksig|--eval|--showrc|--version)$/)
    : any(
        /^(-l|-L|-s|-S|-p|-I|-c|-C|-V|--list|--listfiles|--status|--search|--print-avail|--info|--contents|--audit|--verify|--print-architecture|--compare-versions|--get-selections|--version|--print-foreign-architectures)$/,
      );
  return act(reads ? "read" : "system", scene, subject(command, "install"));
}

const NIX_READS = new Set(
  wordsOf(
    "search show-config eval repl flake log path-info why-depends hash derivation doctor registry print-dev-env show-derivation config",
  ),
);

/** Nix builds in its own store; profiles, channels and the system configuration are the machine's. */
function nix(command: Command, scene: Scene): Finding {
  const { program, args, source: by } = command;
  const texts = args.map((word) => word.text ?? "");
  const at = texts.findIndex((text) => ["-c", "--command", "--run"].includes(text));
  if (["nix", "nix-shell", "guix"].includes(program) && at >= 0) return nested(command, at, scene);
  const verb = texts.find((text) => !text.startsWith("-")) ?? "";
  if (program === "nix-env")
    return act(
      texts.some((text) => /^-q|^--query/.test(text))
        ? "read"
        : texts.some((text) => /^(-e|--uninstall)$/.test(text))
          ? "remove"
          : "system",
      scene,
      subject(command, ""),
    );
  if (
    program === "nix-shell" ||
    (program === "nix" && ["develop", "shell", "build", "fmt"].includes(verb)) ||
    program === "nix-build"
  )
    return act("code", scene, { kind: "software", name: `${program} ${verb}`.trim(), by });
  if (program === "nix" && verb === "run")
    return isLocalFlake(texts[texts.indexOf("run") + 1])
      ? act("code", scene, { kind: "software", name: "nix run", by })
      : runsForeignCode(scene, texts.slice(1, 2).join(" "), by);
  if (program === "nix" && verb === "flake")
    return act(
      texts.some((text) => ["update", "lock", "init", "new"].includes(text)) ? "change" : "read",
      scene,
      subject(command, "flake"),
    );
  if ((program === "nix" || program === "guix") && NIX_READS.has(verb)) return NOTHING;
  if (
    program === "nix-store" &&
    texts.some((text) => /^(-q|--query|--verify|--gc-print|--print-env)/.test(text))
  )
    return NOTHING;
  if (
    program === "nix-collect-garbage" ||
    verb === "gc" ||
    texts.includes("--delete-generations") ||
    texts.includes("--delete")
  )
    return act("remove", scene, subject(command, verb));
  return act("system", scene, subject(command, verb));
}

function isLocalFlake(reference: string | undefined): boolean {
  return reference === undefined || /^(\.|path:\.|\.?#|nixpkgs#)/.test(reference);
}

function nested(command: Command, at: number, scene: Scene): Finding {
  const text = command.args[at + 1];
  if (text === undefined) return NOTHING;
  if (command.args[at]?.text === "--run" || command.program === "nix-shell")
    return text.text === undefined
      ? runsForeignCode(scene, text.source, command.source)
      : scene.shell(text.text);
  return scene.argv(command.args.slice(at + 1));
}
