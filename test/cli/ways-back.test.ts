import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countersign, makePlace, needs, type Place, works } from "./program.ts";

const isolated = needs("user namespaces", works("unshare", "-Urm", "true"));

/** A project with some files, and one command that changed, removed and made some. */
function changed(engine: "linux-overlay" | "snapshot"): Place {
  const place = makePlace();
  mkdirSync(join(place.project, "src/deep"), { recursive: true });
  writeFileSync(join(place.project, "src/deep/a"), "a\n");
  writeFileSync(join(place.project, "kept"), "one\ntwo\n");
  const line = "printf 'one\\nthree\\n' > kept; rm -rf src; echo new > made";
  expect(countersign(place, ["run", "--engine", engine, line]).code).toBe(0);
  return place;
}

const engines = [...(isolated ? (["linux-overlay"] as const) : []), "snapshot"] as const;

describe.each(engines)("[X-undo] ways back of engine %s", (engine) => {
  it("diff lists what an action changed", () => {
    const place = changed(engine);
    const { out, code } = countersign(place, ["diff", "--last", "--json"]);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string; kind: string });
    const seen = lines.map(({ path, kind }) => `${kind} ${path.slice(place.project.length + 1)}`);
    expect(code).toBe(0);
    expect(seen).toEqual(expect.arrayContaining(["modified kept", "deleted src", "created made"]));
  });

  it("diff shows the old and the new text", () => {
    const { out } = countersign(changed(engine), ["diff", "--last", "--", "kept"]);
    expect(out).toContain("-two\n+three\n");
    expect(out).not.toContain("made");
  });

  it("undo puts back one path, then the rest", () => {
    const place = changed(engine);
    const is = () => [
      readFileSync(join(place.project, "kept"), "utf8"),
      existsSync(join(place.project, "src/deep/a")),
      existsSync(join(place.project, "made")),
    ];
    expect(countersign(place, ["undo", "--last", "--", "src"]).code).toBe(0);
    expect(is()).toEqual(["one\nthree\n", true, true]);
    expect(countersign(place, ["undo", "--last"])).toMatchObject({ code: 0 });
    expect(is()).toEqual(["one\ntwo\n", true, false]);
  });

  it("undo stops where somebody changed the file since, and --force overwrites", () => {
    const place = changed(engine);
    writeFileSync(join(place.project, "kept"), "mine\n");
    const refused = countersign(place, ["undo", "--last"]);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining("changed after the command ended"),
    ]);
    expect(readFileSync(join(place.project, "kept"), "utf8")).toBe("mine\n");
    expect(countersign(place, ["undo", "--last", "--force"]).code).toBe(0);
    expect(readFileSync(join(place.project, "kept"), "utf8")).toBe("one\ntwo\n");
  });

  it("restore-points lists it, and gc removes what is over the budget", () => {
    const place = changed(engine);
    for (const word of ["b", "c", "d"])
      countersign(place, ["run", "--engine", engine, `echo ${word} > made`]);
    const list = () => countersign(place, ["restore-points", "--json"]).out.trim().split("\n");
    expect(list()).toHaveLength(4);
    expect(JSON.parse(list()[0] ?? "")).toMatchObject({ engine, undone: false });
    const collected = countersign(place, ["gc", "--days", "0", "--bytes", "0"]);
    expect([collected.code, collected.out]).toEqual([0, expect.stringMatching(/[1-9]\d* removed/)]);
    expect(list().length).toBeLessThan(4);
    expect(countersign(place, ["verify"]).code).toBe(0);
  });
});

describe.skipIf(!isolated)("[X-undo] what diff prints", () => {
  it("an undo is taken back as well", () => {
    const place = makePlace();
    writeFileSync(join(place.project, "f"), "one\n");
    countersign(place, ["run", "echo two > f"]);
    const is = () => readFileSync(join(place.project, "f"), "utf8");
    expect(countersign(place, ["undo", "--last"]).code).toBe(0);
    const [point = "{}"] = countersign(place, ["restore-points", "--json"]).out.split("\n");
    const { action } = JSON.parse(point) as { action: string };
    expect(countersign(place, ["undo", action, "--redo"]).code).toBe(0);
    expect(is()).toBe("two\n");
    expect(countersign(place, ["undo", action]).code).toBe(0);
    expect(is()).toBe("one\n");
  });

  it("shows the text that changed, and nothing that steers a terminal", () => {
    const place = makePlace();
    writeFileSync(join(place.project, "f"), "one\n");
    countersign(place, ["run", "printf '\\033[2Jtwo\\n' > f"]);
    const { out } = countersign(place, ["diff", "--last"]);
    expect(out).toContain("-one");
    expect(out).toContain("+");
    expect(out).not.toContain("\u001b");
  });

  it("shows what waits for a yes, before anything of it is real", () => {
    const place = makePlace();
    writeFileSync(join(place.home, "notes"), "old\n");
    const { err } = countersign(place, ["run", "echo new > ~/notes; echo x > made"]);
    const id = /held {5}(\w+)/.exec(err)?.[1] ?? "";
    const { out } = countersign(place, ["diff", id]);
    expect(out).toContain("waits for a yes");
    expect(out).toContain("-old\n+new\n");
    expect(out).toContain("A made");
    expect(readFileSync(join(place.home, "notes"), "utf8")).toBe("old\n");
  });

  it("runs nothing that the repository configures", () => {
    const place = makePlace();
    const flag = join(place.home, "ran");
    writeFileSync(join(place.project, ".gitattributes"), "* diff=evil\n");
    writeFileSync(
      join(place.project, ".git/config"),
      `[diff "evil"]\n\ttextconv = touch ${flag}; cat\n\tcommand = touch ${flag}\n`,
    );
    writeFileSync(join(place.project, "f"), "one\n");
    countersign(place, ["run", "echo two > f"]);
    expect(countersign(place, ["diff", "--last"]).out).toContain("+two");
    expect(existsSync(flag)).toBe(false);
  });

  it.each([
    [["diff", "NOSUCH"], "has no restore point"],
    [["undo"], "there is no restore point"],
    [["gc", "--days", "many"], "is no number"],
  ])("%j says what to do", (words, message) => {
    const { code, err } = countersign(makePlace(), words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
