/** A URL taken apart. Everything in it is controlled by whoever asks for it. */
export interface HttpAddress {
  /** Lower case, without `:`; empty when the URL names none. */
  readonly scheme: string;
  /** In its one canonical spelling, see `canonicalHost`; empty when there is none. */
  readonly host: string;
  readonly port: string;
  /** Decoded as far as it can be; begins with `/` or is empty. */
  readonly path: string;
  /** With its `?`; empty when there is none. */
  readonly query: string;
  /** For people: without user, password and query, which may hold secrets. */
  readonly shown: string;
}

/** Takes a URL apart as clients do: the scheme may be missing, `:3000` is a port of this machine. */
export function parseAddress(url: string): HttpAddress {
  // URL parsers remove tabs and line ends, and read a backslash as a slash (WHATWG URL, 4.4).
  const text = url.replace(/[\t\r\n]/g, "").trim();
  const match =
    /^(?:([a-z][a-z0-9+.-]*):[\\/]{2,})?(?:[^/\\?#]*@)?(\[[^\]]*\]|[^/\\?#:]*)(?::(\d*))?([^?#]*)(\?[^#]*)?/i.exec(
      text,
    );
  const [, scheme = "", name = "", port = "", path = "", query = ""] = match ?? [];
  if (scheme.toLowerCase() === "file") return fileAddress(text);
  const host = name === "" && scheme === "" && port !== "" ? "localhost" : canonicalHost(name);
  const where = `${name === "" ? host : name}${port === "" ? "" : `:${port}`}${path}`;
  return {
    scheme: scheme.toLowerCase(),
    host,
    port,
    path: decoded(path).replace(/\\/g, "/"),
    query,
    shown: `${scheme === "" ? "" : `${scheme}://`}${where}`.slice(0, 180),
  };
}

/** `file:///path`, `file://host/path` and `file:/path` (RFC 8089): the host does not matter, the file is local. */
function fileAddress(text: string): HttpAddress {
  const path = decoded(text.replace(/^file:/i, "").replace(/[?#].*$/s, "")).replace(/\\/g, "/");
  const local = path.replace(/^\/\/[^/]*/, "");
  return { scheme: "file", host: "", port: "", path: local, query: "", shown: `file://${local}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * One spelling for the many that reach the same machine: letters in lower case, percent encoding and full-width
 * forms undone, numbers read as `inet_aton(3)` does (decimal, octal, hexadecimal, fewer than four parts), IPv6
 * written out, and IPv4 addresses inside IPv6 ones (RFC 4291 2.5.5, RFC 6052) as IPv4.
 */
export function canonicalHost(name: string): string {
  const text = decoded(name)
    .normalize("NFKC")
    .replace(/[\u3002\uff61]/g, ".")
    .toLowerCase()
    .replace(/\.$/, "");
  const six = /^\[?([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*)(?:%[\w.-]*)?\]?$/.exec(text)?.[1];
  if (six !== undefined) return canonicalSix(six) ?? text;
  return canonicalFour(text) ?? text;
}

function canonicalFour(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length > 4 || parts.some((part) => !/^(0x[0-9a-f]*|\d+)$/.test(part))) return undefined;
  const numbers = parts.map(numberOf);
  const last = numbers.at(-1) ?? 0;
  const first = numbers.slice(0, -1);
  if (numbers.some((one) => Number.isNaN(one)) || first.some((one) => one > 255)) return undefined;
  if (last >= 256 ** (5 - numbers.length)) return undefined;
  const value = first.reduce((sum, one, at) => sum + one * 256 ** (3 - at), last);
  return dotted(value);
}

function numberOf(part: string): number {
  if (part.startsWith("0x")) return part === "0x" ? 0 : Number.parseInt(part.slice(2), 16);
  if (/^0\d/.test(part)) return /^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number.NaN;
  return Number.parseInt(part, 10);
}

function dotted(value: number): string {
  return [3, 2, 1, 0].map((at) => Math.floor(value / 256 ** at) % 256).join(".");
}

function canonicalSix(text: string): string | undefined {
  const tail = /(^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[2];
  const bytes = tail?.split(".").map(Number);
  const hex = (high = 0, low = 0) => (high * 256 + low).toString(16);
  const plain =
    tail === undefined || bytes === undefined
      ? text
      : `${text.slice(0, -tail.length)}${hex(bytes[0], bytes[1])}:${hex(bytes[2], bytes[3])}`;
  const [before = "", after] = plain.split("::");
  const head = before === "" ? [] : before.split(":");
  const rest = after === undefined || after === "" ? [] : after.split(":");
  const missing = 8 - head.length - rest.length;
  if (missing < 0 || (after === undefined && missing > 0)) return undefined;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...rest].map((one) =>
    Number.parseInt(one, 16),
  );
  if (groups.some((one) => Number.isNaN(one) || one > 0xffff)) return undefined;
  return embedded(groups) ?? (isOne(groups) ? "[::1]" : groups.map((one) => one.toString(16)).join(":"));
}

function isOne(groups: readonly number[]): boolean {
  return groups.every((one, at) => one === (at === 7 ? 1 : 0));
}

/** `::ffff:a.b.c.d`, `::a.b.c.d` and `64:ff9b::a.b.c.d`. */
function embedded(groups: readonly number[]): string | undefined {
  const mapped = groups.slice(0, 5).every((one) => one === 0) && (groups[5] === 0xffff || groups[5] === 0);
  const translated =
    groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((one) => one === 0);
  const value = (groups[6] ?? 0) * 65536 + (groups[7] ?? 0);
  return (mapped || translated) && value > 1 ? dotted(value) : undefined;
}

/**
 * Addresses at which clouds hand the machine's credentials to whoever asks, in canonical spelling: the link-local
 * range (AWS, Azure, Google, DigitalOcean, OpenStack, ECS, EKS), Alibaba, Oracle, Azure's wire server, AWS and
 * Google over IPv6, and the names that resolve to them.
 */
const METADATA =
  /^(169\.254\.\d+\.\d+|100\.100\.100\.200|192\.0\.0\.192|168\.63\.129\.16|fd00:ec2(:0){5}:(254|23)|fd20:ce(:0){5}:254|metadata|metadata\.google\.internal|metadata\.goog|metadata\.azure\.internal|metadata\.tencentyun\.com|metadata\.platformequinix\.com|instance-data(\.ec2\.internal)?|rancher-metadata|169[.-]254[.-]169[.-]254\.(nip\.io|sslip\.io|xip\.io))$/;

/** True for the addresses of a cloud's instance metadata, given as `canonicalHost` spells them. */
export function isMetadataHost(host: string): boolean {
  return METADATA.test(host);
}
