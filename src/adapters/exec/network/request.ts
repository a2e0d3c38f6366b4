import { type AllowedHost, formatTarget, isAllowed, readTarget, type Target } from "./hosts.ts";

/** What the proxy does with a request. */
export type Verdict =
  | { readonly kind: "tunnel"; readonly target: Target }
  /** `head` is what the host is sent instead of the head that was read. */
  | { readonly kind: "forward"; readonly target: Target; readonly head: string }
  | Refusal;

/** An answer that connects nothing. `reason` is one line; `advice` says what to do next. */
export interface Refusal {
  readonly kind: "refused";
  readonly status: number;
  readonly reason: string;
  readonly advice: string;
  /** Set when the host could be read. */
  readonly target?: Target;
}

/** Longest head of a request, in bytes. */
export const MAX_HEAD = 32 * 1024;

const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S{1,16384}) (HTTP\/1\.[01])$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** Fields between a program and its proxy (RFC 9110 §7.6.1); `host` is written anew from the address line. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "te", "trailer", "upgrade", "host"]);

/**
 * Judges the head of a request, without the empty line at its end: `CONNECT host:port`, or any method with a whole
 * `http://` address (RFC 9112 §3.2.2, §3.2.3). The text is written by the command: whatever is not plainly one of
 * these two is refused.
 */
export function judgeRequest(head: string, allowed: readonly AllowedHost[]): Verdict {
  const lines = head.split("\r\n");
  const [, method = "", address = "", version = ""] = LINE.exec(lines[0] ?? "") ?? [];
  const fields = lines.slice(1).map((line) => FIELD.exec(line));
  if (head.length > MAX_HEAD || method === "" || fields.includes(null) || !isPlain(head)) return unreadable();
  const tunnel = method === "CONNECT";
  const [, authority = "", path = ""] = /^http:\/\/([^/?#\\]*)((?:[/?][^#]*)?)$/i.exec(address) ?? [];
  const target = tunnel ? readTarget(address, undefined) : readTarget(authority, 80);
  if (target === undefined) return unreadable();
  if (!isAllowed(target, allowed)) return notNamed(target);
  if (tunnel) return { kind: "tunnel", target };
  const start = `${method} ${path.startsWith("/") ? path : `/${path}`} ${version}`;
  return { kind: "forward", target, head: rewritten(start, target, fields as RegExpExecArray[]) };
}

/** The refusal as a response. Many programs show only the first line, so the reason is there as well. */
export function formatRefusal({ status, reason, advice }: Refusal): string {
  const body = `countersign: ${reason}\n${advice}\n`;
  return [
    `HTTP/1.1 ${status} countersign: ${reason}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

/** The refusal of a host that policy does not name. */
function notNamed(target: Target): Refusal {
  return {
    kind: "refused",
    status: 403,
    target,
    reason: `policy does not name ${formatTarget(target)}`,
    advice:
      "This command runs with the network closed except for the machine's own services and the hosts that policy\n" +
      "names. Use one of those, or ask the person to name this host in policy. Trying other ways gives the same answer.",
  };
}

function unreadable(): Refusal {
  return {
    kind: "refused",
    status: 400,
    reason: "the proxy understands CONNECT host:port and http:// addresses only",
    advice: "Use HTTPS through CONNECT, or a plain http:// address without user name and fragment.",
  };
}

/** Printable ASCII, tabs and line ends: nothing that two readers could read differently. */
function isPlain(head: string): boolean {
  return /^[\t\x20-\x7e]*(\r\n[\t\x20-\x7e]+)*$/.test(head);
}

/**
 * The host's own form of the request. The field `Host` follows the address, whatever the program wrote there, and the
 * connection is used once: a second request on it could be meant for another host.
 */
function rewritten(start: string, target: Target, fields: readonly RegExpExecArray[]): string {
  const named = fields
    .filter(([, name = ""]) => name.toLowerCase() === "connection")
    .flatMap(([, , value = ""]) => value.toLowerCase().split(/[ \t]*,[ \t]*/));
  const dropped = (name: string) => HOP_BY_HOP.has(name) || name.startsWith("proxy-") || named.includes(name);
  const kept = fields.filter(([, name = ""]) => !dropped(name.toLowerCase())).map(([line]) => line);
  const host = target.port === 80 ? formatTarget(target).replace(/:80$/, "") : formatTarget(target);
  return [start, `Host: ${host}`, "Connection: close", ...kept, "", ""].join("\r\n");
}
