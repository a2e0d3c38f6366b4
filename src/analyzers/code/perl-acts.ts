import type { Effect } from "../../core/effect.ts";
import type { Scene, Word } from "../analyzer.ts";
import { fileEffects, unknownEffect } from "../effects.ts";
import { unknownWord } from "../options.ts";
import type { PerlToken } from "./perl-tokens.ts";
import { words } from "./table.ts";

/** The state of reading one Perl program. */
export interface PerlReading {
  readonly tokens: readonly PerlToken[];
  readonly scene: Scene;
  readonly effects: Effect[];
  /** What is known of variables, by name with its sigil. */
  readonly variables: Map<string, readonly Word[]>;
  readonly subs: Set<string>;
  /** A module is used that nothing is known about: its functions may have any name. */
  foreign: boolean;
  printed: string[] | undefined;
  /** Places of the lists that loops run over. */
  readonly loops: readonly (readonly [number, number])[];
  /** What `File::Find` gives: anything below the folders it is called for. */
  readonly walked: Word | undefined;
  fold(from: number, to: number): readonly Word[];
}

export interface PerlCall {
  readonly name: string;
  readonly words: readonly Word[];
  readonly tokens: readonly PerlToken[];
  readonly source: string;
}

export type PerlAct = (
  call: PerlCall,
  reading: PerlReading,
  run: (words: readonly Word[], by: string, reading: PerlReading) => void,
) => void;

function unknownAct(call: PerlCall, reading: PerlReading): void {
  reading.effects.push(unknownEffect(reading.scene, "code", `perl ${call.name}`, call.source));
}

/** What a function acts on when it is given nothing: `$_`, that is whatever a single loop runs over. */
function targets(call: PerlCall, reading: PerlReading): readonly Word[] {
  if (call.words.length > 0) return call.words;
  const [loop] = reading.loops;
  if (reading.loops.length === 0 && reading.walked) return [reading.walked];
  return reading.loops.length === 1 && loop ? reading.fold(loop[0], loop[1]) : [unknownWord("$_")];
}

function deletes(recursive: boolean): PerlAct {
  return (call, reading) => {
    const by = `perl ${call.name}`;
    for (const word of targets(call, reading))
      if (!/^(HASH|\d)/.test(word.source))
        reading.effects.push(...fileEffects("delete", word, reading.scene, { by, recursive }));
  };
}

/** Changes what stands at a position, or, counted from the end, behind it. */
function writes(position: number): PerlAct {
  return (call, reading) => {
    const word = call.words.at(position) ?? unknownWord(call.name);
    reading.effects.push(...fileEffects("change", word, reading.scene, { by: `perl ${call.name}` }));
  };
}

const writesRest: PerlAct = (call, reading) => {
  for (const word of call.words.slice(1))
    reading.effects.push(...fileEffects("change", word, reading.scene, { by: `perl ${call.name}` }));
};

const moves: PerlAct = (call, reading) => {
  reading.effects.push(
    ...fileEffects("delete", call.words[0] ?? unknownWord("from"), reading.scene, {
      by: `perl ${call.name}`,
    }),
  );
  writes(1)(call, reading, () => undefined);
};

const makes: PerlAct = (call, reading) => {
  reading.effects.push(
    ...fileEffects("create", call.words[0] ?? unknownWord("folder"), reading.scene, {
      by: `perl ${call.name}`,
      kind: "directory",
    }),
  );
};

/** `open(F, MODE, PATH)`, and the old form in which the path carries the mode. */
const opens: PerlAct = (call, reading, run) => {
  const handle = call.words[0];
  const [mode, ...rest] = call.words.slice(1);
  if (!mode || !handle) return;
  if (rest.length > 0) {
    const how = mode.text?.trim();
    if (how === "-|" || how === "|-") run(rest, "open", reading);
    else openFile(how, rest[0] as Word, reading);
    return;
  }
  const text = mode.text ?? mode.prefix;
  const piped = /^\s*\|\s*(.*)$|^(.*?)\s*\|\s*$/s.exec(text);
  if (piped) {
    const command = piped[1] ?? piped[2] ?? "";
    if (piped[1] !== undefined && mode.text !== undefined) {
      const stdin = { kind: "opaque", remote: false, tame: false } as const;
      reading.effects.push(...reading.scene.shell(command, { stdin }).effects);
      return;
    }
    run(
      [mode.text === undefined ? { ...mode, prefix: command } : { ...mode, text: command, prefix: command }],
      "open",
      reading,
    );
    return;
  }
  const sign = /^\s*(\+?[<>]{1,2})?\s*/.exec(text);
  const cut = sign?.[0].length ?? 0;
  openFile(
    sign?.[1] ?? "<",
    { ...mode, text: mode.text?.slice(cut), prefix: mode.prefix.slice(cut) },
    reading,
  );
};

function openFile(mode: string | undefined, path: Word, reading: PerlReading): void {
  const writing = mode === undefined || /[>+]/.test(mode);
  if (path.source === "\\" || /^\\/.test(path.source)) return;
  reading.effects.push(...fileEffects(writing ? "change" : "read", path, reading.scene, { by: "perl open" }));
}

/** `eval { … }` only catches errors, its block is read like everything else; `eval TEXT` runs the text. */
const evaluates: PerlAct = (call, reading) => {
  if (call.tokens.length === 0 || call.tokens[0]?.text === "{") return;
  const text = call.words[0]?.text;
  if (text === undefined) unknownAct(call, reading);
  else reading.effects.push(...reading.scene.code("perl", text).effects);
};

/** `do { … }` is a block, `do FILE` runs a file. */
const does: PerlAct = (call, reading) => {
  if (call.tokens[0]?.text === "{" || call.tokens.length === 0) return;
  const [word] = call.words;
  if (word) reading.effects.push(...reading.scene.script(word, "perl", []).effects);
};

const prints: PerlAct = (call, reading) => {
  const [first] = call.tokens;
  const toHandle = first?.kind === "word" || first?.text === "{" || call.tokens[1]?.kind === "string";
  if (toHandle && first?.text !== "STDOUT") return;
  if (call.words.length === 0 || call.words.some((word) => word.text === undefined))
    reading.printed = undefined;
  else
    reading.printed?.push(call.words.map((word) => word.text).join("") + (call.name === "say" ? "\n" : ""));
};

const fetches: PerlAct = (call, reading) => {
  const target = call.name === "getstore" || call.name === "mirror" ? call.words[1] : undefined;
  if (target)
    reading.effects.push(...fileEffects("change", target, reading.scene, { by: `perl ${call.name}` }));
};

/** What Perl's functions, and those of its usual modules, do. */
export const PERL_ACTS: ReadonlyMap<string, PerlAct> = new Map<string, PerlAct>([
  ["system", (call, reading, run) => run(call.words, "system", reading)],
  ["exec", (call, reading, run) => run(call.words, "exec", reading)],
  ["readpipe", (call, reading, run) => run(call.words, "readpipe", reading)],
  ["open", opens],
  ["sysopen", writes(1)],
  ["eval", evaluates],
  ["do", does],
  ["print", prints],
  ["say", prints],
  ...both(words("unlink"), deletes(false)),
  ...both(words("rmdir"), deletes(false)),
  ...both(
    words("rmtree remove_tree File::Path::rmtree File::Path::remove_tree File::Remove::remove pathrmdir"),
    deletes(true),
  ),
  ...both(words("rename move mv File::Copy::move"), moves),
  ...both(words("copy cp File::Copy::copy fcopy dircopy rcopy link symlink"), writes(1)),
  ...both(words("mkdir mkpath make_path File::Path::make_path File::Path::mkpath"), makes),
  ...both(words("chmod"), writesRest),
  ...both(words("chown utime"), (call, reading) => {
    for (const word of call.words.slice(2))
      reading.effects.push(...fileEffects("change", word, reading.scene, { by: `perl ${call.name}` }));
  }),
  ...both(
    words("truncate write_file append_file overwrite_file write_text File::Slurp::write_file"),
    writes(0),
  ),
  ...both(words("get getprint getstore mirror head"), fetches),
  ...both(
    words(
      "kill fork syscall ioctl fcntl dump chroot socket connect bind listen accept dbmopen setpgrp setpriority reset",
    ),
    unknownAct,
  ),
]);

function both(names: readonly string[], act: PerlAct): readonly [string, PerlAct][] {
  return names.map((name) => [name, act]);
}

/** Modules that compute, parse, format or only give functions that are judged by their own names. */
export const HARMLESS_MODULES =
  /^(strict|warnings|utf8|feature|constant|vars|lib|parent|base|fields|integer|bigint|bignum|bigrat|bytes|charnames|encoding|locale|open|overload|sort|version|vmsish|diagnostics|autodie|experimental|if|less|mro|re|sigtrap|subs|threads|List::.*|Scalar::.*|Hash::.*|Sub::.*|Data::.*|POSIX|Time::.*|Date::.*|DateTime.*|JSON.*|Cpanel::JSON.*|YAML.*|XML::.*|HTML::.*|Text::.*|String::.*|Unicode::.*|Encode.*|MIME::.*|Digest::.*|Math::.*|Getopt::.*|Pod::.*|Carp.*|Benchmark|Storable|Term::.*|Tie::.*|File::(Basename|Spec.*|Find.*|Temp|stat|Copy.*|Path|Slurp.*|Compare|Glob|Which|HomeDir)|Cwd|FindBin|English|Env|Errno|Fcntl|IO::(File|Handle|Seekable|Select|Dir|Zlib|All|Compress.*|Uncompress.*)|FileHandle|DirHandle|Symbol|Config|Exporter|AutoLoader|UNIVERSAL|B::.*|B|Devel::.*|Test::.*|Test|Memoize|Safe|SelectSaver|PerlIO.*|I18N::.*|Locale::.*|Module::.*|Params::.*|Perl.*|Regexp::.*|Statistics::.*|Sys::Hostname|Tree::.*|URI.*|LWP::Simple|Archive::.*|Compress::.*|Crypt::.*|CSV.*|Spreadsheet::.*|DBI|Try::Tiny|Moose|Moo|Mouse|Class::.*|namespace::.*|Path::Tiny|common::sense|Modern::Perl|v5.*)$/;

/** Perl's own words that only compute, read, print or steer. */
export const HARMLESS_WORDS: ReadonlySet<string> = new Set(
  words(
    "abs atan2 bless caller chomp chop chr close closedir continue cos crypt defined delete die each eof exists exit exp fileno flock format formline getc getppid getpriority getpwnam getpwuid getgrgid getgrnam getlogin glob gmtime goto grep hex import index int join keys last lc lcfirst length local localtime log lstat map my next no not oct opendir ord our pack package pipe pop pos printf prototype push quotemeta rand read readdir readline readlink redo ref return reverse rewinddir rindex scalar seek seekdir select shift sin sleep sort splice split sprintf sqrt srand stat state study sub substr sysread sysseek syswrite tell telldir tie tied time times uc ucfirst umask undef unpack unshift untie values vec wait waitpid wantarray warn write binmode if elsif else unless while until for foreach and or xor not eq ne lt gt le ge cmp x BEGIN END INIT CHECK UNITCHECK given when default break fc say qw STDIN STDOUT STDERR ARGV DATA __FILE__ __LINE__ __PACKAGE__ __SUB__ AUTOLOAD DESTROY new first any all none sum sum0 max min maxstr minstr reduce shuffle uniq uniqnum pairs Dumper floor ceil fmod strftime mktime encode_json decode_json to_json from_json encode decode encode_utf8 decode_utf8 md5_hex sha1_hex sha256_hex encode_base64 decode_base64 basename dirname fileparse catfile catdir getcwd cwd abs_path realpath tempfile tempdir read_file slurp find finddepth looks_like_number blessed reftype weaken dualvar croak confess carp cluck GetOptions usleep gettimeofday tv_interval timethis timethese cmpthese ok is isnt like unlike is_deeply cmp_ok done_testing plan diag note pass fail LoadFile DumpFile Load Dump Y e try catch finally lock bigint isa evalbytes alarm exit_ok max_by sort_by natatime zip mesh uri_escape uri_unescape escape_html wrap fill ltrim rtrim trim ceil nproc",
  ),
);
