import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Duplex } from "node:stream";
import { UserError } from "../../error.ts";
import { answerWithGetfattr, hasGetfattr } from "./getfattr.ts";
import { nativePath } from "./names.ts";

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
   * for it. `leftovers`: files from which the overlay's own notes are taken away. `fresh`: the same for folders that
   * are new, with all that is in them.
   */
  compare(
    pairs: readonly FolderPair[],
    leftovers: readonly string[],
    fresh?: readonly string[],
  ): Promise<readonly (ExtendedPair | undefined)[] | undefined>;
  /** Ends the reader; harmless when it has answered. */
  close(): void;
}

export interface ExtendedPair {
  readonly before: Extended;
  readonly after: Extended;
}

/** Numbers of the system calls llistxattr, lgetxattr, lsetxattr, lremovexattr (kernel, syscall tables). */
export const ATTRIBUTE_CALLS: Readonly<Record<string, string>> = {
  x64: "195,192,189,198",
  arm64: "12,9,6,15",
};

/** The one of the system: a `perl` found by `PATH` may be the agent's. */
export const PERL = "/usr/bin/perl";

/**
 * Perl that has the numbers of those calls in `$list`, `$get`, `$set` and `$remove`. Words on stdin, each ended by a NUL: `g PATH` prints the attributes, `s PATH` removes the overlay's but the one that
 * hides lower folders, `t PATH` all of them in a whole tree, `o PATH` asks for its origin, `w PATH NAME HEX` sets,
 * `d PATH NAME` removes, `c FROM TO` copies. In a tree, files are looked at only where the overlay noted that some came
 * from below. Attributes of a folder that its mode closes to its owner are read and set with the mode open for a moment.
 */
export const ATTRIBUTE_READER = `
$/ = "\\0";
sub word { my $w = <STDIN>; return undef unless defined $w; chop $w; $w }
sub strip { my ($path) = @_; my $impure = 0;
  for my $name (names($path)) { next unless $name =~ /^user\\.overlay\\./; $impure = 1 if $name eq "user.overlay.impure"; syscall($remove, $path, $name) }
  $impure }
sub owned { my ($path, $do) = @_;
  my $n = $do->(); return $n if $n >= 0 || $! != 13;
  my @stat = lstat($path); return $n unless @stat && $stat[4] == $> && !-l _;
  chmod(($stat[2] & 07777) | 0600, $path) or return $n;
  $n = $do->(); chmod($stat[2] & 07777, $path); $n }
sub value { my ($path, $name) = @_; my $b = "\\0" x 65536;
  my $n = owned($path, sub { syscall($get, $path, $name, $b, 65536) }); $n < 0 ? undef : substr($b, 0, $n) }
sub copy_attributes { my ($path, $to) = @_;
  for my $name (names($path)) {
    next if $name =~ /^(user|trusted)\\.overlay\\./;
    my $value = value($path, $name);
    owned($to, sub { syscall($set, $to, $name, $value, length($value), 0) }) if defined $value;
  } }
sub tree { my ($path) = @_;
  my @stat = lstat($path); return unless @stat && -d _;
  my $links = $stat[3]; my $impure = strip($path);
  return if $links == 2 && !$impure;
  opendir(my $folder, $path) or return; my @inside = grep { $_ ne "." && $_ ne ".." } readdir($folder); closedir($folder);
  for my $name (@inside) { my $one = "$path/$name"; lstat($one); if (-d _) { tree($one) } elsif ($impure) { strip($one) } } }
sub names { my $p = shift; my $b = "\\0" x 65536; my $n = syscall($list, $p, $b, 65536); $n > 0 ? split(/\\0/, substr($b, 0, $n)) : () }
while (defined(my $do = word())) {
  my $path = word();
  if ($do eq "g") {
    for my $name (sort(names($path))) {
      next if $name =~ /^(user|trusted)\\.overlay\\./;
      my $value = value($path, $name);
      print unpack("H*", $name), "=", unpack("H*", $value), " " if defined $value;
    }
    print "\\n";
  } elsif ($do eq "s") {
    for my $name (names($path)) { syscall($remove, $path, $name) if $name =~ /^user\\.overlay\\./ && $name ne "user.overlay.opaque" }
  } elsif ($do eq "c") {
    copy_attributes($path, word());
  } elsif ($do eq "t") {
    tree($path);
  } elsif ($do eq "o") {
    exit(grep({ $_ eq "user.overlay.origin" } names($path)) ? 10 : 11);
  } elsif ($do eq "w") {
    my $name = pack("H*", word()); my $value = pack("H*", word());
    owned($path, sub { syscall($set, $path, $name, $value, length($value), 0) }) == 0 or exit 1;
  } elsif ($do eq "d") {
    my $name = pack("H*", word()); owned($path, sub { syscall($remove, $path, $name) });
  }
}
`;

const PROGRAM = `my ($list, $get, $set, $remove) = split /,/, shift;${ATTRIBUTE_READER}`;

/** True when extended attributes of folders are seen on this machine. */
export function canReadExtended(): boolean {
  return hasPerl() || hasGetfattr();
}

/** True when the Perl of the system is there, and its system calls are known. */
export function hasPerl(): boolean {
  try {
    accessSync(PERL, constants.X_OK);
    return ATTRIBUTE_CALLS[process.arch] !== undefined;
  } catch {
    return false;
  }
}

/**
 * What the program of the words above prints, with its exit status; undefined when nothing on this machine can
 * answer.
 */
function askExtended(words: readonly string[]): { text: string; status: number } | undefined {
  if (!hasPerl()) return hasGetfattr() ? answerWithGetfattr(words) : undefined;
  const input = bytesOf(words);
  const ran = spawnSync(PERL, ["-e", PROGRAM, ATTRIBUTE_CALLS[process.arch] ?? ""], {
    input,
    env: { LC_ALL: "C" },
    encoding: "latin1",
    maxBuffer: 1 << 28,
  });
  return { text: ran.stdout ?? "", status: ran.status ?? 1 };
}

function bytesOf(words: readonly string[]): Buffer {
  return Buffer.concat(words.flatMap((word) => [Buffer.from(nativePath(word)), Buffer.of(0)]));
}

/** A reader behind a stream of `ATTRIBUTE_READER`, which answers when its questions end. */
export function streamReader(stream: Duplex): ExtendedReader {
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
  let text = "";
  stream.setEncoding("latin1");
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  return {
    close: () => stream.end(),
    compare: async (pairs, leftovers, fresh = []) => {
      stream.end(bytesOf(wordsFor(pairs, leftovers, fresh)));
      await ended;
      return pairsIn(text, pairs);
    },
  };
}

/**
 * Asks when the command has ended, because there is no program that could be started ahead. `roots`: pairs whose upper
 * folder first gets the attributes of the lower one, as default access lists.
 */
export function slowReader(roots: readonly FolderPair[]): ExtendedReader {
  const first = roots.flatMap(({ lower, upper }) => ["c", lower, upper]);
  if (first.length > 0) askExtended(first);
  return {
    close: () => {},
    compare: async (pairs, leftovers, fresh = []) => {
      const answer = askExtended(wordsFor(pairs, leftovers, fresh));
      return answer && pairsIn(answer.text, pairs);
    },
  };
}

function wordsFor(
  pairs: readonly FolderPair[],
  leftovers: readonly string[],
  fresh: readonly string[],
): readonly string[] {
  const asked = pairs.flatMap(({ upper, lower }) => ["g", lower, "g", upper]);
  return [...asked, ...leftovers.flatMap((path) => ["s", path]), ...fresh.flatMap((path) => ["t", path])];
}

function pairsIn(text: string, pairs: readonly FolderPair[]): readonly (ExtendedPair | undefined)[] {
  const lines = text.split("\n");
  if (lines.length <= pairs.length * 2)
    throw new UserError(
      "ATTRIBUTES_UNKNOWN",
      "the extended attributes of folders could not be read",
      "run the command again; nothing was changed",
    );
  return pairs.map((_, index) => differing(lines[index * 2] ?? "", lines[index * 2 + 1] ?? ""));
}

/** True when the overlay noted that it copied this file up; undefined when this machine cannot tell. */
export function hasOrigin(path: string): boolean | undefined {
  const status = askExtended(["o", path])?.status;
  return status === 10 ? true : status === 11 ? false : undefined;
}

function differing(before: string, after: string): ExtendedPair | undefined {
  return before === after ? undefined : { before: parse(before), after: parse(after) };
}

function parse(line: string): Extended {
  const words = line.split(" ").filter(Boolean);
  return Object.fromEntries(words.map((word) => word.split("=") as [string, string]));
}

/** The attributes of a path; undefined when this machine cannot read them. */
export function readExtended(path: string): Extended | undefined {
  const answer = askExtended(["g", path]);
  return answer && parse(answer.text.split("\n")[0] ?? "");
}

/** Makes the attributes of a path those of `wanted`; names and values in hexadecimal. Throws when it cannot. */
export function setExtended(path: string, present: Extended, wanted: Extended): void {
  const set = Object.entries(wanted).flatMap(([name, value]) => ["w", path, name, value]);
  const removed = Object.keys(present)
    .filter((name) => !(name in wanted))
    .flatMap((name) => ["d", path, name]);
  if (askExtended([...set, ...removed])?.status !== 0)
    throw new Error(`cannot set the extended attributes of \`${path}\``);
}

/** Gives a folder the attributes of another; false when this machine cannot. */
export function copyExtended(from: string, to: string): boolean {
  return askExtended(["c", from, to])?.status === 0;
}

/** How an overlay notes that a folder hides what is below it (kernel, overlayfs.rst, "userxattr"). */
const OPAQUE = Buffer.from("user.overlay.opaque").toString("hex");
const YES = Buffer.from("y").toString("hex");

/** Makes a folder of a layer hide what is below it, or stop that; false when this machine cannot. */
export function setOpaque(folder: string, to: "opaque" | "merged"): boolean {
  const words = to === "opaque" ? ["w", folder, OPAQUE, YES] : ["d", folder, OPAQUE];
  return askExtended(words)?.status === 0;
}

/** Takes the overlay's own notes away from folders and all that is in them, where this machine can. */
export function stripNotes(folders: readonly string[]): void {
  if (folders.length > 0) askExtended(folders.flatMap((path) => ["t", path]));
}
