import { lookup as resolveName } from "node:dns/promises";
import { connect, type LookupFunction, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { classOf } from "./address.ts";
import { type AllowedHost, formatTarget, isAllowed, readTarget, type Target } from "./hosts.ts";
import { formatRefusal, judgeRequest, MAX_HEAD, type Refusal, type Verdict } from "./request.ts";
import { join, readUntil } from "./stream.ts";

/** What a program asked the proxy for, and whether it was connected. */
export interface Attempt {
  /** `host:port`. */
  readonly target: string;
  readonly connected: boolean;
  /** Policy is why it was not: it does not name the host, or not the address that the name leads to. */
  readonly refused: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ProxyRules {
  readonly allowed: readonly AllowedHost[];
  readonly report: (attempt: Attempt) => void;
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
}

const HEAD_WAIT = 10_000;
const CONNECT_WAIT = 20_000;
/** Long enough for a slow answer; a forgotten connection must not keep its place for ever. */
const IDLE = 15 * 60_000;

/** Asks the machine's resolver. */
export async function resolveAddresses(name: string): Promise<readonly string[]> {
  return (await resolveName(name, { all: true })).map(({ address }) => address);
}

/** Answers the one request that comes over a connection. The bytes are written by the command. */
export async function serveProxy(client: Socket, rules: ProxyRules): Promise<void> {
  client.on("error", () => {});
  const head = await readUntil(client, "\r\n\r\n", MAX_HEAD, HEAD_WAIT);
  if (head === undefined) return refuse(client, TOO_LONG);
  const verdict = judgeRequest(head, rules.allowed);
  if (verdict.kind !== "refused") return relay(client, verdict, rules);
  if (verdict.target) report(rules, verdict.target, "refused");
  refuse(client, verdict);
}

/**
 * The addresses that may be connected for a name at a port: ordinary ones of the internet, and those that policy
 * names literally. Whoever owns the name decides about its addresses, so an answer may point at this machine, its
 * network, or the metadata service of its provider.
 */
export function usableAddresses(
  addresses: readonly string[],
  port: number,
  allowed: readonly AllowedHost[],
  own: ReadonlySet<string>,
): readonly string[] {
  return addresses.filter((address) => {
    const literal = readTarget(address.includes(":") ? `[${address}]` : address, port);
    if (literal?.kind !== "address") return false;
    return isAllowed(literal, allowed) || (classOf(address) === "public" && !own.has(literal.host));
  });
}

const TOO_LONG: Refusal = {
  kind: "refused",
  status: 431,
  reason: `no request came within ${HEAD_WAIT / 1000} s and ${MAX_HEAD / 1024} KiB`,
  advice: "Send a shorter request head.",
};

async function relay(client: Socket, verdict: Exclude<Verdict, Refusal>, rules: ProxyRules): Promise<void> {
  const { target } = verdict;
  try {
    const upstream = await reach(target, rules);
    report(rules, target, "connected");
    if (client.destroyed) return void upstream.destroy();
    if (verdict.kind === "tunnel") client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    else upstream.write(verdict.head, "latin1");
    join(client, upstream, IDLE);
  } catch (error) {
    const refused = error instanceof RefusedAddress;
    report(rules, target, refused ? "refused" : "failed");
    refuse(client, refused ? error.refusal : unreachable(target, error));
  }
}

function reach(target: Target, rules: ProxyRules): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { host, port } = target;
    const lookup = checkedLookup(target, rules);
    const socket = connect({ host, port, lookup, autoSelectFamily: true, allowHalfOpen: true });
    const late = () => socket.destroy(Object.assign(new Error("late"), { code: "ETIMEDOUT" }));
    const timer = setTimeout(late, CONNECT_WAIT);
    socket.once("close", () => clearTimeout(timer));
    socket.once("error", reject);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

class RefusedAddress extends Error {
  readonly refusal: Refusal;

  constructor(target: Target, addresses: readonly string[]) {
    super("refused");
    const kind = addresses.map((address) => `${address} (${classOf(address)})`).join(", ");
    this.refusal = {
      kind: "refused",
      status: 403,
      reason: `${formatTarget(target)} leads into this machine's own network: ${kind}`,
      advice:
        "A name that policy allows is connected to addresses of the internet only. When this host is meant to be\n" +
        "reached, a person has to name its address and port in policy as well.",
    };
  }
}

/** The addresses that are checked are those that are connected: the name is asked for once. */
function checkedLookup(target: Target, { allowed, resolve }: ProxyRules): LookupFunction {
  return (name, options, answer) => {
    resolve(name).then(
      (addresses) => {
        const usable = usableAddresses(addresses, target.port, allowed, ownAddresses()).map((address) => ({
          address,
          family: address.includes(":") ? 6 : 4,
        }));
        const [first] = usable;
        if (first === undefined) answer(new RefusedAddress(target, addresses.slice(0, 4)), "", 0);
        else if (options.all) answer(null, usable);
        else answer(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, "", 0),
    );
  };
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  );
}

function unreachable(target: Target, error: unknown): Refusal {
  const { code = "no answer" } = error as NodeJS.ErrnoException;
  const reason = `policy names ${formatTarget(target)}, but it cannot be reached: ${code}`;
  return { kind: "refused", status: 502, reason, advice: "Check the name and the machine's own network." };
}

function report(rules: ProxyRules, target: Target, outcome: "connected" | "refused" | "failed"): void {
  const [connected, refused] = [outcome === "connected", outcome === "refused"];
  rules.report({ target: formatTarget(target), connected, refused, at: Date.now() });
}

/** Lets the rest of what the program sends run into nothing, so that it gets to read the answer. */
function refuse(client: Socket, refusal: Refusal): void {
  client.setTimeout(HEAD_WAIT, () => client.destroy());
  client.resume();
  client.end(formatRefusal(refusal), "latin1");
}
