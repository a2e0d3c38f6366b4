import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { policyPlaces, readPolicyFiles } from "../../src/adapters/policy/layers.ts";
import { policyCommand } from "../../src/entry/policy-command.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function run(...args: readonly string[]): {
  readonly code: number;
  readonly out: string;
  readonly err: string;
} {
  const lines = { out: [] as string[], err: [] as string[] };
  const places = () => ({
    organisation: join(folder, "none"),
    project: join(folder, "project"),
    person: join(folder, "none"),
  });
  const code = policyCommand(args, {
    out: (line) => lines.out.push(line),
    err: (line) => lines.err.push(line),
    places,
  });
  return { code, out: lines.out.join("\n"), err: lines.err.join("\n") };
}

const good = file(
  "good.cedar",
  `@id("frozen") @reason("payments is frozen") @advice("wait") @example("delete k8s.pod payments @staging => review")
   forbid (principal, action, resource) when { resource.name == "payments" } unless { context.approval.reviewers >= 1 };`,
);
const bad = file("bad.cedar", '\n@id("x") forbid (principal, action, resource);');
const false_ = file(
  "false.cedar",
  '@id("x") @reason("y") @example("read file x => review") forbid (principal, action, resource);',
);

describe("countersign policy", () => {
  it.each([
    [["check", good], 0, /policy is in order: 1 rules in 1 files/],
    [["check", "--json", good], 0, /"ok":true/],
    [["check", bad], 2, /bad\.cedar:2: rule `x` has no @reason/],
    [["check", "--json", bad], 2, /"ok":false.*"line":2/],
    [["check", join(folder, "missing.cedar")], 2, /cannot be read/],
    [["check"], 0, /0 rules in 0 files/],
    [["test", good], 0, /ok {3}frozen: @example .*\n1 of 1 examples hold/],
    [["test", false_], 2, /FAIL x: @example read file x => review; the rule asks for TX/],
    [["check", false_], 2, /does not hold/],
    [
      ["explain", good, "delete k8s.pod payments @staging (R1)"],
      0,
      /T3, a second person[\s\S]*frozen \(project\)[\s\S]*instead: wait[\s\S]*and a second person: allowed/,
    ],
    [["explain", "delete", "k8s.pod", "web", "@production"], 0, /T4, two people/],
    [["explain", "--json", "read file x"], 0, /"outcome":"permit","tier":0/],
    [["explain", "nonsense"], 2, /`nonsense` is no verb/],
    [["explain", bad, "read file x"], 2, /everything is forbidden/],
    [["--help"], 0, /countersign policy explain/],
    [["check", "--fast"], 2, /`--fast` is no option/],
    [["check", "--layer", "built-in", good], 2, /--layer takes organisation, project, person/],
    [["check", "good.txt"], 2, /`good.txt` is no .cedar file/],
    [[], 2, /takes check, test, explain/],
  ])("%j exits %i", (args, code, text) => {
    const result = run(...args);
    expect(result.out + result.err).toMatch(text);
    expect(result.code).toBe(code);
  });
});

describe("the places of rules", () => {
  it("[P17] are read in the order of the layers, and only files that end in .cedar", () => {
    file("home/policy/b.cedar", "// b");
    file("home/policy/a.cedar", "// a");
    file("home/policy/notes.txt", "permit everything");
    file("work/.countersign/policy/c.cedar", "// c");
    const places = {
      ...policyPlaces(join(folder, "work"), join(folder, "home")),
      organisation: join(folder, "none"),
    };
    const read = readPolicyFiles(places);
    expect(read.problems).toEqual([]);
    expect(read.files.map(({ layer, text }) => [layer, text])).toEqual([
      ["project", "// c"],
      ["person", "// a"],
      ["person", "// b"],
    ]);
  });

  it.each([
    [
      "a folder named like a file",
      () => mkdirSync(join(folder, "odd/policy/x.cedar"), { recursive: true }),
      "is not a regular file",
    ],
    [
      "bytes that are no UTF-8",
      () => file("odd/policy/x.cedar", new Uint8Array([0xff, 0xfe])),
      "cannot be read",
    ],
    ["a file that is too large", () => file("odd/policy/x.cedar", " ".repeat(300_000)), "larger than"],
    ["a file where the folder should be", () => file("odd/policy", "x"), "cannot be read"],
  ])("[P17] %s is a problem", (_name, make, message) => {
    rmSync(join(folder, "odd"), { recursive: true, force: true });
    make();
    const read = readPolicyFiles({
      organisation: join(folder, "none"),
      project: undefined,
      person: join(folder, "odd/policy"),
    });
    expect(read.problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });

  it.skipIf(process.getuid?.() === 0)(
    "[P17] a folder that cannot be opened is a problem (not for root, who can)",
    () => {
      mkdirSync(join(folder, "closed"), { mode: 0 });
      const read = readPolicyFiles({
        organisation: join(folder, "closed"),
        project: undefined,
        person: join(folder, "none"),
      });
      chmodSync(join(folder, "closed"), 0o700);
      expect(read.problems.length).toBe(1);
    },
  );
});
