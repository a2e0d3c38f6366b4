/** Makes everything that agents destroyed in published incidents: run in an empty folder. */
export const WORKSPACE = String.raw`
git init -q -b main .
git config core.autocrlf false
mkdir -p src docs/deep/deeper tools
printf 'one\n' >src/a.ts; printf 'two\r\nlines\r\n' >src/crlf.txt; printf '#!/bin/sh\n' >tools/run; chmod 755 tools/run
printf '*.txt text eol=crlf\n*.bin filter=upper\n' >.gitattributes
git config filter.upper.clean 'tr a-z A-Z'; git config filter.upper.smudge 'tr A-Z a-z'
printf 'stored in capitals\n' >asset.bin
printf '.env\n*.sqlite\nnode_modules/\nbuild/\nlarge.dat\n' >.gitignore
git add -A; git commit -qm first; git tag v1; git tag -a v2 -m annotated
git branch feature; git branch doomed
printf 'one more\n' >>src/a.ts; git commit -qam second
git checkout -q feature; printf 'feature\n' >feature.txt; git add -A; git commit -qm feature; git checkout -q main
git checkout -q --detach doomed; printf 'lost\n' >lost.txt; git add -A; git commit -qm 'only in the reflog'; git checkout -q main
printf 'stashed once\n' >>src/a.ts; git stash push -q; printf 'stashed twice\n' >>src/a.ts; printf 'new\n' >stashed-new; git stash push -qu
git gc -q; printf 'loose\n' >loose.txt; git add loose.txt; git commit -qm loose
printf 'a week of work\n' >>src/a.ts; printf 'staged\n' >staged.ts; git add staged.ts; printf 'and more\n' >>staged.ts
printf 'never added\n' >untracked.ts; mkdir -p empty/inner notes; printf 'x' >notes/untracked
printf 'SECRET=1\n' >.env; head -c 50000 /dev/urandom >dev.sqlite; : >empty-file; chmod 600 .env
head -c 11000000 /dev/urandom >large.dat
mkdir -p build docs/deep/deeper; printf 'out' >build/out.js
ln -s src/a.ts link; ln -s nowhere dangling; ln -s docs folder-link; ln src/a.ts hard-link; mkfifo pipe
printf 'n' >"$(printf 'new\nline')"; printf 'b' >"$(printf 'bytes-\377\376')"; printf 's' >' leading space'; printf -- '-' >-dash
printf 'r' >read-only; chmod 444 read-only; mkdir locked; printf 'l' >locked/file; chmod 555 locked
chmod 2775 docs; chmod 1777 notes; chmod 4755 tools/run
git init -q -b main nested; (cd nested; printf 'n\n' >n; git add n; git commit -qm nested; printf 'dirty\n' >>n; printf 'u' >untracked)
git init -q -b main ../library; (cd ../library; printf 'l\n' >l; git add l; git commit -qm library)
git submodule --quiet add ../library module; git commit -qm module; printf 'in the module\n' >>module/l
git worktree add -q inner-tree feature; printf 'in the tree\n' >inner-tree/uncommitted
mkdir -p .git/hooks; printf '#!/bin/sh\ntouch %s/hook-ran\n' "$PWD" >.git/hooks/post-checkout; chmod 755 .git/hooks/post-checkout
touch -d '2020-02-02 02:02:02.123456' src/a.ts docs .env
`;

/** Commands that destroyed work, after published incidents and the commands that agents ran. */
export const INCIDENTS: readonly (readonly [name: string, script: string])[] = [
  ["the repository is deleted", "rm -rf .git"],
  ["everything in the folder is deleted", "chmod 755 locked; rm -rf ./* ./.[!.]*"],
  ["the folder itself is deleted", 'chmod 755 locked; here=$PWD; cd ..; rm -rf "$here"'],
  ["a week of uncommitted work is reset", "git reset -q --hard"],
  ["it is reset to an old commit", "git reset -q --hard v1"],
  ["untracked and ignored files are cleaned", "chmod 755 locked; git clean -qffdx"],
  ["local changes are checked out away", "git checkout -q -- ."],
  ["local changes are restored away", "git restore -q --staged --worktree ."],
  ["all stashes are cleared", "git stash clear"],
  ["one stash is dropped, and collected", "git stash drop -q; git gc -q --prune=now"],
  ["a stash is popped over the tree", "git checkout -q -f; git stash pop -q || true"],
  ["a branch is deleted", "git branch -q -D doomed"],
  [
    "branches and tags are deleted and the reflog expires",
    "git branch -q -D doomed; git tag -d v1 v2; git reflog expire --expire=now --all; git gc -q --prune=now",
  ],
  [
    "lost commits are pruned",
    "git reflog expire --expire=now --expire-unreachable=now --all; git prune --expire=now",
  ],
  [
    "history is rewritten",
    "chmod 755 locked; git stash -q -u || true; FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --index-filter 'git rm -q --cached --ignore-unmatch src/a.ts' -- --branches --tags >/dev/null 2>&1; git for-each-ref --format='%(refname)' refs/original | xargs -n1 git update-ref -d; git reflog expire --expire=now --all; git gc -q --prune=now",
  ],
  ["a commit is amended", "git commit -q --amend -am rewritten"],
  ["everything is committed", "git add -A . ':!nested' && git commit -qm all"],
  ["HEAD points nowhere", "git symbolic-ref HEAD refs/heads/nowhere; git update-ref -d refs/heads/main"],
  ["the objects are deleted", "rm -rf .git/objects"],
  ["the index is deleted", "rm -f .git/index"],
  ["the index is emptied", "git rm -rq --cached -f ."],
  ["a switch throws changes away", "git checkout -q -f feature^0"],
  ["the submodule is deinitialised", "git submodule --quiet deinit -f --all; rm -rf .git/modules"],
  ["a work tree is removed", "git worktree remove --force inner-tree"],
  ["a nested repository loses its history", "rm -rf nested/.git"],
  ["a nested repository is deleted", "rm -rf nested"],
  ["a repository is made over another", "rm -rf .git; git init -q; git add src; git commit -qm fresh"],
  ["all modes are taken", "chmod -R a-rwx src docs tools .env || true"],
  ["all modes are given", "chmod -R 777 ."],
  ["all files are emptied in place", "find . -type f -not -path './.git/*' -exec sh -c ': >\"$1\"' - {} ';'"],
  ["all files are deleted by a search", "find . -type f -delete || true"],
  ["every file is edited in place", "find . -type f -name '*.ts' -exec sed -i s/o/0/g {} +"],
  ["one name of a file is written into", "printf 'through the other name' >>hard-link"],
  ["the secrets are overwritten", "printf 'SECRET=2\n' >.env"],
  ["the database is written into", "dd if=/dev/zero of=dev.sqlite bs=512 count=4 conv=notrunc status=none"],
  ["the large file is written into", "dd if=/dev/zero of=large.dat bs=4096 count=1 conv=notrunc status=none"],
  ["the large file is deleted", "rm large.dat"],
  ["a folder is moved out", "mv docs ../elsewhere; mv notes build ../"],
  ["folders are renamed", "mv src source; mv docs src"],
  [
    "a folder becomes a link to outside",
    "mkdir ../outside; printf keep >../outside/a.ts; rm -rf src; ln -s ../outside src",
  ],
  ["a folder becomes a file", "rm -rf docs; printf x >docs"],
  [
    "a file becomes a folder",
    "rm link untracked.ts; mkdir -p link/x untracked.ts/y; printf x >untracked.ts/y/z",
  ],
  ["links are turned round", "ln -sfn src folder-link; ln -sf untracked.ts link; rm dangling"],
  ["special files are deleted", "rm pipe; rmdir empty/inner; rm -f empty-file"],
  [
    "odd names are deleted",
    'rm -- "$(printf "new\\nline")" "$(printf "bytes-\\377\\376")" " leading space" -dash',
  ],
  ["times are changed", "touch .env src/a.ts docs"],
  [
    "things are built over it",
    "mkdir -p dist/deep; printf 1 >dist/deep/x; printf 2 >build/out.js; chmod 755 locked; printf 3 >locked/new",
  ],
  [
    "the configuration is planted",
    "git config core.hooksPath /tmp; git config core.fsmonitor /bin/false; printf 'x' >.git/hooks/pre-commit",
  ],
];
