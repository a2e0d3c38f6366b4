import { connect, createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classOf } from "../../src/adapters/exec/network/address.ts";
import {
  type AllowedHost,
  formatTarget,
  isAllowed,
  readAllowedHost,
  readTarget,
} from "../../src/adapters/exec/network/hosts.ts";
import { parseListeners, servicesOf } from "../../src/adapters/exec/network/listening.ts";
import { serveProxy, usableAddresses } from "../../src/adapters/exec/network/proxy.ts";
import { judgeRequest } from "../../src/adapters/exec/network/request.ts";

const NAMED = [
  "packages.example.com",
  "git.example.org:22",
  "*.pypi.example",
  "10.1.2.3:8443",
  "[2001:db8::5]:443",
  "localhost:8080",
];

function read(texts: readonly string[]): readonly AllowedHost[] {
  return texts.map((text) => {
    const host = readAllowedHost(text);
    if (host === undefined) throw new Error(`\`${text}\` should be readable`);
    return host;
  });
}

const allowed = read(NAMED);

describe("[N-host] a host is reached", () => {
  it.each([
    ["packages.example.com:443", true],
    ["packages.example.com:80", true],
    ["PACKAGES.example.COM.:443", true],
    ["packages.example.com:22", false],
    ["packages.example.com.evil.example:443", false],
    ["xpackages.example.com:443", false],
    ["example.com:443", false],
    ["git.example.org:22", true],
    ["git.example.org:443", false],
    ["files.pypi.example:443", true],
    ["a.b.pypi.example:443", true],
    ["pypi.example:443", false],
    ["evilpypi.example:443", false],
    ["10.1.2.3:8443", true],
    ["10.1.2.3:443", false],
    ["10.1.2.03:8443", false],
    ["167838211:8443", false],
    ["0x0a010203:8443", false],
    ["[2001:db8:0::5]:443", true],
    ["[2001:db8::6]:443", false],
    ["[::ffff:10.1.2.3]:8443", false],
    ["169.254.169.254:80", false],
    ["metadata.google.internal:80", false],
    ["localhost:8080", true],
    ["127.0.0.1:8080", false],
  ])("only when policy names it: %s %s", (text, expected) => {
    const target = readTarget(text, undefined);
    expect(target !== undefined && isAllowed(target, allowed)).toBe(expected);
  });

  it.each([
    "",
    ":443",
    "a",
    "a:",
    "a:0",
    "a:65536",
    "a:+1",
    "a:1 ",
    "a b:1",
    "a@b:1",
    "a/b:1",
    "a\\b:1",
    "a%00:1",
    "ä.example:1",
    "a..b:1",
    "-:1:2",
    "127.1:80",
    "1:80",
    "a.0x7f:80",
    "::1:80",
    "[::1",
    "[fe80::1%eth0]:80",
    `${"a".repeat(64)}.example:1`,
  ])("never when what is asked for is no host with a port: %s", (text) =>
    expect(readTarget(text, undefined)).toBeUndefined(),
  );

  it.each([
    "",
    "*",
    "*.org",
    "*.",
    "a b",
    "https://a.example",
    "a.example:99999",
    "*.10.0.0.1",
    "a.*.example",
  ])("never by an entry of policy that cannot be read: %s", (text) =>
    expect(readAllowedHost(text)).toBeUndefined(),
  );
});

describe("[N-address] an address is", () => {
  it.each([
    ["1.1.1.1", "public"],
    ["140.82.121.4", "public"],
    ["2606:4700::1111", "public"],
    ["64:ff9b::8c52:7904", "public"],
    ["127.0.0.1", "loopback"],
    ["127.8.9.10", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
    ["169.254.169.254", "link-local"],
    ["::ffff:169.254.169.254", "link-local"],
    ["64:ff9b::a9fe:a9fe", "link-local"],
    ["fe80::1", "link-local"],
    ["10.0.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.100.100.200", "private"],
    ["fd00:ec2::254", "private"],
    ["0.0.0.0", "special"],
    ["::", "special"],
    ["::7f00:1", "special"],
    ["168.63.129.16", "special"],
    ["192.0.0.192", "special"],
    ["224.0.0.1", "special"],
    ["255.255.255.255", "special"],
    ["2002:7f00:1::", "special"],
    ["ff02::1", "special"],
    ["fe80::1%eth0", "special"],
    ["not an address", "special"],
  ] as const)("%s: %s", (address, expected) => expect(classOf(address)).toBe(expected));

  it.each([
    ["1.1.1.1", 443, true],
    ["127.0.0.1", 443, false],
    ["10.1.2.3", 443, false],
    ["10.1.2.3", 8443, true],
    ["2001:db8::5", 443, true],
    ["1.2.3.4", 443, false],
  ] as const)(
    "connected for a name when it is public, not our own, or named itself: %s %s %s",
    (address, port, yes) =>
      expect(usableAddresses([address], port, allowed, new Set(["1.2.3.4"]))).toEqual(yes ? [address] : []),
  );
});

describe("[N-request] a request", () => {
  it.each([
    [
      "CONNECT packages.example.com:443 HTTP/1.1\r\nHost: evil.example:443",
      "tunnel packages.example.com:443",
    ],
    ["CONNECT evil.example:443 HTTP/1.1\r\nHost: packages.example.com:443", "403 evil.example:443"],
    ["CONNECT packages.example.com HTTP/1.1", "400"],
    ["CONNECT http://packages.example.com:443 HTTP/1.1", "400"],
    ["GET http://packages.example.com/a?b HTTP/1.1\r\nHost: x", "forward packages.example.com:80"],
    ["GET HTTP://Packages.example.com:443 HTTP/1.0", "forward packages.example.com:443"],
    ["GET http://packages.example.com@evil.example/ HTTP/1.1", "400"],
    ["GET http://evil.example#@packages.example.com/ HTTP/1.1", "400"],
    ["GET http://evil.example\\@packages.example.com/ HTTP/1.1", "400"],
    ["GET http://evil.example/packages.example.com HTTP/1.1", "403 evil.example:80"],
    ["GET https://packages.example.com/ HTTP/1.1", "400"],
    ["GET ftp://packages.example.com/ HTTP/1.1", "400"],
    ["GET / HTTP/1.1\r\nHost: packages.example.com", "400"],
    ["GET http://169.254.169.254/latest/meta-data/ HTTP/1.1", "403 169.254.169.254:80"],
    ["GET http://packages.example.com/ HTTP/1.1\nX: y", "400"],
    ["GET http://packages.example.com/ HTTP/1.1\r\n folded: y", "400"],
    ["GET http://packages.example.com/ HTTP/2.0", "400"],
    ["GET  http://packages.example.com/ HTTP/1.1", "400"],
    ["", "400"],
    ["\u0016\u0003\u0001", "400"],
  ])("%j: %s", (head, expected) => {
    const verdict = judgeRequest(head, allowed);
    const target = verdict.target ? formatTarget(verdict.target) : "";
    const kind = verdict.kind === "refused" ? String(verdict.status) : verdict.kind;
    expect(`${kind} ${target}`.trim()).toBe(expected);
  });

  it("is passed on for the host of its address, once, without what is between the program and us", () => {
    const head = [
      "POST http://packages.example.com/a?b HTTP/1.1",
      "Host: other.example",
      "Proxy-Authorization: Basic c2VjcmV0",
      "Connection: keep-alive, X-Hop",
      "X-Hop: 1",
      "Content-Length: 2",
      "X-Kept:  yes ",
    ].join("\r\n");
    const verdict = judgeRequest(head, allowed);
    expect(verdict.kind === "forward" ? verdict.head.split("\r\n") : verdict).toEqual([
      "POST /a?b HTTP/1.1",
      "Host: packages.example.com",
      "Connection: close",
      "Content-Length: 2",
      "X-Kept:  yes ",
      "",
      "",
    ]);
  });
});

/** Pieces of which requests are made that are nearly right. */
const PIECE = fc.oneof(
  fc.constantFrom(
    ..."CONNECT|GET|http://|https://|packages.example.com|evil.example|10.1.2.3|169.254.169.254|localhost|:443|:80".split(
      "|",
    ),
    ..."[2001:db8::5]|x.pypi.example|@|#|?|/|\\|.|%2e|:8443|:8080|*| HTTP/1.1|Host: |\r\n|\n| |\t|\0|,".split(
      "|",
    ),
  ),
  fc.string({ maxLength: 6 }),
);

/** The law in the plainest words: host and port are written in the list, or the list has a star for them. */
function isNamed(target: string): boolean {
  const webs = ["packages.example.com:80", "packages.example.com:443"];
  const others = ["git.example.org:22", "10.1.2.3:8443", "[2001:db8::5]:443", "localhost:8080"];
  return [...webs, ...others].includes(target) || /^[a-z0-9_.-]+\.pypi\.example:(80|443)$/.test(target);
}

describe("[N-property] whatever a program sends", () => {
  it("no host is reached that policy does not name, and none but the one that the request says", () => {
    const heads = fc.oneof(
      fc.array(PIECE, { maxLength: 12 }).map((pieces) => pieces.join("")),
      fc.array(PIECE, { maxLength: 5 }).map((pieces) => `CONNECT ${pieces.join("")} HTTP/1.1`),
      fc.array(PIECE, { maxLength: 5 }).map((pieces) => `GET http://${pieces.join("")} HTTP/1.1`),
      fc.constantFrom(...NAMED).map((host) => `GET http://${host}/ HTTP/1.1`),
      fc.constantFrom(...NAMED).map((host) => `CONNECT ${host} HTTP/1.1`),
    );
    const reached = new Set<string>();
    fc.assert(
      fc.property(heads, (head) => {
        const verdict = judgeRequest(head, allowed);
        if (verdict.kind === "refused") return;
        const target = formatTarget(verdict.target);
        reached.add(verdict.kind);
        expect(isNamed(target)).toBe(true);
        const [, address = ""] = head.split(" ");
        const url = new URL(verdict.kind === "tunnel" ? `http://${address}` : address);
        const host = url.hostname.replace(/\.$/, "");
        expect(target).toBe(`${host}:${url.port || 80}`);
        if (verdict.kind === "forward") expect(verdict.head.match(/^host:/gim)).toHaveLength(1);
      }),
      { numRuns: 20_000 },
    );
    expect([...reached].toSorted()).toEqual(["forward", "tunnel"]);
  });

  it("no address of this machine or its network is connected for a name, whatever its owner answers", async () => {
    let touched = 0;
    const trap = createServer((socket) => {
      touched++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    const { port } = trap.address() as { port: number };
    const named = read([`rebound.example:${port}`]);
    for (const answer of ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "127.0.0.2", "::1", "::"]) {
      const said = await askProxy(`CONNECT rebound.example:${port} HTTP/1.1\r\n\r\n`, named, [answer]);
      expect(said).toMatch(/^HTTP\/1\.1 403 countersign: rebound\.example:\d+ leads into this machine/);
    }
    const open = read([`rebound.example:${port}`, `127.0.0.1:${port}`]);
    const said = await askProxy(`CONNECT rebound.example:${port} HTTP/1.1\r\n\r\n`, open, ["127.0.0.1"]);
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    await new Promise<unknown>((resolve) => trap.close(resolve));
    expect(touched).toBe(1);
  });

  it("names are not even looked up that policy does not name: a question carries data out", async () => {
    const said = await askProxy("CONNECT data.evil.example:443 HTTP/1.1\r\n\r\n", allowed, "not to be asked");
    expect(said).toMatch(/^HTTP\/1\.1 403 countersign: policy does not name data\.evil\.example:443\r\n/);
  });

  it("a head that does not end is given up", async () => {
    const said = await askProxy(
      `GET http://packages.example.com/ HTTP/1.1\r\nX: ${"y".repeat(40_000)}`,
      allowed,
      [],
    );
    expect(said).toMatch(/^HTTP\/1\.1 431 /);
  });
});

/** What the real proxy answers; names have the given addresses. */
async function askProxy(
  request: string,
  named: readonly AllowedHost[],
  addresses: readonly string[] | "not to be asked",
): Promise<string> {
  const resolve = async () => {
    if (typeof addresses === "string") throw new Error(addresses);
    return addresses;
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void serveProxy(socket, { allowed: named, report: () => {}, resolve });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const client = connect((server.address() as { port: number }).port, "127.0.0.1");
  client.write(request);
  let text = "";
  for await (const chunk of client) text += String(chunk);
  await new Promise<unknown>((done) => server.close(done));
  return text;
}

describe("[N-service] a service of the machine", () => {
  const HEADER =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  const row = (address: string, state: string) =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0`;
  it.each([
    ["0100007F:1538", "0A", ["127.0.0.1 5432"]],
    ["00000000:0BB8", "0A", ["127.0.0.1 3000"]],
    ["3500007F:0035", "0A", ["127.0.0.53 53"]],
    ["0100007F:1538", "01", []],
    ["0501A8C0:1538", "0A", []],
    ["00000000000000000000000000000000:1F90", "0A", ["127.0.0.1 8080", "::1 8080"]],
    ["00000000000000000000000001000000:1F90", "0A", ["::1 8080"]],
    ["0000000000000000FFFF00000100007F:1F90", "0A", ["127.0.0.1 8080"]],
    ["000080FE00000000000000000100A8C0:1F90", "0A", []],
  ] as const)("is seen where it listens on the loopback: %s %s %j", (address, state, expected) => {
    const listeners = parseListeners(`${HEADER}\n${row(address, state)}\n`, "LE");
    expect(listeners.flatMap(servicesOf).map((one) => `${one.address} ${one.port}`)).toEqual(expected);
    expect(listeners.map(({ inode }) => inode)).toEqual(state === "0A" ? [4711] : []);
  });
});
