import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { judge } from "../../src/analyzers/judge.ts";
import { quote } from "../../src/analyzers/shell/dispatch.ts";
import { judged, SETTING, tierOf } from "./check.ts";

/**
 * A real bash is the judge of what a script executes: it runs in an empty folder, with a PATH of a few harmless
 * programs and `payload`, which leaves a mark. When the mark is there, the gate must have seen something.
 */
const folder = mkdtempSync(join(tmpdir(), "countersign-oracle-"));
const programs = join(folder, "programs");
const work = join(folder, "work");
for (const path of [programs, work]) mkdirSync(path);
writeFileSync(join(programs, "payload"), '#!/bin/bash\n: > "$MARK"\n');
chmodSync(join(programs, "payload"), 0o755);
for (const name of [
  "bash",
  "sh",
  "env",
  "xargs",
  "find",
  "timeout",
  "nice",
  "base64",
  "cat",
  "tee",
  "chmod",
  "true",
]) {
  const real = ["/bin", "/usr/bin"].map((path) => join(path, name)).find(existsSync);
  if (real) symlinkSync(real, join(programs, name));
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;

/** A folder of its own for each script: one that goes on in the background must not leave its mark on the next. */
function executes(script: string): boolean {
  const cwd = join(work, String(runs++));
  const mark = join(cwd, "mark");
  mkdirSync(cwd);
  spawnSync("/bin/bash", ["-c", script], {
    cwd,
    env: { PATH: programs, MARK: mark },
    timeout: 5_000,
    stdio: "ignore",
  });
  return existsSync(mark);
}

const simple = fc.constantFrom(
  "payload",
  "'payload'",
  'pay""load',
  "\\payload",
  "$'\\x70ayload'",
  "payload --now",
  "X=1 payload",
  "p=payload; $p",
  "a=pay b=load; $a$b",
  "{payload,x}",
  "$(echo payload)",
  "`printf payload`",
);

/** Ways to execute a script inside another one; each takes any script. Delimiters differ from those inside. */
const ways: readonly ((inner: string) => string)[] = [
  (inner) => `bash -c ${quote(inner)}`,
  (inner) => `sh -c ${quote(inner)}`,
  (inner) => `bash -ec ${quote(inner)} name arg`,
  (inner) => `eval ${quote(inner)}`,
  (inner) => `echo ${quote(inner)} | bash`,
  (inner) => `printf '%s' ${quote(inner)} | sh -s`,
  (inner) => `bash <<< ${quote(inner)}`,
  (inner) => `bash <<'END${inner.length}'\n${inner}\nEND${inner.length}\n`,
  (inner) => `f() {\n${inner}\n}\nf`,
  (inner) => `if true; then\n${inner}\nfi`,
  (inner) => `false || {\n${inner}\n}`,
  (inner) => `for i in 1; do\n${inner}\ndone`,
  (inner) => `case x in x)\n${inner}\n;; esac`,
  (inner) => `(\n${inner}\n)`,
  (inner) => `: "$(\n${inner}\n)"`,
  (inner) => `: <(\n${inner}\n); wait`,
  (inner) => `cat < <(\n${inner}\n)`,
  (inner) => `true &&\n${inner}`,
  (inner) => `trap ${quote(inner)} EXIT`,
  (inner) => `env X=1 bash -c ${quote(inner)}`,
  (inner) => `timeout 5 nice bash -c ${quote(inner)}`,
  (inner) => `echo x | xargs bash -c ${quote(inner)}`,
  (inner) => `find . -maxdepth 0 -exec bash -c ${quote(inner)} \\;`,
  (inner) => `echo ${Buffer.from(inner).toString("base64")} | base64 -d | bash`,
  (inner) => `echo ${quote(inner)} > s.sh; bash s.sh`,
  (inner) => `cat > t.sh <<'T${inner.length}'\n${inner}\nT${inner.length}\nchmod +x t.sh && . ./t.sh`,
  (inner) => `echo ${quote(inner)} | tee u.sh; sh u.sh`,
  (inner) => `v=${quote(inner)}; bash -c "$v"`,
  (inner) => `printf -v w %s ${quote(inner)}; eval "$w"`,
  (inner) => `set -- ${quote(inner)}; bash -c "$1"`,
];

/** Ways in which a script is only text. */
const quotes: readonly ((inner: string) => string)[] = [
  (inner) => `echo ${quote(inner)}`,
  (inner) => `: ${quote(inner)}`,
  (inner) => `v=${quote(inner)}`,
  (inner) => `cat <<'NOT${inner.length}'\n${inner}\nNOT${inner.length}\n`,
  (inner) => `g() {\n${inner}\n}`,
];

const script: fc.Arbitrary<string> = fc
  .tuple(simple, fc.array(fc.nat({ max: ways.length - 1 }), { maxLength: 4 }))
  .map(([payload, steps]) =>
    steps.reduce<string>((inner, step) => (ways[step] as (inner: string) => string)(inner), payload),
  );

describe("[A-oracle] bash and the gate agree on what is executed", () => {
  it("whatever bash really executes is seen, however deep it is wrapped", { timeout: 120_000 }, async () => {
    let executed = 0;
    await fc.assert(
      fc.asyncProperty(script, async (text) => {
        if (!executes(text)) return;
        executed++;
        const tier = tierOf(await judged(text));
        expect(tier === "X" || tier >= 2, `${JSON.stringify(text)} is judged T${tier}`).toBe(true);
      }),
      { numRuns: 250 },
    );
    expect(executed).toBeGreaterThan(200);
  });

  it("what is only text is not executed, and asks nobody", { timeout: 120_000 }, async () => {
    const data = fc.tuple(script, fc.constantFrom(...quotes)).map(([inner, wrap]) => wrap(inner));
    await fc.assert(
      fc.asyncProperty(data, async (text) => {
        expect(executes(text)).toBe(false);
        expect(tierOf(await judged(text)), JSON.stringify(text)).toBeOneOf([0, 1]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("[BOUND] any text gets an answer", () => {
  const seeds = [
    'rm -rf "$X"/*',
    "cat <<EOF | bash\n$(x)\nEOF",
    "for i in {1..3}; do x; done",
    "[[ a =~ b ]] && (( c++ ))",
    "x() { y | z > w; }",
    "find . -exec sh -c 'a $1' _ {} +",
    "git -C a -c alias.x='!y' push --force",
    "python3 - <<'E'\nimport os\nE",
    "awk '{print > \"x\"}' f",
    "docker run -v /:/h x sh -c 'y'",
  ];
  const pieces = fc.constantFrom(
    "$(",
    ")",
    "`",
    "'",
    '"',
    "<<E\n",
    "\nE\n",
    "${",
    "}",
    "((",
    "))",
    "\\",
    "\n",
    ";",
    "|",
    "&&",
    "{",
    "*",
    "$'",
    "\u0000",
    "\u202e",
    "é",
    " ",
    "=(",
    "eval ",
    "!",
    "#",
    "<(",
    "[[",
    "]]",
    "case x in ",
  );
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), pieces), { maxLength: 12 }))
    .map(([seed, changes]) =>
      changes.reduce(
        (text, [at, piece]) =>
          text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
        seed,
      ),
    );

  it.each(["shell", "powershell", "sql"] as const)(
    "as %s: never an exception, always well-formed effects",
    (tool) => {
      fc.assert(
        fc.property(fc.oneof(mutated, fc.string({ unit: "binary", maxLength: 200 })), (input) => {
          const { effects } = judge({ tool, input }, SETTING, new Map());
          for (const { verb, resource, by } of effects)
            expect([verb, resource.kind, resource.name, by].every((text) => typeof text === "string")).toBe(
              true,
            );
        }),
        { numRuns: 1_500 },
      );
    },
  );

  it.each([
    ["a thousand opening quotes", "\"'".repeat(1_000)],
    ["a long word of backslashes", "\\".repeat(100_000)],
    ["many here-documents", "cat <<A\nx\nA\n".repeat(3_000)],
    ["many nested braces", `${"{a,".repeat(150)}bbbb${"}".repeat(150)}`],
    ["many brace expansions in one word", `echo ${"{a,b}".repeat(20_000)}`],
    ["many variables", Array.from({ length: 3_000 }, (_, at) => `v${at}=$v${at - 1}x`).join(";")],
    ["a command name that doubles", `a=xxxxxxxxxx;${"a=$a$a;".repeat(40)}$a`],
    ["a recursive function", "f() { f; f; }; f"],
    ["two functions that call each other", "f() { g; g; }; g() { f; f; }; f"],
    ["a recursive alias", "alias a='b;b' b='a;a'; a"],
    [
      "loops in loops",
      "for a in {1..30}; do for b in {1..30}; do for c in {1..30}; do for d in {1..30}; do x; done; done; done; done",
    ],
    ["zsh flags without an end", `\${(${"e".repeat(50_000)}`],
    ["parentheses without an end", `${"*(".repeat(150)}${"e".repeat(60_000)}`],
  ])("%s is answered within the bounds, and not with a permit", (_, input) => {
    const start = performance.now();
    const { effects } = judge({ tool: "shell", input }, SETTING, new Map());
    expect(performance.now() - start).toBeLessThan(10_000);
    if (!/here-documents|variables/.test(_)) expect(tierOf(effects)).not.toBeOneOf([0, 1]);
  });
});
