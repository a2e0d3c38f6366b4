import { beforeAll, describe, expect, it } from "vitest";
import type { RenameCase, RenameResult } from "./rename-program.ts";
import { makeFolder, missingOverlay, runAs, USERS } from "./users.ts";

const FIXTURE = `
git init -q . && mkdir -p lib/deep/er src other/lib empty closed top/a top/b
echo one > lib/one; echo two > lib/deep/two; chmod 755 lib/one; ln -s one lib/link; ln lib/one lib/same; mkfifo lib/queue
printf x | dd of=lib/holes bs=1 seek=3000000 conv=notrunc status=none
chmod 2750 lib/deep; touch -d 2001-02-03 lib/deep/two; echo s > src/main.c; echo t > top/a/same; echo t > top/b/same
echo 1 > top/a/x; echo 2 > top/b/x; touch -d 2002-02-02 top/a/x top/b/x
python3 -c 'import os; os.setxattr("lib","user.note",b"1"); os.setxattr("lib/one","user.n",b"2"); os.setxattr("src","user.s",b"3")'
git add -A . 2>/dev/null; git -c user.name=a -c user.email=b@c commit -q -m one
`;

const RENAME = (from: string, to: string) => `python3 -c 'import os; os.rename("${from}","${to}")'`;
const moved = (from: string, to: string) => [`create ${to} from ${from}`, `delete ${from} to ${to}`];

/** A command, the folders named ahead, and what the change list must be (absent: whatever it is). */
const CASES: readonly (readonly [string, readonly string[], (readonly string[])?])[] = [
  [RENAME("lib", "library"), ["lib"], moved("lib", "library")],
  [RENAME("lib", "src/lib"), ["lib"], moved("lib", "src/lib")],
  [RENAME("lib/deep", "deep"), ["lib/deep"], moved("lib/deep", "deep")],
  [RENAME("empty", "void"), ["empty"], moved("empty", "void")],
  [`${RENAME("lib", "x")}; ${RENAME("x", "lib")}`, ["lib"], []],
  ["mv lib library", ["lib"], moved("lib", "library")],
  ["mv -T lib empty", ["lib"]],
  ["rm -rf src; mv lib src", ["lib"]],
  ["mv lib/deep . && rm -r lib", ["lib", "lib/deep"]],
  ["mv lib l1; mkdir lib; echo again > lib/one", ["lib"]],
  ["mv top/a top/c; mv top/b top/a; mv top/c top/b", ["top/a", "top/b"]],
  ["mv top t; mv t/a t/c; mv t/b t/a; mv t/c t/b; mv t top", ["top"]],
  ["mv lib library; echo more >> library/one", ["lib"]],
  ["git mv lib library", ["lib"]],
  ["true", ["lib", "src"], []],
  ["cat lib/one lib/deep/two; ls -R", ["lib"], []],
  ["rm -rf lib", ["lib"], ["delete lib"]],
  ["rm lib/one", ["lib"]],
  ["rm lib/deep/two", ["lib"], ["delete lib/deep/two"]],
  ["rm -r lib/deep", ["lib"], ["delete lib/deep"]],
  ["rm -r lib; mkdir lib", ["lib"]],
  ["echo new > lib/new; mkdir lib/n; mv lib/deep/two lib/n/", ["lib"]],
  ["echo more >> lib/deep/two", ["lib"], ["modify lib/deep/two"]],
  ["mv lib/deep lib/shallow; mkdir lib/deep; echo x > lib/deep/two", ["lib"]],
  ["chmod 700 lib/deep; touch lib/deep/two", ["lib"]],
  ["rm lib/one; ln -s x lib/one; rm lib/link; mkdir lib/link", ["lib"]],
];

/** Named ahead, and not copied for a reason. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["nowhere", "nowhere: it is not there"],
  ["src/main.c", "src/main.c: it is no folder"],
  ["lib/link", "lib/link: it is no folder"],
  ["", ": it holds what belongs to the isolated run itself"],
  ["../../template", "it is not captured"],
];

describe.skipIf(missingOverlay() !== undefined).each(USERS)("folders named ahead, as $name", ({ words }) => {
  const results = new Map<string, RenameResult>();
  beforeAll(() => {
    const cases: RenameCase[] = CASES.map(([command, renames]) => ({ command, renames }));
    const refused = REFUSED.map(([path], index) => ({ command: `: ${index}`, renames: [path] }));
    const input = JSON.stringify({ fixture: FIXTURE, cases: [...cases, ...refused] });
    for (const line of runAs(words, "rename-program.ts", [makeFolder()], input).trim().split("\n")) {
      const result = JSON.parse(line) as RenameResult;
      results.set(result.command, result);
    }
  }, 120_000);

  it.each(CASES.map(([command, , changes]) => ({ command, changes })))(
    "[X-rename] behave as in a plain run, and go back exactly: $command",
    ({ command, changes }) => {
      const result = results.get(command);
      expect(result?.refused).toEqual([]);
      expect(result?.codes[1]).toBe(result?.codes[0]);
      expect(result?.differences.flat()).toEqual([]);
      if (changes) expect(result?.changes.toSorted()).toEqual(changes);
    },
  );

  it.each(REFUSED)("[X-rename] are not copied when they are no folder of ours: `%s`", (path, reason) => {
    const index = REFUSED.findIndex(([one]) => one === path);
    const result = results.get(`: ${index}`);
    expect(result?.refused[0]).toContain(reason);
    expect(result?.changes).toEqual([]);
  });
});
