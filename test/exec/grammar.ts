import { lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";

/** Numbers that look random and follow from a seed (mulberry32). */
export interface Random {
  /** A whole number from 0 up to, without, `end`. */
  below(end: number): number;
  /** One of several; undefined when there is none. */
  of<T>(all: readonly T[]): T | undefined;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * end);
  };
  return { below, of: (all) => all[below(all.length)] };
}

/** What is in a tree, so that commands can be chosen that do something. Paths are bytes, one per character. */
export interface Seen {
  /**
   * Regular files with one name only, which can be written into. Without setuid and setgid: a write of root keeps
   * those outside and, as the root user of a namespace, not inside.
   */
  readonly files: readonly string[];
  readonly anyFiles: readonly string[];
  /** Files with one name that their owner may not read or not write. */
  readonly closedFiles: readonly string[];
  /** Without the root. */
  readonly folders: readonly string[];
  /** Folders in which nothing keeps its owner out and no file has a name elsewhere. */
  readonly plainFolders: readonly string[];
  readonly closedFolders: readonly string[];
  readonly emptyFolders: readonly string[];
  readonly links: readonly string[];
  /** Links that lead to a file of `files`. */
  readonly fileLinks: readonly string[];
  readonly specials: readonly string[];
  readonly hasRepository: boolean;
}

export function look(root: string): Seen {
  const seen = {
    files: [] as string[],
    anyFiles: [] as string[],
    closedFiles: [] as string[],
    folders: [] as string[],
    plainFolders: [] as string[],
    closedFolders: [] as string[],
    emptyFolders: [] as string[],
    links: [] as string[],
    specials: [] as string[],
    hasRepository: lstatSync(`${root}/.git`, { throwIfNoEntry: false })?.isDirectory() === true,
  };
  /** Gives whether all below is plain. */
  const visit = (relative: string): boolean => {
    const stat = lstatSync(bytes(`${root}/${relative}`));
    if (!stat.isDirectory()) return note(relative, stat);
    if ((stat.mode & 0o700) !== 0o700) {
      seen.closedFolders.push(relative);
      return false;
    }
    const names = readdirSync(bytes(`${root}/${relative}`), { encoding: "latin1" }).sort();
    const below = names
      .filter((name) => name !== ".git")
      .map((name) => visit(relative ? `${relative}/${name}` : name));
    const isPlain = !below.includes(false) && !names.includes(".git");
    if (relative === "") return isPlain;
    seen.folders.push(relative);
    if (isPlain) seen.plainFolders.push(relative);
    if (names.length === 0) seen.emptyFolders.push(relative);
    return isPlain;
  };
  const note = (relative: string, stat: Stats): boolean => {
    if (stat.isSymbolicLink()) seen.links.push(relative);
    else if (!stat.isFile()) seen.specials.push(relative);
    else {
      seen.anyFiles.push(relative);
      if (stat.nlink > 1) return false;
      if ((stat.mode & 0o600) !== 0o600) {
        seen.closedFiles.push(relative);
        return false;
      }
      if ((stat.mode & 0o6000) === 0) seen.files.push(relative);
    }
    return true;
  };
  visit("");
  return { ...seen, fileLinks: seen.links.filter((one) => leadsToFile(root, one, seen.files)) };
}

function leadsToFile(root: string, link: string, files: readonly string[]): boolean {
  try {
    const target = realpathSync.native(bytes(`${root}/${link}`), { encoding: "latin1" });
    return files.some((file) => `${root}/${file}` === target);
  } catch {
    return false;
  }
}

function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}

const NAMES = [
  "a",
  "b",
  "c.txt",
  "d e",
  ".env",
  "x.log",
  "new\nline",
  "\xff\xfe",
  "\xc3\xbc",
  "it's",
  "-f",
  "lib",
];

/** A path as one word for a shell. */
export function quote(path: string): string {
  const safe = `./${path}`;
  if (/^[\x20-\x7e]*$/.test(safe)) return `'${safe.replaceAll("'", "'\\''")}'`;
  const octal = [...safe].map((one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"$(printf '${octal.join("")}')"`;
}

/** A way to change files; undefined when nothing of that kind can be done in this tree. */
export interface Kind {
  readonly name: string;
  readonly asRoot?: true;
  /** Engine `snapshot` promises nothing about it. */
  readonly overlayOnly?: true;
  make(seen: Seen, random: Random): string | undefined;
}

/** A path at which nothing is yet, in the root or in a folder that is open; not inside `outside`. */
function freshPath(seen: Seen, random: Random, outside?: string): string {
  const isOutside = (folder: string) => folder !== outside && !folder.startsWith(`${outside}/`);
  const folder = random.of(["", "", ...seen.plainFolders.filter(isOutside)]);
  const name = random.of(NAMES) ?? "a";
  const path = folder ? `${folder}/${name}` : name;
  const taken = [...seen.anyFiles, ...seen.folders, ...seen.links, ...seen.specials];
  return taken.includes(path) ? `${path}${random.below(1000)}` : path;
}

type Pick = (seen: Seen) => readonly string[];
const FILES: Pick = (seen) => seen.files;
const ANY_FILES: Pick = (seen) => seen.anyFiles;
const PLAIN: Pick = (seen) => seen.plainFolders;
const LINKS: Pick = (seen) => seen.links;

/** A kind that does something with one path that is there. */
function on(
  name: string,
  pick: Pick,
  make: (path: string, random: Random, seen: Seen, bare: string) => string,
): Kind {
  return {
    name,
    make: (seen, random) => {
      const path = random.of(pick(seen));
      return path === undefined ? undefined : make(quote(path), random, seen, path);
    },
  };
}

/** A kind that makes something at a new path. */
function fresh(name: string, make: (path: string, random: Random, seen: Seen) => string): Kind {
  return { name, make: (seen, random) => make(quote(freshPath(seen, random)), random, seen) };
}

/** A kind of git, where there is a repository. */
function git(name: string, command: string | ((random: Random) => string)): Kind {
  const text = (random: Random) => (typeof command === "string" ? command : command(random));
  return { name, make: (seen, random) => (seen.hasRepository ? text(random) : undefined) };
}

const other = (seen: Seen, random: Random, pick: Pick) => quote(random.of(pick(seen)) ?? "none");
const to = (seen: Seen, random: Random, outside?: string) => quote(freshPath(seen, random, outside));
const python = (text: string, path: string) => `python3 -I -S -c '${text}' ${path}`;

/** Every way to change files that a sequence is made of. */
export const KINDS: readonly Kind[] = [
  fresh("create", (path, random) => `printf 'text ${random.below(99)}\\n' > ${path}`),
  fresh("create empty", (path) => `: > ${path}`),
  fresh("make sparse", (path) => `truncate -s 1M ${path}; printf x >> ${path}`),
  fresh("make folder", (path) => `mkdir ${path}; printf in > ${path}/in`),
  fresh("make deep folder", (path) => `mkdir -p ${path}/deep/er; printf d > ${path}/deep/er/d`),
  fresh("make empty folder", (path) => `mkdir -m 750 ${path}`),
  fresh("make pipe", (path) => `mkfifo ${path}`),
  fresh("symlink to file", (path, random, seen) => `ln -s ${other(seen, random, ANY_FILES)} ${path}`),
  fresh("symlink to folder", (path, random, seen) => `ln -s ${other(seen, random, PLAIN)} ${path}`),
  fresh("symlink to nothing", (path) => `ln -s nowhere ${path}`),
  on("append", FILES, (path, random) => `printf 'more ${random.below(99)}\\n' >> ${path}`),
  on("overwrite", FILES, (path, random) => `printf 'other ${random.below(99)}\\n' > ${path}`),
  on("empty", FILES, (path) => `: > ${path}`),
  on("truncate", FILES, (path, random) => `truncate -s ${random.below(40)} ${path}`),
  on("write inside", FILES, (path) => `printf Z | dd of=${path} bs=1 seek=3 conv=notrunc status=none`),
  on("edit in place", ANY_FILES, (path) => `sed -i 's/e/E/g' ${path}`),
  on("rename file", ANY_FILES, (path, random, seen) => `mv ${path} ${to(seen, random)}`),
  on("rename over", FILES, (path, random, seen) => `mv -f ${path} ${other(seen, random, FILES)}`),
  on("write and rename over", ANY_FILES, (path) => `printf saved > ./save~ && mv ./save~ ${path}`),
  on("swap", FILES, (path, random, seen) => {
    const second = other(seen, random, FILES);
    return `mv ${path} ./swap~ && mv ${second} ${path} && mv ./swap~ ${second}`;
  }),
  on("copy file", ANY_FILES, (path, random, seen) => `cp -a ${path} ${to(seen, random)}`),
  on("hard link", FILES, (path, random, seen) => `ln ${path} ${to(seen, random)}`),
  on("remove file", ANY_FILES, (path) => `rm -f ${path}`),
  on("remove and make again", FILES, (path) => `rm -f ${path}; printf again > ${path}`),
  on("file becomes folder", ANY_FILES, (path) => `rm -f ${path}; mkdir ${path}; printf in > ${path}/in`),
  on("file becomes link", ANY_FILES, (path) => `ln -sf nowhere ${path}`),
  on("mode of file", FILES, (path, random) => `chmod ${random.of(["600", "755", "4755", "444"])} ${path}`),
  on(
    "open file",
    (seen) => seen.closedFiles,
    (path) => `chmod 644 ${path}`,
  ),
  on("time of file", FILES, (path, random) => `touch -d 20${10 + random.below(20)}-03-04 ${path}`),
  on("compress", FILES, (path) => `gzip -nf ${path} 2>/dev/null || true`),
  on("turn link", LINKS, (path) => `ln -sfn elsewhere ${path}`),
  on("remove link", LINKS, (path) => `rm -f ${path}`),
  on("link becomes file", LINKS, (path) => `rm -f ${path}; printf plain > ${path}`),
  on(
    "write through link",
    (seen) => seen.fileLinks,
    (path) => `printf through >> ${path}`,
  ),
  on(
    "remove special",
    (seen) => seen.specials,
    (path) => `rm -f ${path}`,
  ),
  on("remove folder", PLAIN, (path) => `rm -rf ${path}`),
  on(
    "remove empty folder",
    (seen) => seen.emptyFolders,
    (path) => `rmdir ${path}`,
  ),
  on("make folder again", PLAIN, (path) => `rm -rf ${path}; mkdir ${path}; printf n > ${path}/new`),
  on("folder becomes file", PLAIN, (path) => `rm -rf ${path}; printf file > ${path}`),
  on("folder becomes link", PLAIN, (path) => `rm -rf ${path}; ln -s nowhere ${path}`),
  on("rename folder", PLAIN, (path, random, seen, bare) => `mv ${path} ${to(seen, random, bare)}`),
  on("copy folder", PLAIN, (path, random, seen, bare) => `cp -a ${path} ${to(seen, random, bare)}`),
  on("mode of folder", PLAIN, (path, random) => `chmod ${random.of(["700", "750", "1777", "555"])} ${path}`),
  on("mode of tree", PLAIN, (path) => `chmod -R go-rwx ${path}`),
  on(
    "open folder",
    (seen) => seen.closedFolders,
    (path) => `chmod u+rwx ${path}`,
  ),
  on("change inside", PLAIN, (path) => `printf in > ${path}/added; rm -f ${path}/in`),
  on(
    "pack and unpack",
    PLAIN,
    (path) => `tar cf ./t.tar ${path} && rm -rf ${path} && tar xf ./t.tar && rm ./t.tar`,
  ),
  on("empty by search", PLAIN, (path) => `find ${path} -mindepth 1 -delete`),
  {
    ...on("attribute of file", FILES, (path) =>
      python('import os,sys; os.setxattr(sys.argv[1],"user.n",b"1")', path),
    ),
    overlayOnly: true,
  },
  {
    ...on("attribute of folder", PLAIN, (path) =>
      python('import os,sys; os.setxattr(sys.argv[1],"user.n",b"2")', path),
    ),
    overlayOnly: true,
  },
  { ...on("owner of file", FILES, (path) => `chown 1234:5678 ${path}`), asRoot: true },
  { ...on("owner of tree", PLAIN, (path) => `chown -R 1234 ${path}`), asRoot: true },
  {
    name: "everything goes",
    make: (_, random) => (random.below(6) === 0 ? "rm -rf ./* 2>/dev/null || true" : undefined),
  },
  { name: "git init", make: (seen) => (seen.hasRepository ? undefined : "git init -q .") },
  git("git add", "git add -A ."),
  git("git commit", "git add -A . && git commit -q --allow-empty -m work"),
  git("git commit all", "git commit -qam all"),
  git("git branch", (random) => `git branch -f b${random.below(3)}`),
  git("git checkout", (random) => `git checkout -qf b${random.below(3)}`),
  git("git checkout files", "git checkout -q -- ."),
  git("git stash", "git stash push -qu"),
  git("git stash pop", "git stash pop -q"),
  git("git reset", "git reset -q --hard"),
  git("git clean", "git clean -fdxq"),
  git("git amend", "git commit -q --amend -m amended"),
  git("git tag", (random) => `git tag -f t${random.below(3)}`),
  git("git rm", "git rm -rqf ."),
  git("git gc", "git gc -q --prune=now"),
  {
    name: "repository goes",
    make: (seen, random) => (seen.hasRepository && random.below(4) === 0 ? "rm -rf .git" : undefined),
  },
];

/** The next command for a tree, with its kind. */
export function nextCommand(
  root: string,
  random: Random,
  may: (kind: Kind) => boolean,
): { readonly kind: string; readonly command: string } {
  const seen = look(root);
  for (;;) {
    const kind = random.of(KINDS.filter(may));
    const command = kind?.make(seen, random);
    if (kind && command !== undefined) return { kind: kind.name, command };
  }
}

/** What every sequence starts from. */
export const BEGINNING = `
umask 022; mkdir -p src/deep docs; printf 'one\\ntwo\\n' >src/a.ts; printf deep >src/deep/c; printf guide >docs/guide; seq 99 >lines
printf '*.log\\n' >.gitignore; printf log >x.log; ln -s src/a.ts link; ln docs/guide guide; mkfifo pipe; mkdir empty
git init -q .; git config core.trustctime false; git config core.checkStat minimal; git add -A; git commit -qm first; git branch b0; git branch b1
printf 'three\\n' >>src/a.ts; printf new >untracked
`;
