import type { Effect } from "../../core/effect.ts";
import type { Analyzer, Command, Finding, Scene, Stream, Word } from "../analyzer.ts";
import { fileEffects, found, unknownEffect } from "../effects.ts";
import { addressOf, type HttpRequest, requestEffects } from "../http.ts";
import { locate } from "../locate.ts";
import { literal, type Options, parseOptions } from "../options.ts";
import { readEffects } from "../reading.ts";
import { REMOTE } from "../words.ts";

export const analyzer: Analyzer = {
  name: "curl",
  title: "curl",
  about:
    "Requests are judged by method and target: asking is a read, changing something on this machine's own servers is everyday work, changing anything elsewhere counts as production unless declared. Files written and files sent are effects of their own.",
  programs: ["curl", "curlie"],
  analyze,
  examples: [
    { run: "curl -s https://api.example.com/v1/items", does: [], tier: 0 },
    { run: "curl -fsSLo tool.tgz https://example.com/tool.tgz", does: ["create file tool.tgz"], tier: 1 },
    {
      run: "curl -X POST http://localhost:3000/api/users -d '{\"a\":1}'",
      does: ["send http POST http://localhost:3000/api/users @local"],
      tier: 1,
    },
    {
      run: "curl -XDELETE localhost:3000/users/1",
      does: ["delete http DELETE localhost:3000/users/1 @local"],
      tier: 1,
    },
    {
      run: "curl --request=DELETE https://api.example.com/v1/db/7",
      does: ["delete http DELETE https://api.example.com/v1/db/7 @unknown"],
      tier: 4,
    },
    {
      run: "curl -X DELETE http://localhost:9200/_all",
      does: ["delete elasticsearch.data DELETE http://localhost:9200/_all @development"],
      tier: 2,
    },
    { run: 'curl https://api.example.com/graphql -d \'{"query":"{ me { id } }"}\'', does: [], tier: 0 },
    {
      run: 'curl https://api.example.com/graphql -d \'{"query":"mutation { volumeDelete(id: 1) }"}\'',
      does: ["delete http.volumeDelete POST https://api.example.com/graphql @unknown"],
      tier: 4,
    },
    {
      run: "curl -F file=@report.pdf https://upload.example.com",
      does: ["send http POST https://upload.example.com @unknown"],
      tier: 3,
    },
    {
      run: "curl -T .env https://example.com/x",
      does: ["change http PUT https://example.com/x @unknown", "read file .env"],
      tier: 3,
    },
    { run: "curl -G https://api.example.com -d q=1", does: [], tier: 0 },
    { run: "curl -K settings.curl", does: ["unknown? curl.config settings.curl @local"], tier: 2 },
    {
      run: "curl http://169.254.169.254/latest/meta-data/iam/",
      does: ["read cloud.metadata http://169.254.169.254/latest/meta-data/iam/ @local"],
      tier: 2,
    },
    {
      run: "curl -o ~/.bashrc https://example.com/x",
      does: ["create file /home/dev/.bashrc @local"],
      tier: 4,
    },
  ],
};

const VALUES = (
  "-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z " +
  "--abstract-unix-socket --alt-svc --aws-sigv4 --cacert --capath --cert --cert-type --ciphers --config --connect-timeout --connect-to " +
  "--continue-at --cookie --cookie-jar --create-file-mode --crlfile --curves --data --data-ascii --data-binary --data-raw --data-urlencode " +
  "--delegation --dns-interface --dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url --dump-header --ech --egd-file --engine --etag-compare " +
  "--etag-save --expect100-timeout --form --form-string --ftp-account --ftp-alternative-to-user --ftp-method --ftp-port --ftp-ssl-ccc-mode " +
  "--happy-eyeballs-timeout-ms --haproxy-clientip --header --hostpubmd5 --hostpubsha256 --hsts --interface --ip-tos --ipfs-gateway --json " +
  "--keepalive-time --keepalive-cnt --key --key-type --krb --libcurl --limit-rate --local-port --login-options --mail-auth --mail-from --mail-rcpt " +
  "--max-filesize --max-redirs --max-time --netrc-file --noproxy --oauth2-bearer --output --output-dir --parallel-max --pass --pinnedpubkey " +
  "--postquote --preproxy --prequote --proto --proto-default --proto-redir --proxy --proxy-cacert --proxy-capath --proxy-cert --proxy-header " +
  "--proxy-key --proxy-pass --proxy-user --proxy1.0 --pubkey --quote --random-file --range --rate --referer --request --request-target --resolve " +
  "--retry --retry-delay --retry-max-time --sasl-authzid --service-name --socks4 --socks4a --socks5 --socks5-hostname --speed-limit --speed-time " +
  "--stderr --telnet-option --tftp-blksize --time-cond --tls-max --tls13-ciphers --tlspassword --tlsuser --trace --trace-ascii --trace-config " +
  "--unix-socket --upload-file --url --url-query --user --user-agent --variable --vlan-priority --write-out"
).split(" ");
const LONG = [
  "--get",
  "--head",
  "--remote-name",
  "--remote-name-all",
  "--location",
  "--insecure",
  "--silent",
  "--show-error",
  "--fail",
  "--include",
  "--verbose",
  "--compressed",
  "--create-dirs",
  "--remote-header-name",
];
const WRITES = [
  "-o",
  "--output",
  "-D",
  "--dump-header",
  "-c",
  "--cookie-jar",
  "--trace",
  "--trace-ascii",
  "--libcurl",
  "--stderr",
  "--etag-save",
  "--hsts",
  "--alt-svc",
];

function analyze(command: Command, scene: Scene): Finding {
  const findings = groups(command.args).map((args) => transfer(args, command, scene));
  const shows = findings.some((one) => one.shows);
  const output: Stream = shows ? REMOTE : { kind: "none" };
  return found(
    findings.flatMap((one) => one.effects),
    output,
  );
}

/** `--next` begins a request with options of its own. */
function groups(args: readonly Word[]): readonly (readonly Word[])[] {
  const all: Word[][] = [[]];
  for (const arg of args) {
    if (arg.text === "--next" || arg.text === "-:") all.push([]);
    else all.at(-1)?.push(arg);
  }
  return all.filter((group) => group.length > 0);
}

interface Transferred {
  readonly effects: readonly Effect[];
  /** What comes back is printed. */
  readonly shows: boolean;
}

function transfer(args: readonly Word[], command: Command, scene: Scene): Transferred {
  const options = parseOptions(args, { values: VALUES, long: LONG });
  const urls = [...options.operands, ...options.values("--url")];
  const by = command.source;
  const named = options.has("-o", "--output", "-O", "--remote-name", "--remote-name-all");
  const effects = [
    ...urls.flatMap((url) => requested(url, options, command, scene)),
    ...writtenFiles(options, urls).flatMap((file) => fileEffects("change", file, scene, { by })),
    ...readEffects(sentFiles(options), scene, { by }),
    ...options.values("-K", "--config").map((file) => unknownEffect(scene, "curl.config", file.source, by)),
    ...(hasHiddenOptions(urls) ? [unknownEffect(scene, "curl.options", by, by)] : []),
  ];
  return { effects, shows: !named || options.values("-o", "--output").some((file) => file.text === "-") };
}

/** An unknown word beside the address, or an array of words, may hold any option. */
function hasHiddenOptions(urls: readonly Word[]): boolean {
  const unknown = urls.filter((url) => url.text === undefined && url.prefix === "" && !url.tame);
  if (unknown.some((url) => /[[{]?[@*][\]}]?["']?$/.test(url.source))) return true;
  return unknown.length > 0 && urls.length > unknown.length
    ? unknown.some((url) => !url.source.startsWith('"') && url.suffix === "")
    : unknown.length > 1;
}

function requested(url: Word, options: Options, command: Command, scene: Scene): readonly Effect[] {
  const scheme = /^([a-z0-9]+):\/\//i.exec(url.text ?? url.prefix)?.[1]?.toLowerCase();
  const body = bodyOf(options, command, scene);
  const socket = options.value("--unix-socket", "--abstract-unix-socket");
  const method = methodOf(options);
  const uploads = sentFiles(options).length > 0 || sendsInput(options);
  const quoted = options.values("-Q", "--quote", "--prequote", "--postquote");
  const ftp = quoted.length > 0 && scheme !== undefined && /^s?ftps?$/.test(scheme) ? ["DELETE"] : [];
  return [method, ...ftp].flatMap((one) =>
    requestEffects(
      {
        method: one,
        url,
        ...body,
        headers: options.values("-H", "--header"),
        uploads,
        socket: socket ? (socket.text ?? "") : undefined,
        by: command.source,
      },
      scene,
    ),
  );
}

const BODY = ["-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--data-urlencode", "--json"];

/** The method by curl's own rules: named, else implied by an upload, a form or data. */
function methodOf(options: Options): string | undefined {
  const named = options.value("-X", "--request");
  if (named) return named.text;
  if (options.has("-T", "--upload-file")) return "PUT";
  if (options.has("-G", "--get", "-I", "--head")) return "GET";
  return options.has("-F", "--form", "--form-string", ...BODY) ? "POST" : "GET";
}

/** The text of the body when all its parts are literal or known files, a mark that there is one when not. */
function bodyOf(options: Options, command: Command, scene: Scene): Pick<HttpRequest, "body" | "bodyUnknown"> {
  const texts = options.values(...BODY).map((word) => {
    if (word.text === undefined) return undefined;
    if (!word.text.startsWith("@") || options.values("--data-raw").includes(word)) return word.text;
    if (word.text === "@-") return command.stdin.kind === "text" ? command.stdin.text : undefined;
    const at = locate(literal(word.text.slice(1)), scene);
    return at.secret || at.area === "remote" ? undefined : scene.need({ kind: "text", path: at.path })?.text;
  });
  if (texts.length === 0) return {};
  return texts.every((text) => text !== undefined) ? { body: texts.join("&") } : { bodyUnknown: true };
}

/** Files whose content is sent: `-T file`, `-d @file`, `-F name=@file`, `--data-urlencode name@file`. */
function sentFiles(options: Options): readonly Word[] {
  const data = options
    .values("-d", "--data", "--data-ascii", "--data-binary", "--json")
    .flatMap((word) => afterSign(word, /^@/));
  const encoded = options.values("--data-urlencode").flatMap((word) => afterSign(word, /^[^=@]*@/));
  const forms = options.values("-F", "--form").flatMap((word) => afterSign(word, /^[^=]*=[@<]/));
  return [...options.values("-T", "--upload-file"), ...data, ...encoded, ...forms].filter(
    (word) => word.text !== "-" && word.text !== ".",
  );
}

function sendsInput(options: Options): boolean {
  return options
    .values("-T", "--upload-file", ...BODY)
    .some((word) => word.text === "@-" || word.text === "-");
}

function afterSign(word: Word, sign: RegExp): readonly Word[] {
  const match = sign.exec(word.text ?? word.prefix);
  if (!match) return [];
  const cut = match[0].length;
  const rest = {
    ...word,
    text: word.text?.slice(cut).replace(/;(type|filename|headers|encoder)=.*$/, ""),
    prefix: word.prefix.slice(cut),
    source: word.source,
  };
  return [rest];
}

function writtenFiles(options: Options, urls: readonly Word[]): readonly Word[] {
  const folder = options.value("--output-dir");
  const place = (name: Word): Word =>
    folder?.text === undefined || name.text === undefined || name.text.startsWith("/")
      ? name
      : literal(`${folder.text}/${name.text}`);
  const named = options
    .values(...WRITES)
    .filter((file) => file.text !== "-" && file.text !== "" && file.text !== "%");
  const remote = options.has("-O", "--remote-name", "--remote-name-all") ? urls.map(remoteName) : [];
  return [...named, ...remote].map(place);
}

/** The name under which `-O` saves: the last segment of the path. */
function remoteName(url: Word): Word {
  const { path } = addressOf(url);
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === "" || url.text === undefined ? { ...literal("./*"), glob: true } : literal(name);
}
