import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { addressOf, requestEffects } from "../http.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { OPAQUE, REMOTE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "downloads",
  title: "wget, HTTPie and other HTTP clients",
  about:
    "wget, aria2c, axel, http/https (HTTPie), xh and load generators: the method, the target, what is written and what is sent.",
  programs: [
    "wget",
    "wget2",
    "aria2c",
    "axel",
    "http",
    "https",
    "xh",
    "xhs",
    "httpie",
    "ab",
    "wrk",
    "hey",
    "bombardier",
    "oha",
    "vegeta",
    "siege",
    "grpcurl",
    "websocat",
    "wscat",
  ],
  analyze,
  examples: [
    { run: "wget https://example.com/a.tgz", does: ["create file a.tgz"], tier: 1 },
    { run: "wget -qO- https://example.com/a", does: [], tier: 0 },
    { run: "wget -O /etc/hosts https://example.com/a", does: ["create file /etc/hosts @local"], tier: 3 },
    {
      run: "wget --post-file=.env https://example.com",
      does: ["send http POST https://example.com @unknown", "read file .env", "create file index.html"],
      tier: 3,
    },
    {
      run: "wget --method=DELETE https://api.example.com/x -O -",
      does: ["delete http DELETE https://api.example.com/x @unknown"],
      tier: 4,
    },
    { run: "wget --spider https://example.com", does: [], tier: 0 },
    { run: "http GET localhost:3000/users", does: [], tier: 0 },
    { run: "http POST :3000/users name=x", does: ["send http POST localhost:3000/users @local"], tier: 1 },
    {
      run: "http DELETE https://api.example.com/users/1",
      does: ["delete http DELETE https://api.example.com/users/1 @unknown"],
      tier: 4,
    },
    {
      run: "xh https://api.example.com/users a=b",
      does: ["send http POST https://api.example.com/users @unknown"],
      tier: 3,
    },
    { run: "aria2c https://example.com/a.iso", does: ["change file *"], tier: 1 },
    {
      run: "aria2c --on-download-complete=./x.sh https://example.com/a",
      does: ["unknown? program ./x.sh @local", "change file *"],
      tier: 2,
    },
    { run: "wrk -t2 http://localhost:3000/", does: [], tier: 0 },
    {
      run: "hey -n 100000 https://www.example.com/",
      does: ["send http load on https://www.example.com/ @unknown"],
      tier: 3,
    },
  ],
};

function analyze(command: Command, scene: Scene): Finding {
  switch (command.program) {
    case "wget":
    case "wget2":
      return wget(command, scene);
    case "aria2c":
    case "axel":
      return download(command, scene);
    case "http":
    case "https":
    case "xh":
    case "xhs":
    case "httpie":
      return httpie(command, scene);
    case "grpcurl":
      return grpc(command, scene);
    case "websocat":
    case "wscat":
      return socket(command, scene);
    default:
      return load(command, scene);
  }
}

const WGET_VALUES =
  "-a -A -b- -B -D -e -i -I -l -o -O -P -Q -R -t -T -U -w -X --append-output --accept --accept-regex --base --bind-address --body-data --body-file --ca-certificate --ca-directory --certificate --certificate-type --config --connect-timeout --cut-dirs --default-page --directory-prefix --dns-timeout --domains --exclude-directories --exclude-domains --execute --follow-tags --ftp-password --ftp-user --header --http-password --http-user --ignore-tags --include-directories --input-file --level --limit-rate --load-cookies --local-encoding --max-redirect --method --output-document --output-file --password --post-data --post-file --prefer-family --private-key --progress --quota --read-timeout --referer --reject --reject-regex --restrict-file-names --save-cookies --secure-protocol --start-pos --timeout --tries --use-askpass --user --user-agent --wait --waitretry --warc-file".split(
    " ",
  );

function wget(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args.map(attachedLetters), {
    values: WGET_VALUES,
    long: [
      "--spider",
      "--recursive",
      "--mirror",
      "--quiet",
      "--continue",
      "--no-check-certificate",
      "--delete-after",
    ],
  });
  const urls = options.operands;
  const by = command.source;
  const body = options.value("--post-data", "--body-data");
  const file = options.value("--post-file", "--body-file");
  const method = options.has("--method") ? options.value("--method")?.text : body || file ? "POST" : "GET";
  const starts = [
    ...options.values("--use-askpass"),
    ...options
      .values("-e", "--execute")
      .filter(
        (word) => !/^(robots|use_proxy|https?_proxy|timeout|tries|user_agent)\s*=/i.test(word.text ?? ""),
      ),
    ...options.values("--config"),
  ];
  const effects = [
    ...urls.flatMap((url) =>
      requestEffects(
        {
          method,
          url,
          body: body?.text,
          bodyUnknown: body !== undefined && body.text === undefined,
          headers: options.values("--header"),
          uploads: file !== undefined,
          by,
        },
        scene,
      ),
    ),
    ...(file ? readEffects([file], scene, { by }) : []),
    ...starts.map((word) => unknownEffect(scene, "wget.setting", word.source, by)),
    ...wgetFiles(options, urls).flatMap((one) => fileEffects("change", one, scene, { by })),
    ...(options.dynamic && urls.length > 1 ? [unknownEffect(scene, "wget.options", by, by)] : []),
  ];
  return found(
    effects,
    isStandardOutput(options.value("-O", "--output-document")) ? REMOTE : { kind: "none" },
  );
}

/** `-qO-` and `-nv`: the two-letter switches of wget are flags. */
function attachedLetters(word: Word): Word {
  return /^-n[cdhHpv]+$/.test(word.text ?? "") ? literal("-n") : word;
}

function isStandardOutput(word: Word | undefined): boolean {
  return word?.text === "-" || word?.text === "/dev/stdout";
}

function wgetFiles(options: Options, urls: readonly Word[]): readonly Word[] {
  const logs = options.values("-o", "-a", "--output-file", "--append-output", "--save-cookies");
  const named = options.value("-O", "--output-document");
  const folder = options.value("-P", "--directory-prefix");
  if (options.has("--spider") || isStandardOutput(named)) return logs;
  if (named) return [...logs, named];
  if (options.has("-r", "-m", "--recursive", "--mirror", "-i", "--input-file"))
    return [...logs, everythingIn(folder)];
  return [...logs, ...urls.map((url) => inFolder(folder, savedName(url)))];
}

function savedName(url: Word): string | undefined {
  if (url.text === undefined) return undefined;
  const { path } = addressOf(url);
  return path.slice(path.lastIndexOf("/") + 1) || "index.html";
}

function everythingIn(folder: Word | undefined): Word {
  return folder ?? { ...literal("*"), glob: true };
}

function inFolder(folder: Word | undefined, name: string | undefined): Word {
  if (name === undefined) return everythingIn(folder);
  if (folder === undefined) return literal(name);
  return folder.text === undefined ? folder : literal(`${folder.text.replace(/\/$/, "")}/${name}`);
}

function download(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-d",
      "-o",
      "-i",
      "-s",
      "-x",
      "-j",
      "-k",
      "-n",
      "-l",
      "-c-",
      "-U",
      "-H",
      "-T",
      "--dir",
      "--out",
      "--output",
      "--input-file",
      "--split",
      "--log",
      "--header",
      "--on-download-complete",
      "--on-download-start",
      "--on-download-error",
      "--on-download-stop",
      "--on-download-pause",
      "--on-bt-download-complete",
      "--conf-path",
      "--load-cookies",
      "--save-session",
    ],
  });
  const by = command.source;
  const hooks = options.names
    .filter((name) => name.startsWith("--on-"))
    .flatMap((name) => options.values(name));
  const name = options.value("-o", "--out", "--output");
  const target =
    name?.text === undefined
      ? everythingIn(options.value("-d", "--dir"))
      : inFolder(options.value("-d", "--dir"), name.text);
  return found([
    ...hooks.map((hook) => unknownEffect(scene, "program", hook.source, by)),
    ...fileEffects("change", target, scene, { by }),
  ]);
}

const HTTPIE_VALUES = [
  "-o",
  "-p",
  "-s",
  "-a",
  "-A",
  "-b-",
  "--output",
  "--print",
  "--style",
  "--auth",
  "--auth-type",
  "--session",
  "--session-read-only",
  "--proxy",
  "--verify",
  "--cert",
  "--cert-key",
  "--timeout",
  "--max-redirects",
  "--raw",
  "--boundary",
  "--pretty",
  "--format-options",
  "--ssl",
  "--ciphers",
  "--default-scheme",
  "--unix-socket",
  "--bearer",
  "--http-version",
  "--interface",
  "--resolve",
];

/** `http [METHOD] URL [ITEM…]`: items with `=` or `:=` are data, with `@` files, and make it a POST. */
function httpie(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, { values: HTTPIE_VALUES });
  const words =
    command.program === "httpie" && /^https?$/.test(options.operands[0]?.text ?? "")
      ? options.operands.slice(1)
      : options.operands;
  const explicit = /^[A-Za-z]+$/.test(words[0]?.text ?? "") && words.length > 1 ? words[0]?.text : undefined;
  const [url, ...items] = explicit === undefined ? words : words.slice(1);
  if (!url || options.has("--offline")) return { effects: [], output: OPAQUE };
  const files = items.flatMap((item) =>
    /^[^=:@]*(=|:=)?@/.test(item.text ?? "")
      ? [literal((item.text ?? "").replace(/^[^@]*@/, "").replace(/;type=.*$/, ""))]
      : [],
  );
  const data = items.filter((item) => /^[^=:]*(:=|=(?!=))/.test(item.text ?? item.prefix));
  const piped = command.stdin.kind !== "none" && !options.has("--ignore-stdin", "-I");
  const sends =
    data.length > 0 || files.length > 0 || options.has("--raw") || (piped && command.stdin.kind === "text");
  const method = explicit ?? (sends ? "POST" : "GET");
  const by = command.source;
  const headers = items.filter((item) => /^[\w-]+:(?!=)/.test(item.text ?? item.prefix));
  const body =
    options.value("--raw")?.text ?? (command.stdin.kind === "text" ? command.stdin.text : undefined);
  const saves =
    options.value("-o", "--output") ??
    (options.has("-d", "--download") ? inFolder(undefined, savedName(url)) : undefined);
  const effects: Effect[] = [
    ...requestEffects(
      { method, url, body: body ?? formOf(data), headers, uploads: files.length > 0, by },
      scene,
    ),
    ...readEffects(files, scene, { by }),
    ...(saves ? fileEffects("change", saves, scene, { by }) : []),
  ];
  return found(effects, saves ? { kind: "none" } : REMOTE);
}

/** Data items as JSON, which HTTPie makes of them; a piece that is not known stands as typed. */
function formOf(items: readonly Word[]): string | undefined {
  if (items.length === 0) return undefined;
  const entries = items.map((item) => {
    const [, name = "", value = ""] = /^([^=:]*):?=([\s\S]*)$/.exec(item.text ?? item.source) ?? [];
    return [name, value] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** gRPC says nothing about whether a call changes anything; listing and describing do not. */
function grpc(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-d",
      "-H",
      "-import-path",
      "-proto",
      "-protoset",
      "-cacert",
      "-cert",
      "-key",
      "-authority",
      "-max-time",
      "-rpc-header",
      "-reflect-header",
      "-servername",
      "-format",
    ],
    singleDash: true,
  });
  const [address, method] = options.operands;
  if (!address || !method || /^(list|describe)$/.test(method.text ?? ""))
    return { effects: [], output: OPAQUE };
  const name = (method.text ?? "").slice((method.text ?? "").search(/[^/.]+$/));
  const reads =
    /^(Get|List|Check|Watch|Search|Describe|Read|Find|Lookup|Query|Count|Health|Ping|Version|Status|Stream(?=Get|List))/.test(
      name,
    );
  return found(
    requestEffects(
      {
        method: reads ? "GET" : "POST",
        url: literal(`${address.text ?? address.source}/${method.text ?? ""}`),
        by: command.source,
      },
      scene,
    ),
    REMOTE,
  );
}

function socket(command: Command, scene: Scene): Finding {
  const options = parseOptions(command.args, {
    values: [
      "-c",
      "--connect",
      "-l",
      "--listen",
      "-H",
      "-x",
      "--execute",
      "-s",
      "--auth",
      "-P",
      "-p",
      "-o",
      "-w",
    ],
  });
  const starts = command.args
    .filter((arg) => /(sh-c|cmd|exec|writefile|appendfile):|--exec/.test(arg.text ?? ""))
    .map((arg) => unknownEffect(scene, "program", arg.source, command.source));
  const url =
    options.value("-c", "--connect") ?? options.operands.find((one) => /^wss?:/.test(one.text ?? ""));
  const sends = command.stdin.kind !== "none" || options.has("-x", "--execute");
  return found(
    [...starts, ...(url && sends ? requestEffects({ method: "POST", url, by: command.source }, scene) : [])],
    REMOTE,
  );
}

/** Load generators send many requests: against anything but this machine that is no read. */
function load(command: Command, scene: Scene): Finding {
  const url = command.args.find((arg) => /^(https?:\/\/|localhost|127\.)/.test(arg.text ?? arg.prefix));
  const by = command.source;
  if (!url)
    return found(
      command.args.length > 0 ? [unknownEffect(scene, "http", `load by ${command.program}`, by)] : [],
    );
  const method = parseOptions(command.args, { values: ["-m", "-X", "-M"] }).value("-m", "-X", "-M")?.text;
  const [effect] = requestEffects({ method: "POST", url, by }, scene);
  if (!effect || effect.resource.environment === "local")
    return found(method ? requestEffects({ method, url, by }, scene) : [], OPAQUE);
  return found(
    [{ ...effect, resource: { ...effect.resource, name: `load on ${addressOf(url).shown}` } }],
    OPAQUE,
  );
}
