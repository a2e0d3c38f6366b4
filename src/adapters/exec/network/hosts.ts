import { isIPv4, isIPv6, SocketAddress } from "node:net";

/** What a program asks to be connected with. The host is in canonical form, see `readHost`. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** `address`: the host is an IP address as it stands, nothing is looked up for it. */
  readonly kind: "name" | "address";
}

/** A host that policy names. */
export interface AllowedHost {
  readonly host: string;
  /** `below`: every name that ends in `.HOST`, not the host itself. */
  readonly kind: "name" | "address" | "below";
  readonly ports: readonly number[];
}

/** What a host without a port stands for: HTTP and HTTPS. */
const WEB_PORTS = [80, 443];

/**
 * Reads `host`, `host:port`, `*.host`, `*.host:port`, an IPv4 address, or an IPv6 address in brackets.
 * Undefined when the text is none of these. The text comes from policy.
 */
export function readAllowedHost(text: string): AllowedHost | undefined {
  const below = text.startsWith("*.");
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(below ? text.slice(2) : text) ?? [];
  const read = readHost(host);
  const ports = port === undefined ? WEB_PORTS : [readPort(port) ?? 0];
  if (read === undefined || ports.includes(0)) return undefined;
  if (!below) return { ...read, ports };
  return read.kind === "name" && read.host.includes(".")
    ? { host: read.host, kind: "below", ports }
    : undefined;
}

/** Whether one of the hosts that policy names is this one, at this port. */
export function isAllowed({ host, port, kind }: Target, allowed: readonly AllowedHost[]): boolean {
  return allowed.some((one) => {
    if (!one.ports.includes(port)) return false;
    if (one.kind === "below") return kind === "name" && host.endsWith(`.${one.host}`);
    return one.kind === kind && one.host === host;
  });
}

/** Reads `host:port` as a program wrote it; undefined when it is not exactly that. */
export function readTarget(text: string, defaultPort: number | undefined): Target | undefined {
  const [, host = "", written] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  const port = written === undefined ? defaultPort : readPort(written);
  const read = readHost(host);
  return read && port !== undefined ? { ...read, port } : undefined;
}

/** A target as it is written in a request. */
export function formatTarget({ host, port }: Target): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function readPort(text: string): number | undefined {
  const port = Number(text);
  return /^[1-9]\d{0,4}$/.test(text) && port <= 65_535 ? port : undefined;
}

/**
 * Canonical form of a host: lower case, no final dot, IPv6 shortened. What some resolvers take for an address and
 * others for a name (`0x7f.1`, `2130706433`, `127.1`) is refused, as the URL standard does for a last label that is a
 * number (https://url.spec.whatwg.org/#ends-in-a-number-checker).
 */
function readHost(text: string): (Pick<Target, "host"> & { kind: "name" | "address" }) | undefined {
  if (isIPv4(text)) return { host: text, kind: "address" };
  if (text.startsWith("[") && text.endsWith("]")) return readIPv6(text.slice(1, -1));
  const host = text.toLowerCase().replace(/\.$/, "");
  const labels = host.split(".");
  const readable = host.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  return readable && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "") ? { host, kind: "name" } : undefined;
}

function readIPv6(text: string): { host: string; kind: "address" } | undefined {
  if (!isIPv6(text) || text.includes("%")) return undefined;
  return { host: new SocketAddress({ address: text, family: "ipv6" }).address, kind: "address" };
}
