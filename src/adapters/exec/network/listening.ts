import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { endianness } from "node:os";

/** A TCP socket that waits for connections. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Number of the socket, as in `/proc/PID/fd`. */
  readonly inode: number;
}

/** Where a service can be reached on the loopback interface. */
export interface Service {
  readonly address: string;
  readonly port: number;
}

/** More sockets than this are not looked at. */
const MOST = 4096;

/** What waits for TCP connections in the network namespace of this process. Takes the kernel some milliseconds. */
export async function readListeners(): Promise<readonly Listener[]> {
  const texts = await Promise.all(["tcp", "tcp6"].map((name) => readNet(name)));
  return texts.flatMap((text) => parseListeners(text, endianness()));
}

/**
 * A text that stays the same while nothing happens to TCP sockets in the network namespace of this process: how many
 * there are, and how many connections were ever opened. The cheap sign that the listeners are still the same. Only
 * when one ends and another starts in between, and nobody connects anywhere, is the sign wrong. Undefined when the
 * kernel does not say.
 */
export function signOfListeners(): string | undefined {
  const parts = SIGNS.map(([name, line]) => {
    try {
      return line.exec(readFileSync(`/proc/self/net/${name}`, "latin1"))?.[0];
    } catch {
      return name === "sockstat6" ? "" : undefined;
    }
  });
  return parts.includes(undefined) ? undefined : parts.join("\n");
}

/** Sockets in use, and the five counters of connections that RFC 4022 calls `tcpActiveOpens` to `tcpCurrEstab`. */
const SIGNS = [
  ["sockstat", /^TCP: inuse \d+/m],
  ["sockstat6", /^TCP6: inuse \d+/m],
  ["snmp", /^Tcp: \D.*\nTcp: (?:-?\d+ ){9}/m],
] as const;

/** A loopback without IPv6 has no such file. */
async function readNet(name: string): Promise<string> {
  return readFile(`/proc/self/net/${name}`, "latin1").catch(() => "");
}

/**
 * Reads `/proc/net/tcp` or `/proc/net/tcp6` (proc_net_tcp in the kernel's documentation): addresses are words of 32
 * bits, printed in hexadecimal as this machine orders their bytes; state `0A` is listening.
 */
export function parseListeners(text: string, order: "LE" | "BE"): readonly Listener[] {
  const rows = text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return rows
    .filter((row) => row[3] === "0A")
    .slice(0, MOST)
    .map((row) => {
      const [address = "", port = ""] = (row[1] ?? "").split(":");
      return { address: readAddress(address, order), port: Number.parseInt(port, 16), inode: Number(row[9]) };
    });
}

/** Where a listener answers on the loopback interface: on one address, on both for "any", or not at all. */
export function servicesOf({ address, port }: Listener): readonly Service[] {
  if (address === "0.0.0.0") return [{ address: "127.0.0.1", port }];
  if (address === "0:0:0:0:0:0:0:0" || address === "0:0:0:0:0:ffff:0:0")
    return ["127.0.0.1", "::1"].map((one) => ({ address: one, port }));
  if (address === "0:0:0:0:0:0:0:1") return [{ address: "::1", port }];
  const [, high, low] = /^0:0:0:0:0:ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  const inner = high && low ? dotted([high, low].map((word) => Number.parseInt(word, 16))) : address;
  return inner.startsWith("127.") ? [{ address: inner, port }] : [];
}

function readAddress(hexadecimal: string, order: "LE" | "BE"): string {
  const words = (hexadecimal.match(/.{8}/g) ?? []).map((word) => {
    const bytes = word.match(/../g) ?? [];
    return Number.parseInt((order === "LE" ? bytes.toReversed() : bytes).join(""), 16);
  });
  const halves = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  return words.length === 1 ? dotted(halves) : halves.map((half) => half.toString(16)).join(":");
}

function dotted(halves: readonly number[]): string {
  return halves.flatMap((half) => [half >> 8, half & 255]).join(".");
}
