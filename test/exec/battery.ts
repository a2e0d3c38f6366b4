/** What every case of the battery starts from. */
export const FIXTURE = `
umask 022
mkdir -p src/deep/er docs empty many readonly closed target bin
echo alpha > a.txt; echo beta > b.txt; printf 'x=1\\n' > .env; echo code > src/main.c; echo lib > src/lib.c
echo d1 > src/deep/one; echo d2 > src/deep/er/two; echo guide > docs/guide.md
for i in 1 2 3 4 5 6 7 8 9; do echo $i > many/f$i; done
ln -s a.txt link; ln -s nowhere dangling; ln -s src dirlink; ln -s /etc/hostname outside
echo shared > hard1; ln hard1 hard2
echo '#!/bin/sh' > bin/tool; chmod 755 bin/tool
truncate -s 4M sparse; printf end >> sparse
echo keep > readonly/file; chmod 555 readonly; echo secret > closed/file; echo no > unreadable; chmod 000 unreadable
mkdir sticky; chmod 1777 sticky; mkdir group; chmod 2775 group; mkfifo pipe
echo 'with space' > 'name with space'; printf nl > 'new
line'; echo dash > ./-dash; echo uni > 'ünïcode'; echo "quote" > "q'uote"
seq 1 2000 > lines; head -c 300000 /dev/zero | tr '\\0' z > big
`;

/** Ordinary file-changing commands of many kinds; each runs in a fresh copy of the fixture. */
export const BATTERY: readonly string[] = [
  "echo new > created",
  "echo more >> a.txt",
  "echo other > a.txt",
  ": > a.txt",
  "truncate -s 2 a.txt",
  "truncate -s 9M sparse",
  "truncate -s 8M holes; printf x | dd of=holes bs=1 seek=5000000 conv=notrunc status=none",
  "dd if=/dev/zero of=big bs=1 count=3 seek=10 conv=notrunc status=none",
  "mv a.txt c.txt",
  "mv a.txt b.txt",
  "mv a.txt src/",
  "mv src source",
  "mv src/deep .",
  "mv src docs/",
  "mv many/f1 many/f2",
  "cp a.txt copy; cp -r src copies",
  "cp -a src copies",
  "cp -a hard1 hard2 docs/",
  "rm a.txt",
  "rm -f a.txt b.txt lines",
  "rm -rf src",
  "rm -rf src docs many",
  "rm -rf ./*",
  "rm -rf ./* ./.??*",
  "find . -name 'f*' -delete",
  "find many -type f -exec rm {} +",
  "rmdir empty",
  "mkdir -p new/deep/folder",
  "mkdir new; echo x > new/y; rm -r new",
  "rm -rf src; mkdir src",
  "rm -rf src; mkdir src; echo other > src/main.c",
  "rm -rf src; mkdir -p src/deep; echo other > src/deep/three",
  "rm -rf many; mkdir many; cd many; for i in 1 2 3 4 5 6 7 8 9; do echo n > f$i; done",
  "rm -rf src; echo file > src",
  "rm a.txt; mkdir a.txt; echo in > a.txt/in",
  "rm a.txt; ln -s b.txt a.txt",
  "rm link; echo plain > link",
  "rm link; mkdir link",
  "rm -r docs; ln -s src docs",
  "rm a.txt; echo again > a.txt",
  "rm a.txt; echo alpha > a.txt",
  "ln -sfn docs dirlink",
  "ln -s a.txt another",
  "echo through > link",
  "echo t > dirlink/through.c",
  "ln a.txt a.hard",
  "echo n > n1; ln n1 n2; ln n1 src/n3",
  "rm hard1",
  "rm hard1 hard2",
  "chmod 600 a.txt",
  "chmod 000 b.txt",
  "chmod 644 unreadable; echo now >> unreadable",
  "chmod +x a.txt",
  "chmod -R go-rwx src",
  "chmod 4755 bin/tool",
  "chmod 2755 docs",
  "chmod 700 docs; echo x > docs/x; chmod 500 docs",
  "chmod 755 readonly; rm -rf readonly",
  "chmod 755 readonly; echo x > readonly/new; chmod 555 readonly",
  "mkdir locked; echo x > locked/x; chmod 000 locked",
  "mkdir locked; echo x > locked/x; chmod 555 locked",
  "chmod 000 closed",
  "chmod 555 src/deep; chmod 500 src",
  "touch a.txt",
  "touch -d 2001-02-03 a.txt docs",
  "touch fresh",
  "mkfifo queue",
  "rm pipe",
  "mv pipe docs/",
  "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")'",
  "echo x > group/file; mkdir group/sub",
  "echo x > sticky/file",
  "echo x > 'other\nline'; rm 'new\nline'",
  "mv 'name with space' \"it's\"; rm ./-dash",
  "echo x >> ünïcode; echo y > 日本語",
  "sed -i s/5/five/ lines",
  "perl -pi -e 's/1/one/' lines many/*",
  "sort -r lines -o lines",
  "tar cf all.tar src docs; rm -r src docs; tar xf all.tar",
  "tar czf - src | (mkdir un; cd un; tar xzf -)",
  "gzip lines; gzip -k big",
  "split -l 100 lines part-",
  "git init -q . && git add -A . 2>/dev/null; git -c user.name=a -c user.email=b@c commit -q --date 2001-01-01T00:00:00Z -m one -- docs && rm -rf .git/index .git/logs .git/objects .git/refs .git/COMMIT_EDITMSG",
  "git init -q .; rm -rf .git",
  "sqlite3 data.db 'pragma journal_mode=wal; create table t(x); insert into t values (1),(2)'",
  'python3 -c \'import mmap,os; f=open("lines","r+b"); m=mmap.mmap(f.fileno(),0); m[0:4]=b"MMAP"; m.flush()\'',
  'python3 -c \'import os; os.setxattr("a.txt","user.note",b"hello")\'',
  'python3 -c \'import os; os.setxattr("docs","user.note",b"hello")\'',
  'python3 -c \'import os; os.setxattr("docs","user.note",b"hello"); os.setxattr("docs/guide.md","user.b",b"1")\'; echo x > docs/y',
  'python3 -c \'import os; f=os.open("a.txt",os.O_RDWR); os.unlink("a.txt"); os.write(f,b"gone")\'',
  "install -m 640 -D a.txt out/bin/a",
  "mktemp -p . tmpXXXXXX | xargs rm",
  "for i in $(seq 200); do echo $i > many/g$i; done; rm many/g1*",
  "mv many lots; mv lots many",
  "mv a.txt swap; mv b.txt a.txt; mv swap b.txt",
  "echo x > a.txt~; mv a.txt~ a.txt",
  "cat /dev/null > big; rm -f does-not-exist; true",
  "rm -rf src/deep/er; rmdir src/deep 2>/dev/null; rm src/deep/one; rmdir src/deep",
  "mkdir -p src/deep/er/new && mv src/deep/one src/deep/er/new/",
  "(sleep 0.05; echo late > late) & wait",
  "umask 077; echo private > private; mkdir private.d",
  "false; echo after > after; exit 3",
];

/** Only root can do these, or take them back: a folder that a step closed to its owner is not looked into. */
export const ROOT_BATTERY: readonly string[] = [
  "echo x > closed/new; rm closed/file; chmod 000 closed",
  "mkdir -p locked/in; echo x > locked/in/x; chmod 444 locked/in; chmod 300 locked",
  "chown 1234:1234 a.txt",
  "chown -R 1234 src",
  "chown -h 99:99 link",
  "echo x > owned; chown 5:6 owned; chmod 4711 owned",
  "chown 1234 docs; chmod 700 docs; echo x > docs/x",
];

/**
 * Where the result differs from a plain run for a reason that the kernel gives: a write through one name of a file
 * with several names. The other names keep the old content, and the change says so.
 */
export const BREAKS_LINKS: readonly string[] = [
  "echo changed > hard1",
  "chmod 600 hard2",
  "sed -i s/shared/x/ hard1; echo y >> hard2",
];

/**
 * Refused inside and allowed outside: an overlay without the right to redirect answers EXDEV to rename(2) of a
 * folder that was there before. `mv` copies then; programs that do not, fail and change nothing.
 */
export const CANNOT_RENAME_FOLDERS: readonly string[] = [
  'python3 -c \'import os; os.rename("many","lots")\'',
];
