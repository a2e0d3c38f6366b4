import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { perlLoopback } from "../../src/adapters/exec/network/start.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const REFUSED = /^HTTP\/1\.1 403 countersign: policy does not name (\S+)\r\n/;

/** What each check of `network-program.ts` has to come to. */
const EXPECTED: readonly (readonly [string, unknown])[] = [
  ["a host that is not named", expect.stringMatching(REFUSED)],
  ["the metadata service", expect.stringMatching(REFUSED)],
  [
    "a named host",
    expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n\r\nasked GET \/path HTTP\/1\.1\r\nHost: 127\./),
  ],
  ["a tunnel to a named host", expect.stringMatching(/^HTTP\/1\.1 200 .*asked plain/s)],
  ["a named host that leads to this machine", expect.stringMatching(/^HTTP\/1\.1 403 .* \(loopback\)\r\n/)],
  ["a named host that does not exist", expect.stringMatching(/^HTTP\/1\.1 502 countersign: policy names /)],
  ["a service of the machine", "a database"],
  ["a service on any address", "any address"],
  ["a withheld service", "ECONNREFUSED"],
  ["a tunnel of the machine", "ECONNREFUSED"],
  ["a host without the proxy", "ENETUNREACH"],
  ["the machine's other address", "ENETUNREACH"],
  ["the interfaces", expect.stringMatching(/ lo $/)],
  ["what is seen", expect.not.stringMatching(/keeper|bridge/)],
  ["killing the keeper", "ESRCH"],
  ["killing the bridge", "ESRCH"],
  ["a service that started later", ["a late one"]],
  ["a service that ended", ["ECONNREFUSED"]],
  ["the keeper's session", true],
  ["the keeper's environment", false],
  ["one room for all", true],
  ["one keeper for all", 1],
  ["what another command listens on", ["from the room"]],
  ["the bridge of a killed keeper", true],
  ["a killed keeper is replaced", true],
  ["a record that is recycled", true],
  ["a record that is another process", true],
  ["a record that is our own network", true],
  ["a record that is unreadable", true],
  ["a room with a command inside", true],
  ["a room with nobody inside", true],
  ["the record of a room that ended", 0],
  ["a room whose folder is gone", true],
  ["a room that is closed", [true, false]],
  [
    "a host that cannot be read",
    { unavailable: "policy names the host `https://x.example/`, which is no host" },
  ],
  ["a folder that cannot be made", true],
];

describe.skipIf(missingOverlay() !== undefined)("the loopback of a room", () => {
  it.skipIf(perlLoopback() === undefined)("[X-network] comes up without ip and ifconfig, too", () => {
    const script = `${perlLoopback()} && cat /proc/net/fib_trie`;
    const ran = spawnSync("unshare", ["--map-root-user", "--net", "--", "sh", "-c", script], {
      encoding: "utf8",
    });
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toContain("127.0.0.1");
  });
});

describe.skipIf(missingOverlay() !== undefined).each(USERS)("the room of $name", ({ words }) => {
  const came = new Map<string, unknown>();
  let folder = "";
  beforeAll(() => {
    folder = makeFolder();
    for (const line of runAs(words, "network-program.ts", [folder]).split("\n").filter(Boolean)) {
      const [name, value] = JSON.parse(line) as [string, unknown];
      came.set(name, value);
    }
  }, 120_000);

  it.each(EXPECTED)("[X-network] %s", (name, expected) => expect(came.get(name)).toEqual(expected));

  it("[X-network] what was asked of it is known, host by host", () => {
    const { web, database } = came.get("ports") as { web: number; database: number };
    expect(came.get("attempts")).toEqual([
      ["evil.example:443", false, true],
      ["169.254.169.254:80", false, true],
      [`127.0.0.1:${web}`, true, false],
      [`127.0.0.1:${web}`, true, false],
      [`localhost:${database}`, false, true],
      ["unreachable.invalid:443", false, false],
    ]);
  });

  it("[X-network] no process of it is left, soon after", async () => {
    const left = () => spawnSync("pgrep", ["-af", folder], { encoding: "utf8" }).stdout;
    await expect.poll(left, { timeout: 8000, interval: 100 }).toBe("");
  });
});
