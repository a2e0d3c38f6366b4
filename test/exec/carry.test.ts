import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Carried, carryingLine, parseCarried } from "../../src/adapters/exec/carry.ts";
import { openCarryStore } from "../../src/adapters/exec/carry-store.ts";
import type { CarryRequest, CarryResult } from "./carry-program.ts";
import { LINES, withoutPids } from "./shell-lines.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

/** Lines of a session, the last of which looks; one interactive bash that is given them all prints the same. */
const LIKE_ONE_SHELL: readonly (readonly string[])[] = [
  ["cd sub", "basename $PWD"],
  ["cd sub; cd deep", "basename $PWD; cd ../..; basename $PWD"],
  ["cd sub", "cd - >/dev/null; basename $PWD"],
  ["cd link", "basename $PWD; basename $(pwd -P); cd ..; basename $PWD"],
  ["cd no-such 2>/dev/null", "basename $PWD"],
  ["(cd sub; export A=1)", "basename $PWD; echo ${A-unset}"],
  ["cd sub | cat", "basename $PWD"],
  ["cd sub & wait", "basename $PWD"],
  ["pushd sub >/dev/null", "basename $PWD"],
  ["pushd sub >/dev/null; popd >/dev/null", "basename $PWD"],
  ["mkdir -p $'odd name\nof two lines\n'; cd odd*", "basename $PWD | od -c"],
  ["mkdir fresh && cd fresh && touch file", "ls; basename $PWD"],
  ["f() { cd sub; export A=2; }; f", "basename $PWD; echo $A"],
  ["export A=1 B='x  y'", 'echo "$A|$B"'],
  ["export A=$'line\n two\t\"quoted\" $x `y` \\\\ \\' '", 'printf %s "$A" | od -c'],
  ["export A=ü€ B=", 'echo "$A" "${B-unset}"'],
  ["export A=1", "export A=2; unset GIVEN", 'echo "$A ${GIVEN-unset}"'],
  ["export A=1", "unset A", "echo ${A-unset}"],
  ["unset GIVEN", "export GIVEN=again", "echo $GIVEN"],
  ["GIVEN=changed", "echo $GIVEN"],
  ["export -n GIVEN", "sh -c 'echo ${GIVEN-unset}'"],
  ["A=1 true; B=2 sh -c :", "echo ${A-unset} ${B-unset}"],
  ["PATH=$PWD/bin:$PATH", "mine"],
  ["PATH=$PWD/bin", "mine; type ls >/dev/null 2>&1 || echo none"],
  ["source venv/bin/activate", 'basename $VIRTUAL_ENV; echo "${PATH%%:/usr*}" | grep -c /venv/bin'],
  ["set -a; A=1; declare -x B=2; readonly C=3; export C", "echo $A $B $C"],
  ["if true; then cd sub; fi; for i in 1 2; do export A=$i; done", "basename $PWD; echo $A"],
  ["cd sub", "cd deep", "cd ..", "basename $PWD"],
  ["echo $SHLVL >/dev/null", "echo $SHLVL"],
];

/** As a line ends the shell, an interactive one shows nothing more. Lines, what the last prints, codes of the others. */
const ENDING: readonly (readonly [readonly string[], string, number])[] = [
  [["cd sub; exit 3", "basename $PWD"], "sub", 3],
  [["export A=1; set -e; false; export A=2", "echo $A"], "1", 1],
  [["set -eu; export A=1; echo $nope; export A=2", "echo $A"], "1", 1],
  [["cd sub; ${nope:?}; cd deep", "basename $PWD"], "sub", 127],
  [["cd sub\nif", "basename $PWD"], "sub", 2],
  [["trap 'exit 5' TERM; cd sub; kill -TERM $$; sleep 1", "basename $PWD"], "sub", 5],
  [["cd sub; kill -TERM $$; sleep 1", "basename $PWD"], "sub", 143],
  [["cd sub; kill -INT $$; sleep 1", "basename $PWD"], "sub", 130],
  [["cd sub; exec >&- 2>&- <&-; exit 4", "basename $PWD"], "sub", 4],
  [["exec 3>&1 >/dev/null; cd sub", "basename $PWD"], "sub", 0],
  [["set -C; cd sub; exit 6", "basename $PWD"], "sub", 6],
  [["ulimit -f 0; cd sub; exit 7", "basename $PWD"], "work", 7],
  [["cd sub; sleep 1 & exit 8", "basename $PWD"], "sub", 8],
];

/** Nobody can tell where these stood: the session stays as it was, and says so. */
const UNTOLD: readonly (readonly [string, number])[] = [
  ["cd sub; export A=1; exec true", 0],
  ["cd sub; export A=1; kill -KILL $$", 137],
  ["cd sub; export A=1; trap 'echo bye' EXIT", 0],
  ["cd sub; export A=1; trap - EXIT", 0],
  ["set -n; cd sub; export A=1", 0],
];

/** What is not carried although an interactive bash would keep it. */
const LEFT_OUT: readonly (readonly [string, string, string])[] = [
  ["A=1", "echo ${A-unset}", "unset"],
  ["f() { echo mine; }; export -f f", "type f >/dev/null 2>&1; echo $?", "1"],
  ["shopt -s extglob; set -u; alias x=y; umask 077", "umask; echo $-", "0022\nhBc"],
  [
    "export BASH_ENV=x ENV=x CDPATH=/ PROMPT_COMMAND=x COUNTERSIGN_HOME=/x",
    "env | grep -cE 'ENV|CDPATH|PROMPT|COUNTERSIGN'",
    "0",
  ],
  ["export MY_TOKEN=hunter2", "echo ${MY_TOKEN-unset}", "unset"],
  ["export A=$'\\377'", "echo ${A-unset}", "unset"],
];

/** Isolated, a part will do: what bash itself says is the same. */
const ISOLATED = /link|odd|fresh|PATH|venv|SHLVL|unset/;

function waysOf(lines: readonly string[]): readonly ("isolated" | "plain")[] {
  return lines.some((line) => ISOLATED.test(line)) ? ["isolated", "plain"] : ["plain"];
}

const keyOf = (request: CarryRequest) => JSON.stringify(request);

describe.skipIf(missingOverlay() !== undefined).each(USERS.slice(-1))("a session as $name", ({ words }) => {
  const results = new Map<string, CarryResult>();
  const of = (lines: readonly string[], how: CarryRequest["how"]) => results.get(keyOf({ lines, how }));
  beforeAll(() => {
    const sessions = [
      ...ENDING.map(([lines]) => lines),
      ...UNTOLD.map(([line]) => ["cd bin; export B=before", line, LOOK]),
      ...LEFT_OUT.map(([line, look]) => [line, look]),
    ];
    const requests: readonly CarryRequest[] = [
      ...LIKE_ONE_SHELL.flatMap((lines) =>
        [...waysOf(lines), "interactive" as const].map((how) => ({ lines, how })),
      ),
      ...sessions.flatMap((lines) => (["isolated", "plain"] as const).map((how) => ({ lines, how }))),
    ];
    const text = runAs(words, "carry-program.ts", [makeFolder()], JSON.stringify(requests));
    for (const [index, line] of text.split("\n").filter(Boolean).entries())
      results.set(keyOf(requests[index] ?? { lines: [], how: "plain" }), JSON.parse(line) as CarryResult);
  }, 120_000);
  const LOOK = "basename $PWD; echo ${A-unset} $B";
  const both = ["isolated", "plain"] as const;

  it.each(LIKE_ONE_SHELL.map((lines) => [lines]))("[X-carry] as in one shell: %j", (lines) => {
    const { out } = of(lines, "interactive") ?? {};
    expect(out).toMatch(/./);
    for (const how of waysOf(lines)) expect(of(lines, how)).toMatchObject({ out, notes: [] });
  });

  it.each(ENDING)("[X-carry] a line that ends its shell leaves what it had: %j", (lines, out, code) => {
    for (const how of both) {
      const result = of(lines, how);
      expect([how, result?.out, result?.codes[0]]).toEqual([how, `${out}\n`, code]);
    }
  });

  it.each(UNTOLD)("[X-carry] where it cannot be told, nothing is carried: %s", (line, code) => {
    for (const how of both) {
      const result = of(["cd bin; export B=before", line, LOOK], how);
      expect([how, result?.out, result?.codes[1]]).toEqual([how, "bin\nunset before\n", code]);
      expect(result?.notes).toEqual([expect.stringMatching(/stay as they were/)]);
    }
  });

  it.each(LEFT_OUT)("[X-carry] not carried: %s", (line, look, out) => {
    for (const how of both) expect(of([line, look], how)).toMatchObject({ out: `${out}\n` });
  });

  it("[X-carry] a credential is not written to the disk, and that is said", () => {
    const result = of(["export MY_TOKEN=hunter2", "echo ${MY_TOKEN-unset}"], "isolated");
    expect(result?.kept).not.toMatch(/hunter2/);
    expect(result?.notes).toEqual(["not carried, being credentials: MY_TOKEN"]);
  });
});

describe("[X-carry] what a command wrote is data", () => {
  const field = (text: string) => `${text}\0`;
  it.each<[string, string | Buffer | undefined, unknown]>([
    ["nothing", "", undefined],
    ["over the bound", undefined, undefined],
    ["our own text", "trap '' EXIT\n", undefined],
    ["no end", "/a\n\0A=1", undefined],
    ["a relative folder", field("a\n"), undefined],
    ["no line end", field("/a"), undefined],
    ["a field without a name", field("/a\n") + field("=x"), undefined],
    ["a field without a value", field("/a\n") + field("A"), undefined],
    ["too many", field("/a\n") + field("A=1").repeat(4097), undefined],
    [
      "a folder that is gone",
      field("") + field("A=1"),
      { cwd: undefined, environment: { A: "1" }, dropped: [] },
    ],
    ["an odd name", field("/a\n") + field("A-B=1") + field("A\n=2"), { dropped: ["A-B", "A?"] }],
    ["a long value", field("/a\n") + field(`A=${"x".repeat(131_072)}`), { environment: {}, dropped: ["A"] }],
    ["a name of an object", field("/a\n") + field("toString=x"), { set: { toString: "x" } }],
    [
      "names with a meaning",
      field("/a\n") + field("BASH_FUNC_x%%=() { :; }") + field("ENV=x"),
      { environment: {} },
    ],
    [
      "all in order",
      field("/a b\n\n") + field("A=1=2\n"),
      { cwd: "/a b\n", environment: { A: "1=2\n" }, set: { A: "1=2\n" }, unset: ["GIVEN", "ENV"] },
    ],
    [
      "nothing changed",
      field("/a\n") + field("GIVEN=1") + field("ENV=given"),
      { environment: { GIVEN: "1" }, set: {}, unset: [], dropped: [] },
    ],
  ])("%s", (_, text, expected) => {
    const parsed = parseCarried(text === undefined ? undefined : Buffer.from(text), {
      GIVEN: "1",
      "ODD-NAME": "1",
      ENV: "given",
    });
    if (expected === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toMatchObject(expected as object);
    expect(Object.getPrototypeOf(parsed?.environment ?? {})).toBe(Object.prototype);
  });
});

describe("[X-carry] the store", () => {
  const left = (cwd: string, set: Record<string, string>): Carried => ({
    ...{ cwd, set, environment: set },
    ...{ unset: [], dropped: [] },
  });

  function makeStore() {
    const folder = mkdtempSync(join(tmpdir(), "countersign-carry-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return { folder, store: openCarryStore(join(folder, "kept"), { isCredential: () => false }) };
  }

  it("keeps its files to ourselves, and sessions apart", () => {
    const { folder, store } = makeStore();
    store.keep("../a", left(folder, { A: "1" }));
    const [file = "", ...others] = readdirSync(join(folder, "kept"));
    expect([others, statSync(join(folder, "kept", file)).mode & 0o777]).toEqual([[], 0o600]);
    expect(store.start("b", "/", {}).environment).toEqual({});
    expect(store.start("../a", "/", {})).toMatchObject({ cwd: folder, environment: { A: "1" } });
    store.forget("../a");
    expect(store.start("../a", "/", {})).toEqual({ cwd: "/", environment: {}, notes: [] });
  });

  it("goes on elsewhere when the folder is gone, and says so", () => {
    const { folder, store } = makeStore();
    const gone = join(folder, "gone");
    mkdirSync(gone);
    store.keep("s", left(gone, {}));
    rmSync(gone, { recursive: true });
    expect(store.start("s", folder, {})).toMatchObject({
      cwd: folder,
      notes: [`\`${gone}\` is gone; the session goes on in \`${folder}\``],
    });
  });

  it("says when a file cannot be read, and goes on without it", () => {
    const { folder, store } = makeStore();
    store.keep("s", left(folder, { A: "1" }));
    const [file = ""] = readdirSync(join(folder, "kept"));
    for (const text of [
      "",
      "null",
      '{"version":2}',
      readFileSync(join(folder, "kept", file), "utf8").replace('"1"', "1"),
    ]) {
      writeFileSync(join(folder, "kept", file), text);
      const start = store.start("s", "/", {});
      expect([start.environment, start.notes]).toEqual([{}, [expect.stringMatching(/cannot be read/)]]);
    }
  });

  it("leaves what is outside of the session to change", () => {
    const { folder, store } = makeStore();
    store.keep("s", { ...left(folder, { A: "1" }), unset: ["OLD"] });
    const { environment } = store.start("s", "/", { PATH: "/usr/bin", OLD: "1", NEW: "2" });
    expect(environment).toEqual({ PATH: "/usr/bin", A: "1", NEW: "2", PWD: folder });
  });
});

/** What bash shows of our trap, as the comment on `CarryingLine` says. */
const SHOWS_THE_TRAP = /^sh -c 'kill|^python3 -c 'import os/;

/** More lines whose meaning a trap, a file that is read before, or other text around them could change. */
const DELICATE = [
  "echo $? $_ $LINENO $0 $#; caller; echo ${BASH_SOURCE[@]} ${FUNCNAME[@]}\necho $LINENO ${BASH_ENV-unset}",
  "set -x; cd /; false",
  "set -u; cd /; exit 5",
  "set -eEuo pipefail; trap 'echo err $LINENO' ERR; cd /; grep x /dev/null",
  "trap 'echo bye $?' EXIT; cd /; exit 4",
  "ulimit -f 0; cd /",
  "set -C; cd /; echo x > /dev/null",
  "set -o posix; cd /; builtin() { echo mine; }; printf() { echo mine; }",
  "shopt -s execfail; exec /no/such; echo after",
  "exec sh -c 'echo $BASH_ENV; exit 3'",
  "exec 1>&- 2>&- 0<&-; cd /",
  "f() { return 2; }; f",
  "(exit 3); (cd /; exit 3)",
  "bash -c 'echo ${BASH_ENV-unset}; trap -p; exit 6'",
  "cd /\nif",
  "cat <<X\nunfinished $PWD",
  "echo a \\",
  "# only a remark",
  "",
];

it.each([...LINES, ...DELICATE].filter((line) => !SHOWS_THE_TRAP.test(line)))(
  "[X-carry] a line means what it means without us: %s",
  (shell) => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-carry-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const env = { PATH: "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8" };
    const run = (more: Readonly<Record<string, string>>) => {
      const place = mkdtempSync(join(folder, "place-"));
      const options = {
        cwd: place,
        env: { ...env, ...more },
        input: "typed\nmore\n",
        encoding: "latin1",
      } as const;
      const ran = spawnSync("/bin/bash", ["--noprofile", "--norc", "-c", shell, "bash"], options);
      const outcome = { code: ran.status ?? -1, out: ran.stdout, err: ran.stderr };
      const { code, out, err } = withoutPids(outcome);
      return [code, ran.signal, out.replaceAll(place, "PLACE"), err.replaceAll(place, "PLACE")];
    };
    const line = carryingLine({ shell }, env, { folder, where: "plain" });
    const carried = run(line?.environment ?? {});
    line?.close();
    expect(line?.runnable).toEqual({ shell });
    expect(carried).toEqual(run({}));
  },
);

it("[X-carry] words, and a bash in posix mode, carry nothing", () => {
  const where = { folder: tmpdir(), where: "plain" } as const;
  expect(carryingLine({ argv: ["cd", "sub"] }, {}, where)).toBeUndefined();
  expect(carryingLine({ shell: "cd sub" }, { POSIXLY_CORRECT: "" }, where)).toBeUndefined();
});
