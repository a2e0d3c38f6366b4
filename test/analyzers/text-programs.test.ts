import { describe, expect, it } from "vitest";
import { check, type Expected, type World } from "./check.ts";

type Row = readonly [line: string, expected: Expected, world?: World];

const HERE: World = {
  files: {
    "src/a.ts": "export const a = 1;\n",
    "src/b.ts": "export const b = 2;\n",
    "dist/a.js": "",
    "package.json": "{}",
    ".env": "TOKEN=x\n",
    ".env.example": "TOKEN=\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    "list.txt": "one\ntwo three\n",
    "notes.txt": "x\n",
    "fix.sed": "s/a/b/\n",
    "bad.sed": "s/a/b/\ne rm -rf /etc\n",
    "report.awk": "{ print $1 }\n",
  },
};

const asks = (tier: 2 | 3 | 4, lines: readonly string[]): readonly Row[] =>
  lines.map((line) => [line, { atLeast: tier }, HERE]);

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows.map((row) => [row[0], row] as const))("%s", (_, [line, expected, world]) =>
      check(line, expected, world),
    );
  });
}

table(
  "[A-files] showing, copying and packing secrets is a question",
  asks(2, [
    "cat .env",
    "cat .env.production",
    "head -1 .env",
    "tail .env",
    "less ~/.aws/credentials",
    "grep . .env",
    "grep -r AKIA ~/.aws",
    "strings .env",
    "base64 .env",
    "xxd ~/.ssh/id_ed25519",
    "awk 1 .env",
    "sed '' .env",
    "sort .env",
    "cut -c1-9 .env",
    "diff .env .env.example",
    "jq . ~/.docker/config.json",
    "tar cz ~/.ssh | base64",
    "zip -r x.zip ~/.gnupg",
    "cat ~/.ssh/*",
    "cat .e*",
    "cat ~/.ssh/id_*",
    "cat /etc/shadow",
    "cat /proc/self/environ",
    "cp .env /tmp/x",
    "cp -r ~/.aws .",
    "cp ~/.ssh/id_rsa key.txt",
    "find . -name .env -exec cat {} \\;",
    "find ~ -name 'id_rsa' | xargs cat",
    "rev .env",
    "nl .env",
    "od -c .env",
    "paste .env",
    "bat .env",
    "gpg -d ~/.password-store/x.gpg",
    "sed 'r .env' a.txt",
    "awk 'BEGIN { while ((getline l < \".env\") > 0) print l }'",
    "dd if=/dev/sda of=x.img",
    "vim -es -c 'r .env' -c '%p' -c q",
  ]),
);

table(
  "[A-files] programs inside sed, awk, find, editors and archives are parsed",
  asks(2, [
    "sed '1e rm -rf /etc' a.txt",
    "sed 's/x/y/e' a.txt",
    "sed -n 'w /etc/cron.d/x' a.txt",
    "sed 's/a/b/w /etc/passwd' a.txt",
    "sed -f bad.sed a.txt",
    'sed "$PROGRAM" a.txt',
    'sed "s/a/b/$FLAGS" a.txt',
    'sed "s/a/$X/e" a.txt',
    "sed $'1{\\ne rm -rf /etc\\n}' a.txt",
    "sed 's,[,],x,;e rm -rf /etc' a.txt",
    "awk 'BEGIN { system(\"rm -rf /etc\") }'",
    "awk '{ print > \"/etc/passwd\" }' a",
    "awk 'BEGIN { \"rm -rf /etc\" | getline }'",
    'awk \'BEGIN { print "rm -rf /etc" | "sh" }\'',
    "awk '{ system($0) }' a",
    'awk "{ system(\\"rm $X\\") }" a',
    "awk -v c='rm -rf /etc' 'BEGIN { system(c) }'",
    "awk -f missing.awk",
    "gawk '@load \"filefuncs\"; BEGIN {}'",
    'awk "$PROGRAM" a',
    "awk '{ print | $2 }' a",
    "gawk -l ext 'BEGIN {}'",
    "find . $ARGS",
    "find . -exec sh -c 'rm -rf /etc' \\;",
    "find . -execdir rm -rf /etc {} +",
    "find . -fprintf /etc/passwd %p",
    "find / -perm -4000 -exec chmod u-s {} +",
    "find . -newfangled x -delete",
    "rg --pre 'rm -rf /etc' x",
    "sort --compress-program='rm -rf /etc' x",
    "less '+!rm x' a",
    "man -P 'rm -rf /etc' ls",
    "tar xf a --to-command='rm -rf /etc'",
    "tar cf a.tar --checkpoint=1 --checkpoint-action=exec='rm -rf /etc' .",
    "tar -I 'rm -rf /etc' -xf a",
    "tar xPf a.tar",
    "tar --use-comp='rm -rf /etc' -xf a",
    "zip -T -TT 'rm -rf /etc' a.zip b",
    "split --filter='rm -rf /etc' x",
    'split --filter="$X" x',
    "vim -c '!rm -rf /etc' -c q",
    "vim -es '+!rm -rf /etc' +q",
    "vim -es -c 'g/x/!rm -rf /etc' -c q",
    "vim -es -c '%s/a/\\=system(\"x\")/' -c q",
    "ex -sc '!rm -rf /etc' -cq",
    "ed <<< '!rm -rf /etc'",
    "printf 'r !rm -rf /etc\\nq\\n' | ed -s notes.txt",
    "emacs --batch --eval '(x)'",
    "nvim --headless -c 'lua x()' -c q",
    "nano notes.txt",
    "vim notes.txt",
    "ag --pager 'rm -rf /etc' x",
  ]),
);

table(
  "[A-shell] what is decoded on the line is followed into the shell",
  asks(3, [
    "echo cm0gLXJmIC9ldGM= | base64 -d | sh",
    "base64 -d <<< cm0gLXJmIC9ldGM= | bash",
    "echo 726d202d7266202f657463 | xxd -r -p | sh",
    "echo 'cte/ fr- mr' | rev | sh",
    "printf 'ez -es /rgp' | tr 'a-z' 'n-za-m' | sh",
    'sh -c "$(echo cm0gLXJmIC9ldGM= | base64 --decode)"',
    "cat <<'EOF' | sh\nrm -rf /etc\nEOF",
    "echo 'rm -rf /etc' | tee run.log | sh",
  ]),
);

describe("[BOUND] what is nested or repeated beyond the bounds is never passed, and costs no time", () => {
  const lines: readonly (readonly [string, string])[] = [
    ["wrappers", `${"nice ".repeat(4_000)}ls`],
    ["builtins that hand on", `${"command ".repeat(4_000)}ls`],
    ["privileges", `${"sudo ".repeat(3_000)}ls`],
    ["find in find", `find . ${"-exec find . ".repeat(1_300)}-delete`],
    ["parentheses of find", `find . ${"\\( ".repeat(150)}-delete`],
    ["brackets of sed", `sed 's/${"[[:".repeat(40_000)}' f`],
    ["redirections of awk", `awk '{print ${"> ".repeat(40_000)}}' f`],
    ["lines of vi", `vim -es -c '${"g/x/".repeat(3_000)}d' -c q`],
    ["backslashes of awk", `ps aux | awk '/${"\\\\".repeat(20_000)}{print $2}' | xargs kill`],
    ["the name of a secret", `cat secret${"-_".repeat(30_000)}!`],
    ["a path to secrets", `cat ${"secrets/a/".repeat(10_000)}x`],
    ["a mode", `chmod ${"ug".repeat(50_000)} f`],
  ];
  it.each(lines)("%s", async (_, line) => {
    const start = performance.now();
    await check(line, { atLeast: 2 });
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
