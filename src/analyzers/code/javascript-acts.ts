import { literal, unknownWord } from "../options.ts";
import {
  copies,
  creates,
  decodes,
  deletes,
  gives,
  joinsPath,
  lists,
  moves,
  opens,
  prints,
  pure,
  reads,
  runCallbacks,
  same,
  somehowText,
  unknown,
  wordAt,
  writes,
} from "./acts.ts";
import {
  JAVASCRIPT_GLOBALS,
  JAVASCRIPT_LIBRARIES,
  JAVASCRIPT_MODULES,
  JAVASCRIPT_PURE_MODULES,
} from "./javascript-modules.ts";
import { JAVASCRIPT_NETWORK } from "./javascript-network.ts";
import { changesDirectory, environmentVariable, programArguments } from "./places.ts";
import { evaluates, kills, runsProgram, runsShell, runWords } from "./process-acts.ts";
import { noteUse } from "./refer.ts";
import { named, words } from "./table.ts";
import { knownText, list, object, PLAIN, reference, text, textWith, UNKNOWN, type Value } from "./values.ts";
import { type Act, type Dialect, noteFinding, noteUnknown, type Walk } from "./walk.ts";

/** `require`, `import()`: a module by its name; a data file is read, a file of the project runs. */
const requires: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  if (name === undefined) {
    noteUnknown(walk, "module of a computed name", call.source);
    return UNKNOWN;
  }
  if (/\.(json|jsonc|json5|node\.json)$/.test(name)) return reads(0)(call, walk);
  return noteUse(name, { ...call, args: [] }, walk, "import");
};

/** The last function among the arguments is the callback. */
const withCallback =
  (act: Act): Act =>
  (call, walk) => {
    const value = act(call, walk);
    runCallbacks(call, walk, [PLAIN, PLAIN]);
    return value;
  };

const removes: Act = (call, walk) => {
  const options = call.args.find((value) => value.kind === "map");
  const recursive = options?.kind === "map" && options.entries.has("recursive");
  return withCallback(
    deletes(0, { recursive: recursive || !call.args.every((value) => value.kind !== "unknown") }),
  )(call, walk);
};

/** `Buffer.from(text, "base64")`. */
const buffers: Act = (call, walk) => {
  const encoding = knownText(call.args[1]);
  if (encoding === "base64" || encoding === "base64url") return decodes("base64", 0)(call, walk);
  if (encoding === "hex") return decodes("hex", 0)(call, walk);
  const value = call.args[0];
  if (value?.kind === "list" && value.items.every((item) => item.kind === "number"))
    return charCodes({ ...call, args: value.items }, walk);
  return value?.kind === "text" || value?.kind === "remote" ? value : PLAIN;
};

const charCodes: Act = (call) =>
  !call.open && call.args.every((value) => value.kind === "number")
    ? text(
        String.fromCodePoint(
          ...call.args.map((value) =>
            value.kind === "number" && value.value >= 0 && value.value <= 0x10ffff
              ? Math.floor(value.value)
              : 0,
          ),
        ),
      )
    : textWith(unknownWord(call.source));

/** `new Function("a", "return a")`: the last text is the body. */
const makesFunction: Act = (call, walk) => {
  const body = call.args.at(-1);
  const code = knownText(body);
  if (code === undefined) noteUnknown(walk, "Function", call.source);
  else noteFinding(walk, walk.scene.code("javascript", `(function () { ${code}\n})`));
  return object("made-function");
};

const timers: Act = (call, walk) => {
  const first = call.args[0];
  if (first?.kind === "text") return evaluates("javascript", 0)(call, walk);
  runCallbacks(call, walk);
  return PLAIN;
};

const shellTemplate: Act = (call, walk) => runsShell(0)(call, walk);

const ACTS: Readonly<Record<string, Act>> = {
  ...named(JAVASCRIPT_GLOBALS, pure),
  ...named(JAVASCRIPT_PURE_MODULES, pure),
  ...named("require import module.require process.mainModule.require", requires),
  ...named("require.resolve import.meta.resolve", somehowText),
  "require.cache": pure,
  ...named("module.createRequire createRequire", gives(reference("require"))),
  ...named("console.log console.info", prints("\n", " ")),
  "process.stdout.write": prints("", ""),
  ...named(
    "eval vm.runInThisContext vm.runInNewContext vm.runInContext vm.Script vm.compileFunction",
    evaluates("javascript", 0),
  ),
  ...named("Function AsyncFunction GeneratorFunction", makesFunction),
  ...named("setTimeout setInterval setImmediate queueMicrotask process.nextTick", timers),
  ...named("timers.setTimeout timers/promises.setTimeout timers.setInterval", timers),
  ...named(
    "process.binding process._linkedBinding process.dlopen process.setuid process.setgid module.constructor module._load inspector.open worker_threads.Worker cluster.fork ffi.* Deno.dlopen Bun.dlopen",
    unknown,
  ),
  ...named(
    "process.exit process.abort process.cwd process.on process.once process.uptime process.hrtime process.hrtime.bigint process.memoryUsage process.emitWarning process.umask process.getuid process.stdin.* process.stderr.* process.stdout.* process.cpuUsage process.exitCode process.addListener process.removeAllListeners process.setUncaughtExceptionCaptureCallback process.loadEnvFile process.report.* process.resourceUsage process.constrainedMemory process.features.* process.versions.* process.release.*",
    pure,
  ),
  "process.kill": kills(0, 1),
  "process.chdir": changesDirectory(0),
  "process.cwd": (_call, walk) =>
    textWith(walk.scene.cwd === undefined ? unknownWord("cwd") : literal(walk.scene.cwd)),
  "os.homedir": (_call, walk) => text(walk.scene.setting.home),
  "os.tmpdir": (_call, walk) => text(walk.scene.setting.temporary[0] ?? "/tmp"),
  "os.*": pure,

  ...named(
    "readFile readFileSync createReadStream openAsBlob readlink readlinkSync",
    withCallback(reads(0, textWith(unknownWord("file")))),
    "fs.",
  ),
  ...named("readdir readdirSync opendir opendirSync", lists(0, "names"), "fs."),
  ...named(
    "exists existsSync stat statSync lstat lstatSync fstat fstatSync access accessSync realpath realpathSync watch watchFile unwatchFile constants close closeSync read readSync fsync fsyncSync readv write writeSync writev fdatasync Dirent Stats constants.*",
    pure,
    "fs.",
  ),
  ...named("glob globSync", (call) => list([textWith({ ...wordAt(call, 0), glob: true })], true), "fs."),
  ...named(
    "writeFile writeFileSync appendFile appendFileSync createWriteStream truncate truncateSync chmod chmodSync chown chownSync lchown lchownSync utimes utimesSync lutimes",
    withCallback(writes(0)),
    "fs.",
  ),
  ...named("symlink symlinkSync link linkSync", withCallback(writes(1)), "fs."),
  ...named("open openSync", opens(0, 1), "fs."),
  ...named("mkdir mkdirSync", withCallback(creates(0)), "fs."),
  ...named(
    "mkdtemp mkdtempSync",
    (call) => textWith({ ...wordAt(call, 0), text: undefined, tame: true }),
    "fs.",
  ),
  ...named("unlink unlinkSync rmdir rmdirSync rm rmSync", removes, "fs."),
  ...named("rename renameSync", withCallback(moves(0, 1)), "fs."),
  ...named("copyFile copyFileSync cp cpSync", withCallback(copies(0, 1)), "fs."),
  ...named("remove removeSync emptyDir emptyDirSync emptydir", deletes(0, { recursive: true }), "fs-extra."),
  ...named("move moveSync", moves(0, 1), "fs-extra."),
  ...named("copy copySync", copies(0, 1), "fs-extra."),
  ...named(
    "outputFile outputFileSync writeJson writeJSON writeJsonSync writeJSONSync outputJson outputJsonSync outputJSON outputJSONSync ensureFile ensureFileSync",
    writes(0),
    "fs-extra.",
  ),
  ...named("ensureDir ensureDirSync mkdirp mkdirpSync mkdirs mkdirsSync", creates(0), "fs-extra."),
  ...named("readJson readJSON readJsonSync readJSONSync pathExists pathExistsSync", reads(0), "fs-extra."),
  ...named(
    "rimraf rimraf.sync rimraf.rimraf rimraf.rimrafSync rimraf.native del del.sync del.deleteAsync del.deleteSync trash trash.default",
    (call, walk) => deletes(0, { recursive: true })({ ...call, args: call.args.map(withGlob) }, walk),
  ),
  ...named("mkdirp mkdirp.sync make-dir", creates(0)),
  ...named("glob.* fast-glob.* globby.* tinyglobby.* glob fast-glob globby", (call) =>
    list([textWith({ ...wordAt(call, 0), glob: true })], true),
  ),

  ...named("exec execSync", withCallback(runsShell(0)), "child_process."),
  ...named("spawn spawnSync execFile execFileSync", withCallback(runsProgram(0, 1)), "child_process."),
  "child_process.fork": (call, walk) => {
    noteFinding(walk, walk.scene.script(wordAt(call, 0), "javascript", []));
    return PLAIN;
  },
  ...named(
    "execa execa.execa execa.execaSync execa.sync cross-spawn cross-spawn.sync cross-spawn.spawn tinyexec.x tinyexec.exec nano-spawn",
    runsProgram(0, 1),
  ),
  ...named(
    "execa.command execa.commandSync execa.execaCommand execa.execaCommandSync shelljs.exec zx.$ $ Bun.$ execa.$ dax.$",
    shellTemplate,
  ),
  ...named("shelljs.rm", (call, walk) =>
    deletes(call.args[0]?.kind === "text" && /^-/.test(call.args[0].word.prefix) ? 1 : 0, {
      recursive: true,
    })(call, walk),
  ),
  ...named(
    "shelljs.cp shelljs.mv shelljs.mkdir shelljs.touch shelljs.chmod shelljs.sed shelljs.ln",
    (call, walk) => writes(Math.max(0, call.args.length - 1))(call, walk),
  ),
  "shelljs.cd": changesDirectory(0),
  "shelljs.*": pure,
  "Bun.spawn": (call, walk) =>
    runWords(call.args[0]?.kind === "list" ? call.args[0].items : [UNKNOWN], false, call, walk),
  "Bun.spawnSync": (call, walk) =>
    runWords(call.args[0]?.kind === "list" ? call.args[0].items : [UNKNOWN], false, call, walk),
  "Bun.write": writes(0),
  "Bun.file": (call) => object("path", wordAt(call, 0)),
  "Bun.*": pure,
  "Deno.Command": (call, walk) => {
    const options = call.args[1]?.kind === "map" ? call.args[1].entries.get("args") : undefined;
    return runWords(
      [call.args[0] ?? UNKNOWN, ...(options?.kind === "list" ? options.items : [])],
      options !== undefined && options.kind !== "list",
      call,
      walk,
    );
  },
  "Deno.run": unknown,
  ...named("Deno.remove Deno.removeSync", deletes(0, { recursive: true })),
  ...named(
    "Deno.writeTextFile Deno.writeTextFileSync Deno.writeFile Deno.writeFileSync Deno.create Deno.createSync Deno.truncate Deno.chmod Deno.chown",
    writes(0),
  ),
  ...named("Deno.mkdir Deno.mkdirSync", creates(0)),
  ...named("Deno.rename Deno.renameSync", moves(0, 1)),
  ...named("Deno.copyFile Deno.copyFileSync", copies(0, 1)),
  ...named(
    "Deno.readTextFile Deno.readTextFileSync Deno.readFile Deno.readFileSync Deno.open Deno.openSync",
    reads(0),
  ),
  ...named("Deno.connect Deno.connectTls Deno.listen Deno.kill", unknown),
  "Deno.env.get": environmentVariable,
  "Deno.*": pure,

  ...named("path.join path.resolve path.posix.join path.posix.resolve", joinsPath),
  ...named("path.normalize path.posix.normalize url.fileURLToPath String.raw", same(0)),
  "path.dirname": (call) =>
    textWith({ ...unknownWord(call.source), prefix: wordAt(call, 0).prefix.replace(/[^/]*\/*$/, "") }),
  ...named("path.basename path.extname", (call) =>
    knownText(call.args[0]) === undefined
      ? textWith({ ...unknownWord(call.source), tame: true })
      : text((knownText(call.args[0]) ?? "").replace(/^.*\//, "")),
  ),
  "path.*": pure,
  "path.sep": pure,
  String: same(0),
  "String.fromCharCode": charCodes,
  "String.fromCodePoint": charCodes,
  ...named("Buffer.from Buffer new Buffer", buffers),
  "Buffer.*": pure,
  atob: decodes("base64", 0),
  btoa: somehowText,
  ...named("unescape decodeURIComponent decodeURI querystring.unescape", decodes("percent", 0)),
  "Array.from": (call, walk) => {
    runCallbacks(call, walk);
    return call.args[0] ?? PLAIN;
  },
  ...named(
    "Promise.all Promise.allSettled Promise.race Promise.any Promise.resolve Object.freeze Object.assign structuredClone",
    same(0),
  ),
  ...named("Object.values Object.entries Object.getOwnPropertyDescriptors", (call, walk) => {
    const [on] = call.args;
    if (on?.kind === "map") return list([...on.entries.values()], on.open);
    if (on?.kind !== "reference" || !walk.dialect.modules.has(on.name))
      return on?.kind === "list" ? on : PLAIN;
    noteUnknown(walk, `every function of ${on.name}`, call.source);
    return UNKNOWN;
  }),
  ...named("Object.keys", (call) =>
    call.args[0]?.kind === "map"
      ? list(
          [...call.args[0].entries.keys()].map((key) => text(key)),
          call.args[0].open,
        )
      : PLAIN,
  ),
  ...named("util.promisify util.callbackify", same(0)),
  "Reflect.apply": (call, walk) =>
    walk.call(
      call.args[0] ?? UNKNOWN,
      call.args[2]?.kind === "list" ? call.args[2].items : [UNKNOWN],
      call.source,
    ),
  "Reflect.get": (call, walk) => {
    const name = knownText(call.args[1]);
    const on = call.args[0];
    if (on?.kind === "reference" && name !== undefined) return reference(`${on.name}.${name}`);
    if (on?.kind === "reference") noteUnknown(walk, "Reflect.get", call.source);
    return PLAIN;
  },
  "Reflect.construct": unknown,
  "Reflect.*": pure,

  ...JAVASCRIPT_NETWORK,
  "made-function#()": pure,
};

function withGlob(value: Value): Value {
  return value.kind === "text" && value.word.text !== undefined && /[*?[{]/.test(value.word.text)
    ? textWith({ ...value.word, glob: true })
    : value;
}

const SEVERAL_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^node:/, ""],
  [/^(globalThis|global|window|self)\./, ""],
  [/^fs\/promises/, "fs"],
  [/^fs\.promises/, "fs"],
  [/^(graceful-fs|memfs|mz\/fs|original-fs)/, "fs"],
  [/\.default(?=\.|$)/, ""],
  [/^process\.mainModule\.require$/, "require"],
  [/^path\/(posix|win32)/, "path"],
  [/^module\.Module\._load$/, "require"],
];

/** JavaScript's names and what they do, in Node, Deno, Bun. */
export const JAVASCRIPT: Dialect = {
  language: "javascript",
  acts: new Map([...Object.entries(ACTS), ...Object.entries(extraFs())]),
  modules: new Set(words(JAVASCRIPT_MODULES)),
  libraries: new Set(words(JAVASCRIPT_LIBRARIES)),
  canonical: (name) =>
    SEVERAL_NAMES.reduce((all, [pattern, replacement]) => all.replace(pattern, replacement), name),
  global: globalValue,
};

/** `fs-extra` has everything of `fs` under its own name. */
function extraFs(): Readonly<Record<string, Act>> {
  return Object.fromEntries(
    Object.entries(ACTS).flatMap(([name, act]) =>
      name.startsWith("fs.") && !Object.hasOwn(ACTS, name.replace("fs.", "fs-extra."))
        ? [[name.replace("fs.", "fs-extra."), act]]
        : [],
    ),
  );
}

function globalValue(name: string, walk: Walk): Value | undefined {
  const variable = /^(?:process|Bun)\.env\.([A-Za-z_]\w*)$|^import\.meta\.env\.(\w+)$/.exec(name);
  if (variable)
    return environmentVariable(
      { name, args: [text(variable[1] ?? variable[2] ?? "")], named: new Map(), open: false, source: name },
      walk,
    );
  if (name === "Deno.args") return list(programArguments(walk), true);
  if (name === "process.argv" || name === "Bun.argv")
    return list(
      [
        text("node"),
        ...(walk.origin === "inline" ? [] : [textWith(unknownWord("script"))]),
        ...programArguments(walk),
      ],
      true,
    );
  if (name === "__dirname" || name === "import.meta.dirname")
    return textWith(
      walk.origin === "inline" && walk.scene.cwd !== undefined ? literal(walk.scene.cwd) : unknownWord(name),
    );
  if (name === "process.execPath") return text("node");
  if (name === "undefined" || name === "NaN" || name === "Infinity") return PLAIN;
  if (
    /^(process\.(env|version|versions|platform|arch|pid|ppid|title|argv0|stdout|stderr|stdin|mainModule|release|config|exitCode)(\.\w+)*|globalThis|global|window|self|module|exports|module\.exports|import\.meta\.url|__filename|this)$/.test(
      name,
    )
  )
    return reference(name);
  return undefined;
}
