import { beforeAll, describe, expect, it } from "vitest";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

/** What a command can tell of its walls; the first process and the numbers of mounts may differ. */
const LINES: readonly string[] = [
  "grep -E '^(Cap|Uid|Gid|Sig[BIC]|NoNew)' /proc/self/status; umask; ulimit -a",
  "readlink /proc/self/fd/* | sed '/^.dev.null/d; s/^pipe:.*/pipe/'; ls -l /dev /dev/shm; set -- /proc/[0-9]*; echo $#",
  "sort -k5 /proc/self/mountinfo | awk '{ print $5, $6 }' | sed 's/layers.[^ /]*/layers/' | sort -u",
  "env | sort | sed 's/\\(LONG=x\\).*/\\1/'; echo ${#LONG}",
  "pwd",
  "ls -A ~/.ssh; cat .env; touch .env ~/.ssh/x /etc/x /dev/x; ls -A $HOME/.local/state/countersign",
  "cat /proc/sys/kernel/core_pattern >/dev/null && echo x > /proc/sys/kernel/core_pattern; ip -br link; ip link add x type dummy",
  "sleep 7 & setsid sleep 7 & exit 5",
  "kill -TERM $$",
  'readlink /proc/self/ns/net | tr -dc 0-9 >net; [ -n "$HTTP_PROXY" ] && cat net; exit 0',
];

interface Result {
  readonly name: string;
  readonly rest: readonly string[];
}

describe.skipIf(missingOverlay() !== undefined).each(USERS)("both set-ups as $name", ({ words }) => {
  const results: Result[] = [];
  beforeAll(() => {
    const printed = runAs(words, "setup-program.ts", [makeFolder(), JSON.stringify(LINES)]);
    for (const line of printed.split("\n").filter(Boolean)) {
      const [name = "", ...rest] = JSON.parse(line) as string[];
      results.push({ name, rest });
    }
  }, 120_000);
  const of = (name: string) => results.filter((one) => one.name === name).map((one) => one.rest);

  it.each(LINES)("[X-setup] give a command the same walls: %s", (line) => {
    const all = of(line);
    expect(all.map(([network]) => network)).toEqual(["on", "off", "room"]);
    for (const [, one, other] of all) expect(one).toBe(other);
  });

  it("[X-setup] hide what is masked, and let nothing outside be written", () => {
    for (const [, output] of of(LINES.find((line) => line.includes(".env")) ?? "")) {
      expect(output).not.toContain("secret");
      expect(output?.match(/Read-only file system|Permission denied/g)).toHaveLength(4);
    }
  });

  it("[X-setup] refuse writes in a workspace that is to be read only, and show what is there", () => {
    const all = of("refused");
    expect(all.map(([which]) => which)).toEqual(["all", "without-perl"]);
    for (const [, output, kept] of all) {
      expect(kept).toBe("kept");
      expect(output).toMatch(/^kept(.*Read-only file system\n){2}.*\bkept\nhome\ncode 0 left 0$/s);
      expect(output).not.toContain("secret");
    }
  });

  it("[X-setup] start in a deep folder, count what is left running, pass the code on", () => {
    for (const [, output] of of("pwd"))
      expect(output).toMatch(/(a folder with a long name\/?){60}\ncode 0 left 0$/);
    for (const [, output] of of(LINES.find((line) => line.startsWith("sleep")) ?? ""))
      expect(output).toBe("code 5 left 2");
  });

  it("[X-setup] join the room that was named, and no other", () => {
    const inside = of(LINES.find((line) => line.includes("HTTP_PROXY")) ?? "").at(-1);
    expect(inside?.[1]).toBe(`${of("network of the room")[0]?.[0]}code 0 left 0`);
    const wrong = ["a process that is gone", "another process", "other namespaces", "another user namespace"];
    for (const name of [...wrong, "the machine's own network"])
      expect(of(name)).toEqual([
        ["all", "NO_ROOM"],
        ["without-perl", "NO_ROOM"],
      ]);
  });
});
