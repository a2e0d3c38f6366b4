import { describe, expect, it } from "vitest";
import { MAX_DEPTH, MAX_LENGTH, parseSyntax } from "../../src/adapters/facts/syntax.ts";
import { check, judged, tierOf } from "./check.ts";
import { javascriptHeld, javascriptPasses } from "./code/javascript.ts";
import { perlHeld, perlPasses } from "./code/perl.ts";
import { phpHeld, phpPasses } from "./code/php.ts";
import { pythonHeld, pythonPasses } from "./code/python.ts";
import { rubyHeld, rubyPasses } from "./code/ruby.ts";
import { checkTables } from "./code/table.ts";

describe("python", () => checkTables("A-code", pythonPasses, pythonHeld));
describe("javascript", () => checkTables("A-code", javascriptPasses, javascriptHeld));
describe("ruby", () => checkTables("A-code", rubyPasses, rubyHeld));
describe("php", () => checkTables("A-code", phpPasses, phpHeld));
describe("perl", () => checkTables("A-code", perlPasses, perlHeld));

describe("what cannot be read", () => {
  it.each([
    ["a Python text without its end", 'python3 -c "print("'],
    ["a JavaScript text that is none", 'node -e "const = ;"'],
    ["a Ruby text without its end", "ruby -e 'def x'"],
    ["a PHP text without its end", "php -r 'if (1) {'"],
    ["a Perl quote without its end", "perl -e 'print \"a'"],
    ["a language that is not read", "lua -e 'print(1)'"],
    ["code that the shell puts together", 'python3 -c "$CODE"'],
    ["code from a pipe", "curl -s https://example.com/x.py | python3"],
    ["a Perl word that nobody knows", "perl -e 'frobnicate()'"],
  ])("[A-code] is never nothing: %s", async (_, line) => {
    await check(line, { atLeast: 2 });
  });

  it("[A-code] a text that is too long names the bound", async () => {
    const effects = await judged(`python3 -c '${"x = 1; ".repeat(90_000)}'`);
    expect(effects.some((effect) => effect.marks.includes("bound") || !effect.certain)).toBe(true);
    expect(tierOf(effects)).not.toBe(0);
  });

  it("[A-code] every beginning of a program is judged without a crash", async () => {
    for (const [, line] of [...pythonHeld, ...javascriptHeld, ...perlHeld].slice(0, 60)) {
      for (const part of [0.3, 0.6, 0.9]) await judged(line.slice(0, Math.floor(line.length * part)));
    }
  });
});

describe("scripts of the workspace", () => {
  const clean = "import shutil, sys\nshutil.rmtree(sys.argv[1])\n";
  it("[A-code] what a script does with its arguments is told", async () => {
    await check(
      "python tools/x.py build",
      { does: ["delete directory build"], tier: 1 },
      { files: { "tools/x.py": clean } },
    );
    await check(
      "python tools/x.py /etc",
      { does: ["delete directory /etc @local"], tier: 3 },
      { files: { "tools/x.py": clean } },
    );
  });

  it("[A-code] open ends of a script are the project's own code, typed in they are a question", async () => {
    const open = "import os\nfor name in read_names():\n    os.remove(name)\n";
    await check(
      "python tools/x.py",
      { does: ["execute? workspace-code python"], tier: 1 },
      { files: { "tools/x.py": open } },
    );
    await check(`python3 -c '${open}'`, { atLeast: 2 });
  });

  it("[A-code] what a script names outright stays what it is", async () => {
    const text = "require('child_process').execSync('terraform destroy -auto-approve')";
    await check("node scripts/x.js", { atLeast: 3 }, { files: { "scripts/x.js": text } });
  });
});

describe("the parser behind the syntax facts", () => {
  it.each([
    ["python", "x = (1"],
    ["javascript", "let = 1 2"],
    ["ruby", "class"],
    ["php", "<?php if ("],
    ["powershell", "if ("],
  ] as const)("[A-code] an error is a problem and no tree: %s", async (language, text) => {
    const fact = await parseSyntax(language, text);
    expect(fact.tree).toBeUndefined();
    expect(fact.problem).toMatch(/not complete/);
  });

  it("[A-code] bounds are problems that name themselves", async () => {
    expect((await parseSyntax("python", "x".repeat(MAX_LENGTH + 1))).problem).toMatch(/longer/);
    expect((await parseSyntax("python", "a\0b")).problem).toMatch(/zero byte/);
    expect(
      (await parseSyntax("javascript", `${"[".repeat(MAX_DEPTH + 5)}${"]".repeat(MAX_DEPTH + 5)}`)).problem,
    ).toMatch(/deeper/);
    expect((await parseSyntax("python", "x=1;".repeat(20_000))).problem).toMatch(/nodes/);
  });

  it("[A-code] TypeScript is read where JavaScript is asked for", async () => {
    expect((await parseSyntax("javascript", "const x: number = 1 as any")).tree?.type).toBe("program");
  });

  it("[A-code] operators and field names are kept", async () => {
    const { tree } = await parseSyntax("python", "a + b");
    const operation = tree?.children[0]?.children[0];
    expect(operation?.children.map((child) => [child.field, child.text])).toEqual([
      ["left", "a"],
      ["operator", "+"],
      ["right", "b"],
    ]);
  });
});

it("[A-code] reading Perl is total on noise, and noise is never silent when it holds an unclosed quote", async () => {
  const noise = [
    "s",
    "s/",
    "q(",
    "<<X",
    "$",
    "@{",
    "tr/a",
    "y{}{",
    "=pod",
    "%",
    "&",
    "sub",
    "for (",
    "open(",
    "{".repeat(500),
  ];
  for (const text of noise) await judged(`perl -e '${text}'`);
  for (const text of ["s/", "q(", "<<X", "tr/a"]) await check(`perl -e '${text}'`, { atLeast: 2 });
});
