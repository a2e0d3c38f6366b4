import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Extended attributes by name, values in hexadecimal; those of the overlay itself are left out. */
export type Extended = Readonly<Record<string, string>>;

/** A folder of both trees. */
export interface FolderPair {
  readonly upper: string;
  readonly lower: string;
}

/** Reads extended attributes while a command runs, which Node itself cannot. */
export interface ExtendedReader {
  /**
   * Per pair the attributes of both, or nothing when they are equal; undefined when this machine has no program
   * for it. `leftovers`: files from which the overlay's own notes are taken away.
   */
  compare(
    pairs: readonly FolderPair[],
    leftovers: readonly string[],
  ): Promise<readonly (ExtendedPair | undefined)[] | undefined>;
  /** Ends the reader; harmless when it has answered. */
  close(): void;
}

export interface ExtendedPair {
  readonly before: Extended;
  readonly after: Extended;
}

/** Numbers of the system calls llistxattr, lgetxattr, lsetxattr, lremovexattr (kernel, syscall tables). */
const CALLS: Readonly<Record<string, string>> = { x64: "195,192,189,198", arm64: "12,9,6,15" };

const PERL = "/usr/bin/perl";

/** Words on stdin, each ended by a NUL: `g PATH` prints the attributes, `s PATH` removes the overlay's, `o PATH` asks for its origin, `w PATH NAME HEX` sets, `d PATH NAME` removes. */
const PROGRAM = `
my ($list, $get, $set, $remove) = split /,/, shift;
$/ = "\\0"; $| = 1;
sub word { my $w = <STDIN>; return undef unless defined $w; chop $w; $w }
sub names { my $p = shift; my $b = "\\0" x 65536; my $n = syscall($list, $p, $b, 65536); $n > 0 ? split(/\\0/, substr($b, 0, $n)) : () }
while (defined(my $do = word())) {
  my $path = word();
  if ($do eq "g") {
    for my $name (sort(names($path))) {
      next if $name =~ /^(user|trusted)\\.overlay\\./;
      my $b = "\\0" x 65536;
      my $n = syscall($get, $path, $name, $b, 65536);
      print unpack("H*", $name), "=", unpack("H*", substr($b, 0, $n)), " " if $n >= 0;
    }
    print "\\n";
  } elsif ($do eq "s") {
    for my $name (names($path)) { syscall($remove, $path, $name) if $name =~ /^user\\.overlay\\./ && $name ne "user.overlay.opaque" }
  } elsif ($do eq "o") {
    exit(grep({ $_ eq "user.overlay.origin" } names($path)) ? 10 : 11);
  } elsif ($do eq "w") {
    my $name = pack("H*", word()); my $value = pack("H*", word());
    syscall($set, $path, $name, $value, length($value), 0) == 0 or exit 1;
  } elsif ($do eq "d") {
    my $name = pack("H*", word()); syscall($remove, $path, $name);
  }
}
`;

/** True when extended attributes of folders are seen on this machine. */
export function canReadExtended(): boolean {
  return CALLS[process.arch] !== undefined && existsSync(PERL);
}

/** Starts the reader now, so that it is ready when the command ends. */
export function startExtendedReader(): ExtendedReader {
  if (!canReadExtended()) return { compare: async () => undefined, close: () => {} };
  const child = spawn(PERL, ["-e", PROGRAM, CALLS[process.arch] ?? ""], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { LC_ALL: "C" },
  });
  child.stdin.on("error", () => {});
  let text = "";
  child.stdout.setEncoding("latin1");
  child.stdout.on("data", (chunk: string) => {
    text += chunk;
  });
  const closed = new Promise<boolean>((resolve) => {
    child.once("close", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  return {
    close: () => child.stdin.end(),
    compare: async (pairs, leftovers) => {
      const asked = pairs.flatMap(({ upper, lower }) => ["g", lower, "g", upper]);
      const stripped = leftovers.flatMap((path) => ["s", path]);
      child.stdin.end([...asked, ...stripped].map((word) => `${word}\0`).join(""));
      if (!(await closed)) return undefined;
      const lines = text.split("\n");
      return pairs.map((_, index) => differing(lines[index * 2] ?? "", lines[index * 2 + 1] ?? ""));
    },
  };
}

/** True when the overlay noted that it copied this file up; undefined when this machine cannot tell. */
export function hasOrigin(path: string): boolean | undefined {
  if (!canReadExtended()) return undefined;
  const words = ["-e", PROGRAM, CALLS[process.arch] ?? ""];
  const { status } = spawnSync(PERL, words, { input: `o\0${path}\0`, env: { LC_ALL: "C" } });
  return status === 10 ? true : status === 11 ? false : undefined;
}

function differing(before: string, after: string): ExtendedPair | undefined {
  return before === after ? undefined : { before: parse(before), after: parse(after) };
}

function parse(line: string): Extended {
  const words = line.split(" ").filter(Boolean);
  return Object.fromEntries(words.map((word) => word.split("=") as [string, string]));
}

/** Makes the attributes of a path those of `wanted`; names and values in hexadecimal. Throws when it cannot. */
export function setExtended(path: string, present: Extended, wanted: Extended): void {
  const words = [
    ...Object.entries(wanted).flatMap(([name, value]) => ["w", path, name, value]),
    ...Object.keys(present)
      .filter((name) => !(name in wanted))
      .flatMap((name) => ["d", path, name]),
  ];
  const input = words.map((word) => `${word}\0`).join("");
  const ran = spawnSync(PERL, ["-e", PROGRAM, CALLS[process.arch] ?? ""], { input, env: { LC_ALL: "C" } });
  if (ran.status !== 0) throw new Error(`cannot set the extended attributes of \`${path}\``);
}
