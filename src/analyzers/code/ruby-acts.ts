import { literal, unknownWord } from "../options.ts";
import {
  copies,
  creates,
  decodes,
  deletes,
  globs,
  joinsPath,
  lists,
  moves,
  opens,
  pathWords,
  prints,
  pure,
  reads,
  requests,
  runCallbacks,
  same,
  unknown,
  wordAt,
  writes,
} from "./acts.ts";
import { callMethod } from "./methods.ts";
import {
  changesDirectory,
  environmentVariable,
  expandsHome,
  programArguments,
  temporaryPath,
} from "./places.ts";
import { evaluates, runShell, runWords } from "./process-acts.ts";
import { PATHS } from "./python-paths.ts";
import { noteUse } from "./refer.ts";
import { serviceOf } from "./services.ts";
import { named, words } from "./table.ts";
import { knownText, list, object, PLAIN, reference, text, textWith, UNKNOWN, type Value } from "./values.ts";
import {
  type Act,
  type Call,
  type Dialect,
  noteFinding,
  noteForeign,
  noteUnknown,
  type Walk,
} from "./walk.ts";

/** `system`, `exec`, `spawn`, backticks' relatives: one text is a shell command, several are a program and its arguments. */
const starts: Act = (call, walk) => {
  const args = call.args.filter((value) => value.kind !== "map" && value.kind !== "function");
  const [first] = args;
  if (args.length > 1 || call.open || first?.kind === "list") {
    const flat = args.flatMap((value) => (value.kind === "list" ? value.items : [value]));
    return runWords(flat, call.open, call, walk);
  }
  return runShell(first, call, walk);
};

/** `open("|command")` starts a program, `open("http…")` fetches, everything else opens a file. */
const opensAnything: Act = (call, walk) => {
  const path = wordAt(call, 0);
  if (path.prefix.startsWith("|"))
    return runShell(
      textWith({ ...path, text: path.text?.slice(1), prefix: path.prefix.slice(1) }),
      call,
      walk,
    );
  if (/^https?:/.test(path.prefix)) return requests("GET", 0)(call, walk);
  return opens(0, 1)(call, walk);
};

/** `send(:system, "x")` and its relatives: the method is what the first argument names. */
const sends: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  if (name === undefined) {
    noteUnknown(walk, "call by a computed name", call.source);
    return UNKNOWN;
  }
  const rest: Call = { ...call, args: call.args.slice(1) };
  return call.self && call.self.kind !== "unknown" && call.self.kind !== "plain" && !isKernel(call.self)
    ? callMethod(call.self, name, rest, walk)
    : noteUse(name, { ...rest, name }, walk);
};

function isKernel(value: Value): boolean {
  return value.kind === "reference" && /^(Kernel|Object|self)$/.test(value.name);
}

const findsConstant: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  if (name === undefined) noteUnknown(walk, "constant of a computed name", call.source);
  return name === undefined ? UNKNOWN : reference(name);
};

const requiresFile: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  if (name === undefined || /^[./]/.test(name) || call.name === "require_relative")
    noteForeign(walk, name ?? "require");
  return PLAIN;
};

const loads: Act = (call, walk) => {
  noteFinding(walk, walk.scene.script(wordAt(call, 0), "ruby", []));
  return PLAIN;
};

/** `rm`, `rm_rf` and the like take one path or a list of them. */
function removes(recursive: boolean): Act {
  return (call, walk) => deletes(0, { recursive })({ ...call, args: [call.args[0] ?? UNKNOWN] }, walk);
}

const removesEvery: Act = (call, walk) => {
  for (const value of call.args) deletes(0)({ ...call, args: [value], open: false }, walk);
  if (call.open) noteUnknown(walk, call.name, call.source);
  return PLAIN;
};

const pathname: Act = (call) =>
  object("path", pathWords(call.args[0] ?? UNKNOWN, call.source)[0] ?? unknownWord("path"));

const httpObject: Act = (call) => object("http", wordAt(call, 0));
const httpVerb: Act = (call, walk) =>
  requests(
    call.name
      .replace(/^(request_)?/, "")
      .replace(/_form$/, "")
      .split(".")
      .at(-1) ?? "POST",
    0,
  )(
    {
      ...call,
      args: [
        call.self?.kind === "object"
          ? textWith({
              ...call.self.at,
              text: call.self.at.text === undefined ? undefined : `http://${call.self.at.text}/`,
              prefix: `http://${call.self.at.prefix}/`,
            })
          : UNKNOWN,
      ],
    },
    walk,
  );

const KERNEL =
  "puts p pp print printf putc warn raise fail exit exit! abort at_exit sleep rand srand gets readline readlines loop catch throw proc lambda block_given? binding caller freeze frozen? format sprintf Integer Float String Array Hash Rational Complex private public protected module_function attr_accessor attr_reader attr_writer include extend prepend using define_method alias_method require_dependency trap srand test autoload __method__ object_id nil? respond_to? is_a? kind_of? instance_of? tap then itself dup clone inspect to_s hash class singleton_class methods instance_variable_get instance_variable_set instance_variables instance_variable_defined? yield_self method_missing set_trace_func local_variables global_variables";

const LIBRARY =
  "JSON YAML Psych CSV Time Date DateTime Math Random SecureRandom Digest OpenSSL Set Struct OpenStruct Comparable Enumerable Regexp String Array Hash Integer Float Symbol Range Proc Method Rational Complex BigDecimal Benchmark Logger OptionParser StringIO StringScanner Shellwords ERB Erb CGI URI RbConfig Gem GC ObjectSpace Thread Mutex Queue Fiber Ractor Monitor Timeout Forwardable Singleton Observable PP Racc Ripper RubyVM Marshal.dump Zlib Encoding Exception StandardError RuntimeError ArgumentError TypeError NameError Errno IOError Signal Etc Socket.gethostname Warning TracePoint Process.pid Process.clock_gettime Process.ppid Process.times Process.uid Find.prune Coverage DidYouMean Reline Readline Bundler Nokogiri Rainbow Pastel TTY Thor RSpec Minitest Test FactoryBot Faker Rouge Kramdown Redcarpet Liquid Slim Haml Sass Money Addressable Oj MultiJson Dry Concurrent ActiveSupport I18n NilClass TrueClass FalseClass Object BasicObject Module Class Data";

const ACTS: Readonly<Record<string, Act>> = {
  ...Object.fromEntries(Object.entries(PATHS).filter(([name]) => name.startsWith("path"))),
  ...named(KERNEL, pure),
  ...Object.fromEntries(
    words(LIBRARY).flatMap((name): [string, Act][] => [
      [`${name}.*`, pure],
      [name, pure],
    ]),
  ),
  puts: prints("\n", "\n"),
  print: prints("", ""),
  require: requiresFile,
  require_relative: requiresFile,
  load: loads,
  ...named(
    "system exec spawn Kernel.system Kernel.exec Kernel.spawn Kernel.` Process.spawn Process.exec IO.popen PTY.spawn Open3.capture2 Open3.capture2e Open3.capture3 Open3.popen3 Open3.popen2 Open3.popen2e Open3.pipeline_r sh",
    starts,
  ),
  ...named("open Kernel.open URI.open OpenURI.open_uri", opensAnything),
  "IO.*": pure,
  ...named(
    "eval instance_eval class_eval module_eval Kernel.eval binding.eval *#instance_eval *#class_eval *#module_eval *#instance_exec TOPLEVEL_BINDING.eval RubyVM.InstructionSequence.compile",
    (call, walk) => {
      const value = call.args[0];
      if (value?.kind !== "function") return evaluates("ruby", 0)(call, walk);
      runCallbacks(call, walk, [call.self ?? UNKNOWN]);
      return PLAIN;
    },
  ),
  ...named("send public_send __send__ *#send *#public_send *#__send__ Kernel.send Kernel.public_send", sends),
  ...named("method *#method", (call) => {
    const name = knownText(call.args[0]);
    return name === undefined
      ? UNKNOWN
      : reference(
          call.self?.kind === "reference" && !isKernel(call.self) ? `${call.self.name}.${name}` : name,
        );
  }),
  ...named("*#const_get Object.const_get Kernel.const_get", findsConstant),
  ...named(
    "Marshal.load YAML.unsafe_load DRb.start_service Fiddle.dlopen Fiddle.* Process.kill Process.daemon fork Process.fork syscall Process.setuid ObjectSpace.each_object",
    unknown,
  ),

  ...named(
    "File.read File.readlines File.foreach File.binread IO.read IO.readlines File.readlink YAML.load_file YAML.safe_load_file JSON.load_file CSV.read CSV.foreach CSV.table",
    reads(0, textWith(unknownWord("file"))),
  ),
  ...named("File.write File.binwrite IO.write IO.binwrite File.truncate", writes(0)),
  ...named("File.open File.new IO.open CSV.open Zip.File.open", opens(0, 1)),
  ...named("File.delete File.unlink", removesEvery),
  ...named("File.rename", moves(0, 1)),
  ...named("File.symlink File.link", writes(1)),
  ...named("File.chmod File.chown File.utime File.lchmod", (call, walk) => {
    for (const value of call.args.slice(1)) writes(0)({ ...call, args: [value] }, walk);
    return PLAIN;
  }),
  "File.mkfifo": writes(0),
  ...named("File.join", joinsPath),
  "File.expand_path": (call, walk) =>
    call.args[1]
      ? joinsPath({ ...call, args: [call.args[1], call.args[0] ?? UNKNOWN] }, walk)
      : expandsHome(0)(call, walk),
  ...named("File.absolute_path File.realpath File.path", same(0)),
  "File.dirname": (call) =>
    textWith({ ...unknownWord(call.source), prefix: wordAt(call, 0).prefix.replace(/[^/]*\/*$/, "") }),
  ...named("File.basename File.extname", (call) => textWith({ ...unknownWord(call.source), tame: true })),
  "File.*": pure,
  ...named("Dir.glob Dir.[]", globs(0)),
  ...named("Dir.entries Dir.children Dir.each_child Dir.foreach", lists(0, "names")),
  "Dir.mkdir": creates(0),
  ...named("Dir.delete Dir.rmdir Dir.unlink", deletes(0)),
  "Dir.chdir": (call, walk) => {
    changesDirectory(0)(call, walk);
    runCallbacks(call, walk);
    return PLAIN;
  },
  "Dir.home": (_call, walk) => text(walk.scene.setting.home),
  ...named("Dir.pwd Dir.getwd", (_call, walk) =>
    textWith(walk.scene.cwd === undefined ? unknownWord("cwd") : literal(walk.scene.cwd)),
  ),
  ...named("Dir.mktmpdir Dir.tmpdir", (call, walk) => {
    const path = temporaryPath(call, walk);
    runCallbacks(call, walk, [path]);
    return path;
  }),
  "Dir.*": pure,
  "Find.find": (call, walk) => {
    const found = textWith({
      ...wordAt(call, 0),
      text: undefined,
      prefix: `${wordAt(call, 0).prefix.replace(/\/$/, "")}/`,
    });
    runCallbacks(call, walk, [found]);
    return list([found], true);
  },
  ...named("Tempfile.new Tempfile.create Tempfile.open", (call, walk) => {
    const file = object("file", (temporaryPath(call, walk) as Extract<Value, { kind: "text" }>).word);
    runCallbacks(call, walk, [file]);
    return file;
  }),
  ...named("rm safe_unlink remove rm_f remove_file remove_entry", removes(false), "FileUtils."),
  ...named("rm_r rm_rf rmtree remove_entry_secure remove_dir", removes(true), "FileUtils."),
  "FileUtils.rmdir": removes(false),
  ...named("mv move", moves(0, 1), "FileUtils."),
  ...named("cp copy cp_r copy_file copy_entry cp_lr install", copies(0, 1), "FileUtils."),
  ...named("ln ln_s ln_sf link symlink ln_sr", writes(1), "FileUtils."),
  ...named("mkdir mkdir_p makedirs mkpath", creates(0), "FileUtils."),
  ...named("touch", writes(0), "FileUtils."),
  ...named("chmod chmod_R", writes(1), "FileUtils."),
  ...named("chown chown_R", writes(2), "FileUtils."),
  ...named("cd chdir", changesDirectory(0), "FileUtils."),
  "FileUtils.*": pure,
  ...named("Pathname.new Pathname", pathname),
  ...named("path#delete path#unlink", deletes("self")),
  ...named("path#rmtree", deletes("self", { recursive: true })),
  ...named("path#write path#binwrite path#make_symlink path#truncate", writes("self")),
  ...named("path#mkpath path#mkdir", creates("self")),
  ...named(
    "path#read path#readlines path#binread path#each_line",
    reads("self", textWith(unknownWord("file"))),
  ),
  ...named("path#children path#each_child path#entries", lists("self", "paths")),
  ...named("path#join path#+ path#/", PATHS["path#joinpath"] as Act),
  ...named(
    "path#to_s path#to_path path#expand_path path#realpath path#cleanpath",
    (call) => call.self ?? PLAIN,
  ),
  "path#dirname": PATHS["path.parent"] as Act,
  ...named(
    "path#exist? path#file? path#directory? path#basename path#extname path#size path#mtime path#relative_path_from path#find path#symlink? path#readable? path#empty?",
    pure,
  ),
  ...named("ENV.fetch ENV.[]", environmentVariable),
  "ENV.*": pure,
  ...named("Base64.decode64 Base64.strict_decode64 Base64.urlsafe_decode64", decodes("base64", 0)),
  "Base64.*": pure,
  "Array.new": pure,
  ...named("URI URI.parse URI.encode URI.join", same(0)),

  ...named("Net.HTTP.get Net.HTTP.get_response Net.HTTP.get_print", requests("GET", 0)),
  ...named("Net.HTTP.post Net.HTTP.post_form", requests("POST", 0)),
  ...named("Net.HTTP.new Net.HTTP.start", (call, walk) => {
    const http = httpObject(call, walk);
    runCallbacks(call, walk, [http]);
    return http;
  }),
  ...named("Net.HTTP.Get.new Net.HTTP.Head.new Net.HTTP.Options.new", pure),
  ...named("Net.HTTP.Post.new Net.HTTP.Put.new Net.HTTP.Patch.new Net.HTTP.Delete.new", (call, walk) =>
    requests(call.name.split(".")[2] ?? "POST", 0)(call, walk),
  ),
  ...named("http#post http#put http#patch http#delete http#post_form http#request_post", httpVerb),
  ...named(
    "http#get http#head http#request http#start http#finish http#request_get",
    requests("GET", "self"),
  ),
  ...named("HTTParty.get Faraday.get RestClient.get HTTP.get Excon.get Typhoeus.get", requests("GET", 0)),
  ...named(
    "HTTParty.post HTTParty.put HTTParty.patch HTTParty.delete Faraday.post Faraday.put Faraday.delete Faraday.patch RestClient.post RestClient.put RestClient.delete RestClient.patch HTTP.post HTTP.put HTTP.delete Excon.post Excon.put Excon.delete",
    (call, walk) => requests(call.name.split(".")[1] ?? "POST", 0)(call, walk),
  ),
  ...named(
    "TCPSocket.new TCPSocket.open UDPSocket.new Socket.tcp TCPServer.new UNIXSocket.new Socket.new OpenSSL.SSL.SSLSocket.new",
    unknown,
  ),
  ...named("Net.HTTP.*", pure),
  "SQLite3.Database.new": (call) => object("service:sqlite", wordAt(call, 0)),
  ...named(
    "$stdout.puts $stdout.print $stdout.write $stderr.puts STDOUT.puts STDERR.puts STDOUT.write STDOUT.print $stdin.read STDIN.read ARGF.read ARGF.each_line $stdin.each_line STDIN.each_line $stdin.gets STDIN.gets $stdout.sync= $stdout.flush STDOUT.flush ARGF.*  $stdin.* $stdout.* $stderr.* STDIN.* STDOUT.* STDERR.*",
    pure,
  ),
};

/** Ruby's names and what they do. */
export const RUBY: Dialect = {
  language: "ruby",
  acts: new Map(Object.entries(ACTS)),
  modules: new Set(words("Kernel Process IO PTY Open3 ObjectSpace Net Marshal Fiddle DRb Win32OLE")),
  libraries: new Set(),
  canonical: (name) =>
    name
      .replace(
        /^(Kernel|Object|self|main)\.(?=(system|exec|spawn|open|eval|puts|print|require|load|send|fork|exit|sleep|raise|p|format|sprintf|rand)$)/,
        "",
      )
      .replace(/^::/, ""),
  global: globalValue,
};

function globalValue(name: string, walk: Walk): Value | undefined {
  if (ACTS[name] && Object.hasOwn(ACTS, name)) return undefined;
  const variable = /^ENV\.([A-Za-z_]\w*)$/.exec(name)?.[1];
  if (variable !== undefined && /^[A-Z_0-9]+$/.test(variable))
    return environmentVariable(
      { name, args: [text(variable)], named: new Map(), open: false, source: name },
      walk,
    );
  if (name === "ARGV" || name === "$*") return list(programArguments(walk), true);
  if (name === "$0" || name === "__FILE__") return textWith(unknownWord(name));
  if (name === "__dir__")
    return textWith(
      walk.origin === "inline" && walk.scene.cwd !== undefined ? literal(walk.scene.cwd) : unknownWord(name),
    );
  if (
    /^(\$[_,;/\\.<>~!@&`'+1-9:"?$*-]|\$(stdin|stdout|stderr|PROGRAM_NAME|LOAD_PATH|LOADED_FEATURES|DEBUG|VERBOSE|F)|RUBY_\w+|STDIN|STDOUT|STDERR|ENV|DATA|self|nil|_|_1|it)$/.test(
      name,
    )
  )
    return /STD|std|ENV/.test(name) ? reference(name) : PLAIN;
  if (serviceOf(name) !== undefined) return reference(name);
  if (/^[A-Z]\w*$/.test(name) && !isModule(name))
    return object("foreign", { ...unknownWord(name), source: name });
  return undefined;
}

/** Constants that the tables, or the tables of services, know something below. */
function isModule(name: string): boolean {
  return (
    Object.keys(ACTS).some((known) => known.startsWith(`${name}.`)) ||
    /^(Net|Process|PTY|Open3|DRb)$/.test(name)
  );
}
