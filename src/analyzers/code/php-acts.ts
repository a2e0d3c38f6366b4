import { literal, unknownWord } from "../options.ts";
import {
  copies,
  creates,
  decodes,
  deletes,
  globs,
  lists,
  moves,
  opens,
  prints,
  pure,
  reads,
  requests,
  same,
  somehowText,
  unknown,
  wordAt,
  writes,
} from "./acts.ts";
import { changesDirectory, environmentVariable, programArguments, temporaryPath } from "./places.ts";
import { evaluates, runsShell } from "./process-acts.ts";
import { noteUse } from "./refer.ts";
import { named } from "./table.ts";
import { knownText, list, object, PLAIN, text, textWith, UNKNOWN, type Value } from "./values.ts";
import {
  type Act,
  type Call,
  type Dialect,
  noteFinding,
  noteForeign,
  noteUnknown,
  type Walk,
} from "./walk.ts";

/** Everything that only computes, prints or looks, by the beginnings that PHP's function names have. */
const COMPUTES =
  /^(array|str|string|mb|ctype|preg|json|is|in|date|time|mktime|checkdate|strtotime|math|bc|gmp|hash|md5|sha1|crc32|crypt|password|random|rand|mt|abs|ceil|floor|round|sqrt|pow|exp|log|sin|cos|tan|pi|max|min|fmod|intdiv|base|bin2hex|dechex|hexdec|bindec|decbin|octdec|decoct|number|sprintf|vsprintf|printf|vprintf|implode|explode|join|trim|ltrim|rtrim|chop|nl2br|html|addslashes|stripslashes|quotemeta|ucfirst|ucwords|lcfirst|wordwrap|chunk|similar|soundex|metaphone|levenshtein|substr|count|sizeof|sort|rsort|usort|uasort|uksort|ksort|krsort|asort|arsort|shuffle|range|compact|extract|list|each|key|current|next|prev|reset|end|iterator|serialize|var|print|debug|error|trigger|set_error|set_exception|restore|assert_options|gettype|get|method|class|function|func|interface|property|property_exists|spl|ob|flush|header|headers|http_build|http_response|parse|url|rawurl|uniqid|usleep|sleep|microtime|hrtime|gmdate|idate|localtime|php|phpversion|phpinfo|phpcredits|sys|memory|gc|ini|set_time|ignore|connection|zend|extension|version|define|defined|constant|constants|filter|iconv|utf8|gz|zlib|bz|openssl|sodium|simplexml|xml|dom|libxml|ctype|token|highlight|levenshtein|fgets|fgetc|fgetcsv|fread|fwrite|fputs|fputcsv|fclose|feof|ftell|fseek|rewind|fflush|flock|fstat|stream|file_exists|filesize|filemtime|fileperms|fileowner|filectime|fileatime|filetype|fnmatch|stat|lstat|clearstatcache|disk|realpath|basename|dirname|pathinfo|getcwd|umask|readline|gethost|ip2long|long2ip|inet|getmy|getr|cli|pcntl_signal|posix_get|posix_is|ctype|image|exif|finfo|mime|collator|intl|locale|numfmt|transliterator|normalizer|grapheme|settype|intval|floatval|doubleval|boolval|strval|call_user_method|forward|register_shutdown|array_walk|nl_langinfo|localeconv|money|convert|lcg|mhash|easter|cal|jd|unixtojd|strptime|getopt|getenv|gethostname|isset|empty|die|exit|echo|each|tap|dump|dd|collect|now|config|env|app|yaml_parse|yaml_emit|igbinary|msgpack)(?=$|_|[a-z0-9])/;

const callsByName: Act = (call, walk) => {
  const [callee, ...rest] = call.args;
  const args = call.name.endsWith("_array") && rest[0]?.kind === "list" ? rest[0].items : rest;
  return callValue(callee ?? UNKNOWN, args, call, walk);
};

/** Functions that call another for every element: the callback first, or last. */
const callsForEach: Act = (call, walk) => {
  for (const value of call.args) {
    const name = knownText(value);
    const callable = value.kind === "function" || (name !== undefined && isFunction(name, walk));
    if (!callable) continue;
    const items = call.args.find((other) => other.kind === "list");
    for (const item of items?.kind === "list" && items.items.length > 0
      ? items.items.slice(0, 40)
      : [UNKNOWN])
      callValue(value, [item], call, walk);
  }
  return list([], true);
};

function isFunction(name: string, walk: Walk): boolean {
  return (
    /^[a-z_]\w*$/i.test(name) &&
    walk.dialect.acts.has(name.toLowerCase()) &&
    !COMPUTES.test(name.toLowerCase())
  );
}

function callValue(callee: Value, args: readonly Value[], call: Call, walk: Walk): Value {
  const name = knownText(callee);
  if (callee.kind === "function") return walk.call(callee, args, call.source);
  if (name === undefined) {
    noteUnknown(walk, `${call.name} of a computed name`, call.source);
    return UNKNOWN;
  }
  return noteUse(name.replace("::", "."), { ...call, name, args }, walk);
}

/** `include "x.php"`: a file of the project runs; one from the network is foreign code. */
const includes: Act = (call, walk) => {
  const word = wordAt(call, 0);
  if (/^(https?|ftp|data|php):/.test(word.prefix))
    noteUnknown(walk, `include ${word.source}`, call.source, ["foreign-code"]);
  else noteForeign(walk, word.text ?? "include");
  return PLAIN;
};

/** `file_get_contents` and its relatives take addresses as well as paths. */
const readsAnything: Act = (call, walk) =>
  (/^https?:/.test(wordAt(call, 0).prefix) ? requests("GET", 0) : reads(0, textWith(unknownWord("file"))))(
    call,
    walk,
  );

/** cURL's handle remembers address and method until it is executed. */
const curlOption: Act = (call, walk) => {
  const option = call.source;
  if (/CURLOPT_(CUSTOMREQUEST)/.test(option))
    requests(knownText(call.args[2]) ?? "POST", "self")(
      { ...call, self: textWith(call.args[0]?.kind === "object" ? call.args[0].at : unknownWord("url")) },
      walk,
    );
  else if (/CURLOPT_(POST|POSTFIELDS|PUT|UPLOAD)\b/.test(option))
    requests("POST", "self")(
      { ...call, self: textWith(call.args[0]?.kind === "object" ? call.args[0].at : unknownWord("url")) },
      walk,
    );
  return PLAIN;
};

const database: Act = (call) => {
  const source = knownText(call.args[0]) ?? "";
  const file = /^sqlite:(.*)$/.exec(source)?.[1];
  return file === undefined
    ? object("service:sql", { ...unknownWord("sql"), source: "sql" })
    : object("service:sqlite", literal(file));
};

const ACTS: Readonly<Record<string, Act>> = {
  echo: prints("", ""),
  print: prints("", ""),
  include: includes,
  ...named("system exec shell_exec passthru popen", runsShell(0)),
  proc_open: (call, walk) =>
    runsShell(0)(
      {
        ...call,
        args: [call.args[0]?.kind === "list" ? textWith(unknownWord("command")) : (call.args[0] ?? UNKNOWN)],
      },
      walk,
    ),
  pcntl_exec: unknown,
  ...named("eval create_function assert", (call, walk) => {
    const code = knownText(call.args.at(-1));
    if (call.args.at(-1)?.kind !== "text" && call.name === "assert") return PLAIN;
    return evaluates("php", 0)(
      { ...call, args: [code === undefined ? (call.args.at(-1) ?? UNKNOWN) : text(`<?php ${code}`)] },
      walk,
    );
  }),
  ...named("call_user_func call_user_func_array func_overload forward_static_call", callsByName),
  ...named(
    "array_map array_filter array_walk array_reduce usort uasort uksort preg_replace_callback register_shutdown_function iterator_apply array_walk_recursive ob_start spl_autoload_register",
    callsForEach,
  ),
  ...named(
    "unserialize dl ffi mail posix_kill pcntl_fork posix_setuid posix_setgid ini_set_disable socket_connect fsockopen pfsockopen stream_socket_client socket_create ldap_connect ftp_connect ssh2_connect ssh2_exec imap_open",
    unknown,
  ),
  "ReflectionFunction.new": unknown,
  "ReflectionMethod.new": unknown,
  "FFI.cdef": unknown,
  "COM.new": unknown,

  ...named(
    "file_get_contents readfile file fopen_read parse_ini_file show_source highlight_file php_strip_whitespace md5_file sha1_file hash_file simplexml_load_file getimagesize exif_read_data",
    readsAnything,
  ),
  ...named("file_put_contents touch chmod chown chgrp lchown ftruncate symlink_target", writes(0)),
  fopen: (call, walk) =>
    (/^https?:/.test(wordAt(call, 0).prefix)
      ? requests("GET", 0)
      : /^php:/.test(wordAt(call, 0).prefix)
        ? pure
        : opens(0, 1))(call, walk),
  unlink: deletes(0),
  rmdir: deletes(0),
  rename: moves(0, 1),
  copy: copies(0, 1),
  move_uploaded_file: moves(0, 1),
  ...named("symlink link", writes(1)),
  mkdir: creates(0),
  tempnam: temporaryPath,
  tmpfile: () => object("file"),
  sys_get_temp_dir: (_call, walk) => text(walk.scene.setting.temporary[0] ?? "/tmp"),
  glob: globs(0),
  ...named("scandir opendir", lists(0, "names")),
  readdir: somehowText,
  chdir: changesDirectory(0),
  chroot: unknown,
  getcwd: (_call, walk) =>
    textWith(walk.scene.cwd === undefined ? unknownWord("cwd") : literal(walk.scene.cwd)),
  getenv: environmentVariable,
  putenv: pure,
  base64_decode: decodes("base64", 0),
  hex2bin: decodes("hex", 0),
  str_rot13: decodes("rot13", 0),
  ...named("urldecode rawurldecode", decodes("percent", 0)),
  ...named("gzinflate gzuncompress gzdecode convert_uudecode", somehowText),
  strrev: (call) =>
    knownText(call.args[0]) === undefined
      ? PLAIN
      : text([...(knownText(call.args[0]) ?? "")].reverse().join("")),
  chr: (call) => (call.args[0]?.kind === "number" ? text(String.fromCharCode(call.args[0].value)) : PLAIN),
  ...named("implode join", (call) => {
    const items = call.args.find((value) => value.kind === "list");
    const separator = knownText(call.args[0]) ?? "";
    return items?.kind === "list" && !items.open && items.items.every((item) => knownText(item) !== undefined)
      ? text(items.items.map((item) => knownText(item)).join(separator))
      : textWith(unknownWord(call.source));
  }),
  ...named("trim rtrim ltrim escapeshellarg escapeshellcmd strval realpath", same(0)),
  str_replace: (call) => {
    const [from, to, on] = call.args.map(knownText);
    return from !== undefined && to !== undefined && on !== undefined
      ? text(on.split(from).join(to))
      : textWith(unknownWord(call.source));
  },
  dirname: (call) =>
    textWith({ ...unknownWord(call.source), prefix: wordAt(call, 0).prefix.replace(/[^/]*\/*$/, "") }),
  basename: (call) => textWith({ ...unknownWord(call.source), tame: true }),
  curl_init: (call) => object("curl", wordAt(call, 0)),
  ...named("curl_setopt curl_setopt_array", curlOption),
  ...named(
    "curl_exec curl_close curl_error curl_getinfo curl_errno curl_version curl_multi_init",
    requests("GET", 0),
  ),
  ...named("PDO.new mysqli.new SQLite3.new", (call, walk) =>
    call.name === "SQLite3.new" ? object("service:sqlite", wordAt(call, 0)) : database(call, walk),
  ),
  ...named("mysqli_connect pg_connect sqlsrv_connect oci_connect", () =>
    object("service:sql", { ...unknownWord("sql"), source: "sql" }),
  ),
  ...named("mysqli_query pg_query sqlsrv_query", (call, walk) => {
    const sql = knownText(call.args.at(-1));
    if (sql === undefined) noteUnknown(walk, call.name, call.source);
    else noteFinding(walk, walk.scene.code("sql", sql));
    return PLAIN;
  }),
  ...named(
    "DateTime.new DateTimeImmutable.new DateInterval.new DatePeriod.new DateTimeZone.new ArrayObject.new ArrayIterator.new SplObjectStorage.new SplStack.new SplQueue.new SplFixedArray.new SimpleXMLElement.new DOMDocument.new Exception.new RuntimeException.new InvalidArgumentException.new stdClass.new ReflectionClass.new ReflectionObject.new ReflectionNamedType.new NumberFormatter.new IntlDateFormatter.new Random.new WeakMap.new Generator.new Closure.fromCallable RecursiveIteratorIterator.new",
    pure,
  ),
  ...named("SplFileObject.new", opens(0, 1)),
  ...named("DirectoryIterator.new RecursiveDirectoryIterator.new FilesystemIterator.new", lists(0, "paths")),
};

/** PHP's names and what they do. Function names do not distinguish case. */
export const PHP: Dialect = {
  language: "php",
  acts: {
    get: (name) => KNOWN.get(name) ?? (computes(name) ? pure : undefined),
    has: (name) => KNOWN.has(name) || computes(name),
  },
  modules: new Set(),
  libraries: new Set(),
  canonical: (name) => {
    const lower = name.toLowerCase();
    return /^\w+$/.test(name) && (KNOWN.has(lower) || computes(lower)) ? lower : name.replace(/^\\/, "");
  },
  global: globalValue,
};

const KNOWN = new Map(Object.entries(ACTS));

function computes(name: string): boolean {
  return /^\w+$/.test(name) && COMPUTES.test(name);
}

function globalValue(name: string, walk: Walk): Value | undefined {
  if (name === "$argv") return list([text("php"), ...programArguments(walk)], true);
  if (name === "__dir__" || name === "__DIR__")
    return textWith(
      walk.origin === "inline" && walk.scene.cwd !== undefined ? literal(walk.scene.cwd) : unknownWord(name),
    );
  if (/^(php_eol|PHP_EOL)$/.test(name)) return text("\n");
  if (/^(directory_separator|DIRECTORY_SEPARATOR)$/.test(name)) return text("/");
  if (/^\$(_SERVER|_ENV|_GET|_POST|_COOKIE|_REQUEST|GLOBALS|argc|_FILES|_SESSION|this)$/.test(name))
    return UNKNOWN;
  if (/^[A-Z]\w*$/.test(name) && Object.keys(ACTS).some((known) => known.startsWith(`${name}.`)))
    return { kind: "reference", name };
  return /^[A-Z]\w*$/.test(name) ? object("foreign", { ...unknownWord(name), source: name }) : undefined;
}
