import { describe, expect, it } from "vitest";
import { type CapturedChange, capturedEffects } from "../../src/analyzers/captured.ts";
import { describeGroup, groupChanges, groupEffects } from "../../src/analyzers/captured-groups.ts";
import { describeEffect } from "../../src/core/effect.ts";
import { SETTING, tierOf } from "./check.ts";

type Parts = Partial<CapturedChange>;

function change(kind: CapturedChange["kind"], name: string, parts: Parts = {}): CapturedChange {
  const path = name.startsWith("~") ? name.replace("~", SETTING.home) : `${SETTING.workspace}/${name}`;
  const common = { type: "file", entries: 1, bytes: 100, seen: { mode: 0o644 } } as const;
  return { ...common, path, kind, ...(kind === "modify" ? { before: common } : {}), ...parts };
}

const many = (count: number, make: (index: number) => CapturedChange) =>
  Array.from({ length: count }, (_, at) => make(at));

function check(changes: readonly CapturedChange[], lines: readonly string[]): void {
  expect(groupChanges(changes, SETTING).map(describeGroup)).toEqual(lines);
}

describe("[A-captured] changes are shown as a person takes them in", () => {
  it("twelve thousand changes of installed packages are one line", () => {
    const changes = many(12_000, (at) =>
      change("modify", `node_modules/p${at % 900}/f${at}.js`, { standing: "ignored", bytes: 4_000 }),
    );
    check(
      [...changes, change("modify", "src/a.ts")],
      ["change node_modules (12,000 entries, 48.0 MB) [ignored]", "change src/a.ts (100 B)"],
    );
  });

  it("a new folder is one line with what is in it", () => {
    const inside = [
      { path: `${SETTING.workspace}/tool/.claude/settings.json`, type: "file", mode: 0o644 },
    ] as const;
    check(
      [change("create", "tool", { type: "directory", entries: 1_412, bytes: 23_456_789, inside })],
      ["create tool (1,412 entries, 23.5 MB) [control]"],
    );
  });

  it("a move is one line, with the flags of both ends", () => {
    const from = `${SETTING.workspace}/a.ts`;
    const to = `${SETTING.home}/b.ts`;
    check(
      [
        change("delete", "a.ts", { movedTo: to, standing: "untracked" }),
        change("create", "~/b.ts", { movedFrom: from }),
      ],
      ["move a.ts → ~/b.ts (100 B) [outside, untracked]"],
    );
  });

  it("a time that was set anew is no line", () => {
    const attributes = { mode: 0o644, uid: 1, gid: 1 };
    check(
      [
        change("metadata", "a.ts", {
          attributes: { before: attributes, after: attributes, extended: false },
        }),
      ],
      [],
    );
  });

  it("what governs, is secret or raises rights keeps a line of its own among thousands", () => {
    const changes = [
      ...many(500, (at) => change("create", `out/f${at}`)),
      change("create", ".husky/pre-commit"),
      change("modify", ".env"),
      change("create", "out/tool", { seen: { mode: 0o4755 } }),
      change("create", "out/etc", { type: "link", bytes: 0, seen: { mode: 0o777, target: "/etc" } }),
      change("delete", ".git/refs/heads/x"),
    ];
    check(changes, [
      "create .husky/pre-commit (100 B) [control]",
      "change .env (100 B) [secret]",
      "create out/tool (100 B) [setuid]",
      "create out/etc (0 B) [leaves]",
      "create out (500 entries, 50.0 kB)",
      "delete .git/refs/heads/x (100 B) [.git]",
    ]);
  });

  it("many folders are a line each, as long as they are few", () => {
    const changes = many(30, (at) => change("delete", `src/${at % 3}/f${at}`, { standing: "untracked" }));
    check(
      changes,
      [0, 1, 2].map((at) => `delete src/${at} (10 entries, 1.0 kB) [untracked]`),
    );
  });
});

describe("[A-captured] effects of captured changes are grouped without losing their tier", () => {
  const changes = [
    ...many(3_000, (at) => change("create", `node_modules/p/f${at}`)),
    ...many(40, (at) => change("delete", `~/photos/f${at}`)),
    change("create", ".husky/pre-commit"),
  ];
  const effects = capturedEffects(changes, SETTING);

  it("one for each folder, with its number", () => {
    expect(groupEffects(effects).map(describeEffect)).toEqual([
      "create file .husky/pre-commit",
      "create directory node_modules ×3000",
      "delete directory /home/dev/photos @local ×40",
    ]);
  });

  it("the tier of all is the tier of the groups", () => {
    expect(tierOf(groupEffects(effects))).toBe(tierOf(effects));
  });

  it("both halves of a move are told once", () => {
    const moved = [
      change("delete", "a", { movedTo: `${SETTING.workspace}/b` }),
      change("create", "b", { movedFrom: `${SETTING.workspace}/a` }),
    ];
    const told = groupEffects(moved.flatMap((one) => capturedEffects([one], SETTING)));
    expect(told.map(describeEffect)).toEqual(["delete file a", "create file b"]);
  });

  it("twelve thousand changes are judged and grouped in a time that grows with their number only", () => {
    const all = many(12_000, (at) => change("modify", `src/p${at % 900}/f${at}.js`));
    const start = performance.now();
    groupEffects(capturedEffects(all, SETTING));
    groupChanges(all, SETTING);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
