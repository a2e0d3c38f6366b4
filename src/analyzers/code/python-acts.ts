import { literal, unknownWord } from "../options.ts";
import {
  copies,
  creates,
  decodes,
  deletes,
  gives,
  globs,
  joinsPath,
  lists,
  moves,
  opens,
  prints,
  pure,
  reads,
  somehowText,
  unknown,
  valueAt,
  wordAt,
  writes,
  writesContent,
} from "./acts.ts";
import {
  changesDirectory,
  environmentVariable,
  expandsHome,
  programArguments,
  temporaryPath,
} from "./places.ts";
import { evaluates, kills, runsEither, runsShell, runWords } from "./process-acts.ts";
import { PYTHON_LIBRARIES, PYTHON_MODULES, PYTHON_PURE_MODULES } from "./python-modules.ts";
import { PYTHON_NETWORK } from "./python-network.ts";
import { PATHS } from "./python-paths.ts";
import { noteUse } from "./refer.ts";
import { named, words } from "./table.ts";
import {
  everythingBelow,
  knownText,
  list,
  object,
  PLAIN,
  reference,
  SOME_NAME,
  text,
  textWith,
  UNKNOWN,
  type Value,
} from "./values.ts";
import { type Act, type Dialect, noteFinding, noteUnknown, type Walk } from "./walk.ts";

const BUILTINS =
  "abs all any ascii bin bool breakpoint bytearray callable complex dict dir divmod enumerate float format frozenset hash help hex id int isinstance issubclass iter len max memoryview min next object oct ord pow property range round set setattr delattr hasattr slice staticmethod classmethod sum super type zip input exit quit map filter print repr Exception ValueError TypeError KeyError RuntimeError OSError FileNotFoundError StopIteration SystemExit NotImplementedError AssertionError IndexError ZeroDivisionError KeyboardInterrupt ImportError AttributeError UnicodeDecodeError PermissionError IOError unicode xrange raw_input reload";

/** `getattr(os, "sys" + "tem")`: the member when its name is known. */
const getsAttribute: Act = (call, walk) => {
  const [on, key] = call.args;
  const name = knownText(key);
  if (on?.kind === "reference" && name !== undefined)
    return walk.dialect.global(`${on.name}.${name}`, walk) ?? reference(`${on.name}.${name}`);
  if (on?.kind === "reference" || on?.kind === "unknown") noteUnknown(walk, "getattr", call.source);
  if (on?.kind === "object" && on.of.startsWith("service:"))
    return name === undefined ? UNKNOWN : object(on.of, { ...on.at, source: `${on.at.source}.${name}` });
  return on?.kind === "object" ? on : PLAIN;
};

const importsModule: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  if (name === undefined) {
    noteUnknown(walk, "import of a computed name", call.source);
    return UNKNOWN;
  }
  return noteUse(name, { ...call, args: [] }, walk, "import");
};

/** `chr`, `bytes([…])`, `bytes.fromhex`: texts that are put together from numbers. */
const fromNumbers: Act = (call) => {
  const value = call.args[0];
  if (value?.kind === "number") return text(codes([value.value]));
  if (value?.kind === "list" && !value.open && value.items.every((item) => item.kind === "number"))
    return text(codes(value.items.map((item) => (item.kind === "number" ? item.value : 0))));
  return value?.kind === "text" ? value : textWith(unknownWord(call.source));
};

function codes(numbers: readonly number[]): string {
  return numbers
    .map((one) => (Number.isInteger(one) && one >= 0 && one <= 0x10ffff ? String.fromCodePoint(one) : "�"))
    .join("");
}

const toText: Act = (call) => {
  const value = call.args[0];
  const known = knownText(value);
  if (known !== undefined) return text(known);
  return value?.kind === "text" || value?.kind === "object"
    ? value
    : textWith({ ...unknownWord(call.source), tame: value?.kind === "number" });
};

const compiles: Act = (call) => call.args[0] ?? UNKNOWN;

/** `os.execvp(file, [args…])` and the `l` forms with the arguments one by one. */
const replacesProcess: Act = (call, walk) => {
  const rest = call.args.slice(1);
  const args = rest[0]?.kind === "list" ? rest[0].items.slice(1) : rest.slice(1);
  return runWords([call.args[0] ?? UNKNOWN, ...args], call.open, call, walk);
};

const spawnsProcess: Act = (call, walk) => replacesProcess({ ...call, args: call.args.slice(1) }, walk);
const execsAsync: Act = (call, walk) => runWords(call.args, call.open, call, walk);

const pickles: Act = (call, walk) => {
  noteUnknown(walk, `${call.name} (runs what it loads)`, call.source);
  return UNKNOWN;
};

const archives: Act = (call, walk) => {
  const mode = knownText(valueAt(call, [1, "mode"]));
  const act =
    mode !== undefined && /[wax]/.test(mode) ? writes([0, "name", "file"]) : reads([0, "name", "file"]);
  act(call, walk);
  return object("archive", wordAt(call, [0, "name", "file"]));
};

const ACTS: Readonly<Record<string, Act>> = {
  ...named(BUILTINS, pure),
  ...named(PYTHON_PURE_MODULES, pure),
  ...PATHS,
  print: prints("\n", " "),
  list: (call) => call.args[0] ?? list([]),
  tuple: (call) => call.args[0] ?? list([]),
  sorted: (call, walk) => {
    pure({ ...call, args: [] }, walk);
    return call.args[0] ?? PLAIN;
  },
  reversed: (call) =>
    call.args[0]?.kind === "list"
      ? list([...call.args[0].items].reverse(), call.args[0].open)
      : (call.args[0] ?? PLAIN),
  map: (call, walk) =>
    list(
      call.args[1]?.kind === "list"
        ? call.args[1].items.map((item) => walk.call(call.args[0] ?? UNKNOWN, [item], call.source))
        : [walk.call(call.args[0] ?? UNKNOWN, [UNKNOWN], call.source)],
      call.args[1]?.kind !== "list",
    ),
  str: toText,
  repr: toText,
  chr: fromNumbers,
  bytes: fromNumbers,
  bytearray: fromNumbers,
  "bytes.fromhex": decodes("hex", 0),
  "bytearray.fromhex": decodes("hex", 0),
  getattr: getsAttribute,
  __import__: importsModule,
  "importlib.import_module": importsModule,
  "importlib.reload": pure,
  "importlib.metadata.*": pure,
  "importlib.resources.*": pure,
  "importlib.util.find_spec": pure,
  ...named("globals locals vars", (call, walk) => call.args[0] ?? object("namespace", literal(walk.source))),
  ...named("eval exec", evaluates("python", 0)),
  compile: compiles,
  execfile: unknown,
  ...named(
    "open io.open codecs.open gzip.open bz2.open lzma.open _io.open",
    opens([0, "file", "filename"], [1, "mode"]),
  ),
  ...named("tarfile.open zipfile.ZipFile tarfile.TarFile tarfile.TarFile.open", archives),
  ...named("file#write file#writelines", writesContent),
  "archive#extractall": (call, walk) =>
    (call.args.length + call.named.size > 0 ? writes([0, "path"]) : writes("self"))(
      { ...call, self: text(".") },
      walk,
    ),
  ...named("archive#extract", writes([1, "path"])),
  "runpy.run_path": (call, walk) => {
    noteFinding(walk, walk.scene.script(wordAt(call, 0), "python", []));
    return PLAIN;
  },
  "runpy.run_module": unknown,

  "os.system": runsShell([0, "command"]),
  "os.popen": runsShell(0),
  ...named(
    "subprocess.getoutput subprocess.getstatusoutput commands.getoutput commands.getstatusoutput asyncio.create_subprocess_shell asyncio.subprocess.create_subprocess_shell",
    runsShell(0),
  ),
  ...named("run call check_call check_output Popen", runsEither([0, "args"]), "subprocess."),
  ...named("pexpect.spawn pexpect.run plumbum.local pty.spawn", runsEither(0)),
  "asyncio.create_subprocess_exec": execsAsync,
  "subprocess.list2cmdline": pure,
  ...named(
    "subprocess.PIPE subprocess.DEVNULL subprocess.STDOUT subprocess.CalledProcessError subprocess.TimeoutExpired subprocess.CompletedProcess",
    pure,
  ),
  ...named("execv execvp execve execvpe execl execlp execle execlpe", replacesProcess, "os."),
  ...named("spawnv spawnvp spawnl spawnlp spawnve", spawnsProcess, "os."),
  ...named("posix_spawn posix_spawnp", replacesProcess, "os."),
  "os.startfile": unknown,
  "psutil.process_iter": () => list([object("psutil-process")], true),
  ...named("psutil.Process psutil.Popen", () => object("psutil-process")),
  ...named(
    "psutil-process#kill psutil-process#terminate psutil-process#suspend psutil-process#send_signal",
    kills("self", 5),
  ),
  "psutil.*": pure,
  ...named("os.kill os.killpg", kills(0, 1)),
  "signal.pthread_kill": unknown,
  ...named("os.fork os.forkpty pty.fork os.setuid os.setgid os.seteuid os.reboot", unknown),

  ...named("remove unlink", deletes([0, "path"]), "os."),
  ...named("rmdir removedirs", deletes([0, "path", "name"]), "os."),
  "shutil.rmtree": deletes([0, "path"], { recursive: true }),
  ...named("send2trash.send2trash", deletes(0)),
  ...named("rename renames replace", moves([0, "src", "old"], [1, "dst", "new"]), "os."),
  "shutil.move": moves([0, "src"], [1, "dst"]),
  ...named("copy copy2 copyfile copytree copymode copystat", copies([0, "src"], [1, "dst"]), "shutil."),
  "shutil.copyfileobj": pure,
  ...named("shutil.which shutil.disk_usage shutil.get_terminal_size shutil.ignore_patterns", somehowText),
  "shutil.make_archive": writes([0, "base_name"]),
  "shutil.unpack_archive": writes([1, "extract_dir"]),
  "shutil.chown": writes([0, "path"]),
  ...named("mkdir makedirs mkfifo", creates([0, "path", "name"]), "os."),
  ...named("symlink link", writes([1, "dst"]), "os."),
  ...named("chmod chown lchown utime truncate setxattr removexattr mknod", writes([0, "path"]), "os."),
  "os.open": (call, walk) =>
    (/O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/.test(call.source)
      ? writes(0, object("file"))
      : reads(0, object("file")))(call, walk),
  "os.chdir": changesDirectory(0),
  ...named("os.fchdir os.chroot", unknown),
  "os.listdir": lists([0, "path"], "names"),
  "os.scandir": lists([0, "path"], "paths"),
  ...named(
    "walk fwalk",
    (call) =>
      list(
        [
          list([
            textWith(everythingBelow(wordAt(call, [0, "top"]))),
            list([textWith(SOME_NAME)], true),
            list([textWith(SOME_NAME)], true),
          ]),
        ],
        true,
      ),
    "os.",
  ),
  ...named("glob iglob", globs([0, "pathname"], undefined), "glob."),
  "glob.*": pure,
  "fileinput.input": (call, walk) =>
    (call.named.get("inplace") ? writes([0, "files"]) : reads([0, "files"]))(call, walk),
  "fileinput.*": pure,
  ...named(
    "getcwd getcwdb",
    (_call, walk) => textWith(walk.scene.cwd === undefined ? unknownWord("cwd") : literal(walk.scene.cwd)),
    "os.",
  ),
  ...named("os.getenv os.environ.get os.environ.setdefault os.environ.pop", environmentVariable),
  ...named(
    "getpid getppid getuid geteuid getgid getlogin uname cpu_count times urandom stat lstat fstat access get_terminal_size isatty getloadavg umask fspath fsencode fsdecode strerror putenv unsetenv _exit nice close read write fsync dup dup2 pipe wait waitpid WEXITSTATUS WIFEXITED getpgid setsid sysconf get_exec_path statvfs readlink lseek fdopen PathLike sched_getaffinity environ.copy environ.items environ.keys environ.values environ.update",
    pure,
    "os.",
  ),

  ...named(
    "b64decode urlsafe_b64decode standard_b64decode decodebytes decodestring",
    decodes("base64", 0),
    "base64.",
  ),
  ...named("b16decode", decodes("hex", 0), "base64."),
  ...named("binascii.unhexlify binascii.a2b_hex", decodes("hex", 0)),
  "binascii.a2b_base64": decodes("base64", 0),
  ...named("base64.* binascii.*", pure),
  ...named("codecs.decode codecs.encode", (call, walk) => {
    const how = knownText(call.args[1]) ?? "";
    if (/rot/.test(how)) return decodes("rot13", 0)(call, walk);
    return /hex|base64/.test(how)
      ? decodes(/hex/.test(how) ? "hex" : "base64", 0)(call, walk)
      : (call.args[0] ?? PLAIN);
  }),
  ...named("zlib.decompress gzip.decompress bz2.decompress lzma.decompress", () =>
    textWith(unknownWord("decompressed")),
  ),
  "codecs.*": pure,
  "urllib.parse.unquote": decodes("percent", 0),
  "urllib.parse.*": somehowText,

  ...named(
    "pickle.loads pickle.load cPickle.loads cPickle.load marshal.loads marshal.load dill.loads dill.load cloudpickle.loads shelve.open jsonpickle.decode",
    pickles,
  ),
  ...named("pickle.* marshal.* copyreg.*", pure),
  ...named(
    "ctypes.* cffi.* _ctypes.* code.interact code.InteractiveInterpreter code.InteractiveConsole gc.get_objects sys._getframe types.FunctionType types.CodeType",
    unknown,
  ),
  ...named(
    "sys.exit sys.getsizeof sys.exc_info sys.setrecursionlimit sys.getrecursionlimit sys.getdefaultencoding sys.settrace sys.setprofile sys.path.insert sys.path.append sys.stdout.* sys.stderr.* sys.stdin.* sys.intern sys.getrefcount sys.is_finalizing sys.setswitchinterval sys.displayhook sys.version_info.*",
    pure,
  ),
  "sys.stdin.read": gives(textWith(unknownWord("stdin"))),
  ...named("sys.stdout.write sys.stdout.buffer.write", prints("", "")),

  ...PYTHON_NETWORK,
  ...named("tempfile.mkdtemp tempfile.TemporaryDirectory tempfile.gettempdir tempfile.mktemp", temporaryPath),
  ...named(
    "tempfile.NamedTemporaryFile tempfile.TemporaryFile tempfile.SpooledTemporaryFile",
    (call, walk) => ({
      ...object("file"),
      at: (temporaryPath(call, walk) as Extract<Value, { kind: "text" }>).word,
    }),
  ),
  "tempfile.mkstemp": (call, walk) => list([PLAIN, temporaryPath(call, walk)]),
  ...named("os.path.join posixpath.join", joinsPath),
  ...named("os.path.expanduser", expandsHome(0)),
  "json.dump": pure,
  "threading.Thread": (call, walk) => {
    const target = call.named.get("target");
    if (target)
      walk.call(
        target,
        call.named.get("args")?.kind === "list"
          ? (call.named.get("args") as { items: readonly Value[] }).items
          : [],
        call.source,
      );
    return PLAIN;
  },
};

const SEVERAL_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(__builtins__|builtins|__builtin__)\./, ""],
  [/^(posix|nt)\./, "os."],
  [/^(posixpath|ntpath)(\.|$)/, "os.path$2"],
  [/^pathlib\.(PosixPath|WindowsPath|PurePath|PurePosixPath)/, "pathlib.Path"],
  [/^urllib2?\.(urlopen|urlretrieve|Request)/, "urllib.request.$1"],
  [/^simplejson|^ujson|^orjson/, "json"],
  [/^cPickle|^_pickle/, "pickle"],
];

/** Python's names and what they do. */
export const PYTHON: Dialect = {
  language: "python",
  acts: new Map(Object.entries(ACTS)),
  modules: new Set(words(PYTHON_MODULES)),
  libraries: new Set(words(PYTHON_LIBRARIES)),
  canonical: (name) =>
    SEVERAL_NAMES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name),
  global: globalValue,
};

function globalValue(name: string, walk: Walk): Value | undefined {
  const variable = /^os\.environb?\.([A-Za-z_]\w*)$/.exec(name)?.[1];
  if (variable !== undefined && !Object.hasOwn(ACTS, name))
    return environmentVariable(
      { name, args: [text(variable)], named: new Map(), open: false, source: name },
      walk,
    );
  const value = new Map<string, Value>(
    Object.entries({
      __name__: text("__main__"),
      "sys.executable": text("python3"),
      "os.sep": text("/"),
      "os.linesep": text("\n"),
      "os.devnull": text("/dev/null"),
      "os.curdir": text("."),
      "os.pardir": text(".."),
      "sys.stdin": object("file"),
      "sys.stdout": reference("sys.stdout"),
      __file__: textWith(unknownWord("__file__")),
      __builtins__: reference("builtins"),
    }),
  ).get(name);
  if (value) return value;
  const loaded = /^sys\.modules\.(\w+)$/.exec(name)?.[1];
  if (loaded !== undefined) return reference(loaded);
  if (name === "sys.argv")
    return list([textWith(unknownWord("sys.argv[0]")), ...programArguments(walk)], true);
  return /^(sys\.(version|platform|maxsize|path|modules|byteorder|prefix|base_prefix|version_info|implementation|flags)|os\.(name|environ|extsep))$/.test(
    name,
  )
    ? reference(name)
    : undefined;
}
