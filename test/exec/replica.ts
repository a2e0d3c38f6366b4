import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The machine of somebody in the middle of their work, made in an empty folder: a home with what homes hold, and in it
 * a project with everything that a command can destroy and git does not know.
 */
const REPLICA = String.raw`
umask 022
mkdir -p home/project outside/keep; printf far >outside/keep/file
mkdir no-template; export GIT_TEMPLATE_DIR=$PWD/no-template
cd home
mkdir -p .ssh .aws .config/app .cache/tool .local/share .local/state Desktop/photos/2009/summer Documents/letters shared/uploads data-main bin
chmod 700 .ssh; printf key >.ssh/id_ed25519; chmod 600 .ssh/id_ed25519; printf 'host x\n' >.ssh/config
printf '[default]\n' >.aws/credentials; printf 'alias l=ls\n' >.bashrc; printf '{}' >.config/app/settings.json; printf c >.cache/tool/x; printf s >.local/share/x
printf '[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n[protocol "file"]\nallow = always\n[pack]\nthreads = 1\n[gc]\nauto = 0\n[advice]\ndetachedHead = false\n' >.gitconfig
for i in 1 2 3 4 5 6; do head -c 3000 /dev/urandom >Desktop/photos/2009/summer/p$i.jpg; done; printf n >Desktop/notes.txt
printf 'dear\n' >Documents/letters/one; printf 'report\n' >Documents/report; printf u1 >shared/uploads/u1; printf u2 >shared/uploads/u2
head -c 9000 /dev/urandom >data-main/base; mkdir data-main/pg_wal; printf w >data-main/pg_wal/0001
printf '#!/bin/sh\nexec "$@"\n' >bin/sudo; chmod 755 bin/sudo
mkdir 'anuraag_xyz project'; printf other >'anuraag_xyz project/plan.txt'; mkdir 'anuraag_xyz project/inside'
git init -q --bare remote.git
git init -q library; (cd library; printf l >l; git add l; git commit -qm library)
cd project
git init -q .; git remote add origin ../remote.git
git config push.default simple; git config core.trustctime false; git config core.checkStat minimal
mkdir -p src/deep docs tests patches plan tools
printf 'one\n' >src/a.ts; printf 'b\n' >src/b.ts; printf 'deep\n' >src/deep/c.ts; printf '#!/bin/sh\n' >tools/run; chmod 755 tools/run
printf 'guide\n' >docs/guide.md; printf 't\n' >tests/a.test; printf 'p\n' >plan/p; printf 'd\n' >patches/1.diff
printf '.env\n*.sqlite\nnode_modules/\nbuild/\n*.log\n' >.gitignore; printf 'build\nsd_auto_generate\n' >.buildignore
printf '{"name":"app"}\n' >package.json; printf '{"lockfileVersion":3}\n' >package-lock.json; seq 1 500 >lines.txt; printf 'CC=cc\n' >Makefile
git add -A; git commit -qm first; git tag v1; git tag -a v2 -m annotated; git branch feature; git branch doomed
printf 'two\n' >>src/a.ts; git commit -qam second; git push -q -u origin main
git checkout -q feature; printf 'f\n' >feature.txt; git add feature.txt; git commit -qm feature; git checkout -q main
git checkout -q --detach doomed; printf 'lost\n' >lost.txt; git add lost.txt; git commit -qm 'only in the reflog'; git checkout -q main
printf 'stashed once\n' >>src/a.ts; git stash push -q; printf 'stashed twice\n' >>src/a.ts; printf new >stashed-new; git stash push -qu
git -c protocol.file.allow=always submodule --quiet add ../library module; git commit -qm module; printf 'in the module\n' >>module/l
git gc -q; printf 'loose\n' >src/loose.ts; git add src/loose.ts; git commit -qm loose
git worktree add -q ../worktrees/wt-bkfk2-57 feature; printf 'in the tree\n' >../worktrees/wt-bkfk2-57/uncommitted
ln -s ../../project/node_modules ../worktrees/wt-bkfk2-57/node_modules
(cd ..; git clone -q remote.git colleague; cd colleague; printf 'theirs\n' >theirs; git add theirs; git commit -qm theirs; git push -q origin HEAD:main HEAD:refs/heads/release)
printf 'a week of work\n' >>src/a.ts; printf 'staged\n' >staged.ts; git add staged.ts; printf 'and more\n' >>staged.ts; rm src/b.ts
mkdir -p docs/journeys audit data sd_auto_generate/out node_modules/.bin node_modules/left-pad build
printf 'never added\n' >untracked.ts; printf 'finding one\nfinding two\n' >audit/findings.md; printf 'story\n' >docs/journeys/unmoved.md
printf 's' >data/scratch.tmp; printf 'o' >data/old.log; printf 'dump\n' >data/backup.sql; printf 'gen\n' >sd_auto_generate/out/x
printf 'SECRET=1\n' >.env; chmod 600 .env; printf 'out' >build/out.js; printf 'm' >node_modules/left-pad/index.js
ln -s ../left-pad/index.js node_modules/.bin/pad; : >empty-file; mkdir -p empty/inner
python3 -I -S -c 'import os, sqlite3; d=sqlite3.connect("app.sqlite"); d.execute("create table users(name)"); d.execute("insert into users values (1)"); d.commit(); os.setxattr("untracked.ts","user.note",b"hello"); os.setxattr("docs","user.note",b"folder")'
ln -s src/a.ts link; ln -s nowhere dangling; ln -s docs folder-link; ln -s ../Documents out-link; ln -s ../../outside/keep far-link; ln -s "$PWD/src" absolute-link
ln src/loose.ts hard-link; ln ../Documents/report report; mkfifo pipe
truncate -s 2M sparse.img; printf end >>sparse.img; head -c 400000 /dev/zero | tr '\0' z >large.dat
printf n >"$(printf 'new\nline')"; mkdir "$(printf 'folder\nof lines')"; printf n >"$(printf 'folder\nof lines')/x"
printf b >"$(printf 'bytes-\377\376')"; mkdir "$(printf 'folder-\303')"; printf b >"$(printf 'folder-\303/\200')"
printf s >' leading space'; printf -- - >-dash; printf u >'ünïcode'; printf q >"quote's"
printf r >read-only; chmod 444 read-only; chmod 4755 tools/run; chmod 2775 docs; mkdir sticky; chmod 1777 sticky; printf x >sticky/x
git init -q nested; (cd nested; printf n >n; git add n; git commit -qm nested; printf dirty >>n; printf u >untracked)
mkdir locked; printf l >locked/file; mkdir closed; printf c >closed/file; printf h >hidden
touch -d '2020-02-02 02:02:02.123456789' src/a.ts .env ../.bashrc
`;

/** Where a replica is; made, used, and made again always at the same path, because git notes absolute paths. */
export interface Replica {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  /** Our own state, where it is by default. */
  readonly state: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Throws away what is there and puts a fresh one there. */
  reset(): void;
}

/** Where commands on a replica find programs, after those of its home. */
export const PROGRAM_PATH = `/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:${dirname(process.execPath)}`;

/** Makes a replica in a folder, and keeps a second copy of it to start from again. */
export function makeReplica(folder: string): Replica {
  const [root, template] = [join(folder, "replica"), join(folder, "template")];
  const [home, workspace] = [join(root, "home"), join(root, "home/project")];
  const environment = {
    PATH: `${home}/bin:${PROGRAM_PATH}`,
    HOME: home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
    GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
    FILTER_BRANCH_SQUELCH_WARNING: "1",
  };
  mkdirSync(root);
  execFileSync("bash", ["-euc", REPLICA], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  execFileSync("cp", ["-a", root, template]);
  let used = 0;
  // What was used is moved away and removed with the folder: ext4 looks long for room where files were just removed.
  const reset = () => {
    renameSync(root, join(folder, `used${used++}`));
    execFileSync("cp", ["-a", template, root]);
    close(workspace);
  };
  reset();
  const state = join(home, ".local/state/countersign");
  return { root, home, workspace, state, environment, reset };
}

/** What keeps its owner out cannot be copied by them, so it is closed afterwards. */
function close(workspace: string): void {
  chmodSync(join(workspace, "locked"), 0o555);
  chmodSync(join(workspace, "hidden"), 0o000);
  if (lstatSync(workspace).uid === 0) chmodSync(join(workspace, "closed"), 0o000);
}
