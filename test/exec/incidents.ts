import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A line that is run on the replica, and what can be compared. */
export interface DestructiveLine {
  readonly line: string;
  /** Where it is started, below the replica's home; the project when absent. */
  readonly from?: string;
  /** `same`: a plain run leaves the same tree. `links`: the same but for files with several names. `roots`: the same, but
   * mounted folders stay as empty ones. `varies`: two plain runs already differ, or a plain one reaches further. */
  readonly plain: "same" | "links" | "roots" | "varies";
  /** It fails, or only looks: nothing is expected to change. */
  readonly changesNothing?: true;
  /** It walks over the whole file system, which takes seconds. */
  readonly slow?: true;
  /** A program that has to be there. */
  readonly needs?: string;
  /** It means something else to root and to an ordinary user. */
  readonly byEverybody?: true;
  /** Only as root. */
  readonly asRoot?: true;
}

interface Recorded {
  readonly id: string;
  readonly tool: string;
  readonly input: string;
}

const FILE = join(import.meta.dirname, "../fixtures/incident-commands.jsonl");

/** Every line of the recorded incidents. */
export const RECORDED: readonly Recorded[] = readFileSync(FILE, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

/** Folders of the machines where it happened, and what they are on the replica (`~`: its home). */
const PLACES: readonly (readonly [there: string, here: string])[] = [
  ["/Users/nickls/dev/project-path", "~/project"],
  ["/Users/dev", "~"],
  ["/c/repo/", "~/worktrees/"],
  ["/var/opt/gitlab/postgresql/data", "~/data-main"],
];

/** How a recorded line is run; what is not in here is run in the project and compared with a plain run. */
const HOW: Readonly<Record<string, Omit<DestructiveLine, "line">>> = {
  "CC-10077/1": { plain: "roots" },
  "CC-83058/4": { plain: "roots" },
  "STEAM-2015/6": { plain: "varies", slow: true },
  "GM-MKDIR-2025-07/25": { plain: "same", from: "Desktop" },
  "CC-70378/110": { plain: "same", changesNothing: true },
  "CC-82604/111": { plain: "same", changesNothing: true },
  "CC-82604/112": { plain: "same", changesNothing: true },
};

/** Recorded lines that are not run here, by the reason. */
export const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  "they change infrastructure, accounts or clusters somewhere else, not files": [
    "DATATALKS-2026-02/48",
    "DATATALKS-2026-02/104",
    "CC-47891/49",
    "CC-27589/50",
    "CC-32995/51",
    "AMAZONQ-2025-07/52",
    "AMAZONQ-2025-07/53",
    "AMAZONQ-2025-07/54",
    "POCKETOS-2026-04/56",
    "AWS-KIRO-2025-12/57",
    "RABBITMQ-PV-2019/68",
    "CC-68676/73",
  ],
  "they change a database behind a server, or the volumes of one": [
    "CC-14411/58",
    "AGENT-NATIVE-252/60",
    "CX-18106/63",
    "CC-64056/66",
    "GRAFANA-INFLUX-PRUNE/69",
    "PGEDGE-MCP-75/99",
    "CC-64056/100",
    "SUPABASE-MCP-2025-07/103",
  ],
  "they fetch and start other people's code, which needs a network": [
    "ONA-2026-03/77",
    "ONA-2026-03/79",
    "CLINEJECTION-2026-02/83",
    "CLINEJECTION-2026-02/84",
  ],
  "it starts another agent": ["AMAZONQ-2025-07/80"],
  "it destroys nothing: a program is started under another name": ["ONA-2026-03/78"],
  "they are commands of Windows": [
    "ANTIGRAVITY-2025-11/88",
    "CC-93602/91",
    "CC-93602/92",
    "CC-23913/93",
    "CC-60604/108",
  ],
};

/** The recorded lines that change files, each once, with the incidents that they are from. */
export function recordedLines(): readonly (DestructiveLine & { readonly ids: readonly string[] })[] {
  const leftOut = new Set(Object.values(LEFT_OUT).flat());
  const run = RECORDED.filter(({ id }) => !leftOut.has(id));
  return [...new Set(run.map(({ input }) => input))].map((input) => {
    const ids = run.filter((one) => one.input === input).map(({ id }) => id);
    const how = ids.map((id) => HOW[id]).find((one) => one !== undefined);
    const line = PLACES.reduce((text, [there, here]) => text.replaceAll(there, here), input);
    return { plain: "same", ...how, line, ids };
  });
}

const PYTHON = (text: string) => `python3 -I -S -c '${text}'`;
const EXPIRE = "git reflog expire --expire=now --expire-unreachable=now --all";

/** Other lines that destroy work, by the kind of tool. */
export const OWN_LINES: readonly DestructiveLine[] = [
  // git: history, branches, stashes, what is not committed
  {
    line: "git stash -q; git filter-branch -f --index-filter 'git rm -q --cached --ignore-unmatch src/a.ts' -- --branches",
    plain: "varies",
  },
  { line: `git stash clear; git branch -D doomed; ${EXPIRE}; git gc -q --prune=now`, plain: "varies" },
  { line: `${EXPIRE}; git prune --expire=now`, plain: "same" },
  { line: "git worktree remove --force ../worktrees/wt-bkfk2-57", plain: "same" },
  { line: "git worktree prune; rm -rf ../worktrees", plain: "same" },
  { line: "git clean -ffdx", plain: "same" },
  { line: "git clean -fdX", plain: "same" },
  { line: "git checkout -f feature^0", plain: "same" },
  { line: "git checkout -f -B main v1", plain: "same" },
  { line: "git restore --source=v1 --staged --worktree .", plain: "same" },
  { line: "git reset --hard v1 && git clean -fdx", plain: "same" },
  { line: "git rm -rqf .", plain: "same" },
  { line: "git branch -D doomed feature; git tag -d v1 v2", plain: "same" },
  { line: "git update-ref -d refs/heads/main; git symbolic-ref HEAD refs/heads/nowhere", plain: "same" },
  { line: "git stash pop; git stash clear", plain: "same" },
  { line: "git commit -q --amend --no-edit -a", plain: "same" },
  { line: "git submodule deinit -f --all && rm -rf .git/modules", plain: "same" },
  { line: "git push -q origin --delete release; git push -q --mirror --force", plain: "same" },
  { line: "rm -rf .git", plain: "same" },
  {
    line: "rm -rf .git && git init -q && git add -A src && git commit -qm fresh && git push -qf ../remote.git main",
    plain: "same",
  },
  { line: "rm -f .git/index .git/packed-refs; rm -rf .git/objects/pack", plain: "same" },
  { line: "rm -rf nested/.git module", plain: "same" },
  // files: deleted, emptied, overwritten, moved over
  { line: "rm -rf ./* ./.[!.]*", plain: "same" },
  { line: "find . -delete", plain: "same" },
  { line: "find . -type f -name '*.ts' -exec rm {} +", plain: "same" },
  {
    line: "find . -path ./.git -prune -o -path ./tools -prune -o -type f -exec truncate -s 0 {} +",
    plain: "links",
  },
  { line: "find . -type l -delete; find . -type d -empty -delete", plain: "same" },
  { line: "truncate -s 0 src/*.ts lines.txt app.sqlite", plain: "links" },
  { line: ": > .env; cat /dev/null > lines.txt", plain: "same" },
  { line: "dd if=/dev/zero of=large.dat bs=4096 count=3 conv=notrunc status=none", plain: "same" },
  { line: "dd if=/dev/zero of=sparse.img bs=65536 count=1 seek=9 conv=notrunc status=none", plain: "same" },
  { line: "sed -i 's/o/0/g' src/*.ts lines.txt package.json .env", plain: "same" },
  { line: "grep -rlZ --exclude-dir=.git one . | xargs -0 sed -i s/one/1/g", plain: "same" },
  { line: "mv src/a.ts src/b.ts; mv -f staged.ts untracked.ts", plain: "same" },
  { line: "mv docs ~/Documents/; mv -f src ../shared/uploads/", plain: "same" },
  { line: "cp -f package.json .env; cp -rf src/. docs/", plain: "same" },
  {
    line: "mkdir pack && echo x > pack/lines.txt && tar cf p.tar --mtime=@0 -C pack lines.txt && tar xf p.tar --overwrite",
    plain: "same",
  },
  { line: "tar cf all.tar --sort=name --mtime=@0 --remove-files src docs data", plain: "same" },
  { line: "tar czf - src 2>/dev/null | tar xzf - -C ../shared --strip-components=1", plain: "same" },
  { line: "ln -sf /etc/passwd .env; ln -sfn ../Documents src", plain: "same" },
  { line: "ln -f package.json package-lock.json", plain: "same" },
  { line: "install -m 600 /dev/null .env; install -D package.json src/a.ts", plain: "same" },
  { line: "split -l 100 lines.txt && rm lines.txt && mv xaa package.json", plain: "same" },
  { line: "shred -n1 untracked.ts lines.txt; shred -n1 -zu staged.ts", plain: "varies" },
  { line: "tee src/a.ts src/loose.ts < /dev/null > .env", plain: "links" },
  { line: "printf 'broken' | patch -f -p0 || cp /dev/null src/a.ts", plain: "same" },
  { line: "sort -r lines.txt -o lines.txt; gzip -nf large.dat lines.txt", plain: "same" },
  { line: "rm -- -dash ' leading space' \"quote's\" ünïcode; rm -rf folder*of*", plain: "same" },
  { line: "rm -f sparse.img pipe hard-link; rm -f hidden", plain: "same" },
  { line: "chmod 755 locked; rm -rf locked sticky", plain: "same" },
  { line: "rm -rf folder-link/ out-link/letters", plain: "same" },
  { line: "rm -rf far-link/*", plain: "varies", changesNothing: true },
  { line: "rsync -a --delete --exclude=.git src/ ./", plain: "same", needs: "rsync" },
  {
    line: "rm -rf node_modules package-lock.json && mkdir -p node_modules/other && echo x > node_modules/other/index.js",
    plain: "same",
  },
  {
    line: "printf 'all:\\n\\trm -rf src build ../shared\\n' > Makefile; make -s all",
    plain: "same",
    needs: "make",
  },
  // permissions, owners, times, attributes
  { line: "chmod -R a-rwx src docs data .env", plain: "links", byEverybody: true },
  { line: "chmod -R 777 . ~/.ssh", plain: "links" },
  { line: "chmod -R 000 src && chmod 000 data", plain: "links" },
  { line: "chown -R 1234:1234 src ../shared; chown -h 99 link", plain: "links", asRoot: true },
  { line: "touch -d 2001-01-01 src/*.ts .env lines.txt", plain: "links" },
  {
    line: PYTHON('import os; os.removexattr("untracked.ts","user.note"); os.removexattr("docs","user.note")'),
    plain: "same",
  },
  // other languages, databases
  { line: PYTHON('import shutil; shutil.rmtree("src"); shutil.rmtree("node_modules")'), plain: "same" },
  {
    line: PYTHON(
      'import os; [os.remove(os.path.join(f,n)) for f,_,s in os.walk(".") for n in s if n.endswith((".ts",".log"))]',
    ),
    plain: "same",
  },
  {
    line: PYTHON(
      'import sqlite3; d=sqlite3.connect("app.sqlite"); d.execute("drop table users"); d.commit(); d.execute("vacuum")',
    ),
    plain: "same",
  },
  { line: "sqlite3 app.sqlite 'drop table users; vacuum'", plain: "same", needs: "sqlite3" },
  {
    line: 'node -e \'fs.rmSync("src",{recursive:true}); fs.writeFileSync(".env",""); fs.truncateSync("lines.txt",3)\'',
    plain: "same",
    needs: "node",
  },
  {
    line: 'perl -e \'unlink glob("src/*.ts data/*"); rename "docs/guide.md", "package.json"\'',
    plain: "same",
  },
  { line: "perl -pi -e 's/./x/g' src/a.ts lines.txt .env", plain: "same" },
  {
    line: "awk 'NR<3' lines.txt > lines.tmp && mv lines.tmp lines.txt; awk 'BEGIN{print \"\" > \".env\"}'",
    plain: "same",
  },
  // beyond the project
  { line: "rm -rf ~", plain: "roots" },
  { line: "rm -rf ~/.ssh ~/.aws ~/.bashrc ~/.config; echo 'alias l=evil' > ~/.bashrc", plain: "same" },
  { line: "cd ~ && rm -rf * .[a-z]*", plain: "roots" },
  { line: "find ~ -maxdepth 1 -mindepth 1 -exec rm -rf {} +", plain: "roots" },
  { line: "mv ~/Desktop ~/Documents/ && mv ~/.bashrc ~/.gitconfig && rm -rf ~/shared", plain: "same" },
  {
    line: "git config --global --unset user.name; git config core.hooksPath /nonexistent; mkdir .git/hooks; printf x > .git/hooks/pre-commit",
    plain: "same",
  },
  { line: "rm -rf --no-preserve-root /", plain: "varies", slow: true },
];
