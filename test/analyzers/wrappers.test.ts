import { describe, it } from "vitest";
import { check, type Expected, type World } from "./check.ts";

type Row = readonly [line: string, expected: Expected, world?: World];

const passes = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { atMost: 1 }]);
const reads = (lines: readonly string[]): readonly Row[] => lines.map((line) => [line, { atMost: 0 }]);
const asks = (tier: 2 | 3 | 4, lines: readonly string[]): readonly Row[] =>
  lines.map((line) => [line, { atLeast: tier }]);

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows.map((row) => [row[0], row] as const))("%s", (_, [line, expected, world]) =>
      check(line, expected, world),
    );
  });
}

/** Ways to start a command; each must give the judgement of the command itself. */
const WRAPPED: readonly ((command: string) => string)[] = [
  (command) => `command ${command}`,
  (command) => `env A=1 ${command}`,
  (command) => `env -i PATH=/usr/bin ${command}`,
  (command) => `env -u X -- ${command}`,
  (command) => `env -S '${command}'`,
  (command) => `/usr/bin/env ${command}`,
  (command) => `A=1 B=2 ${command}`,
  (command) => `timeout 30 ${command}`,
  (command) => `timeout -k 5 -s KILL 30s ${command}`,
  (command) => `gtimeout --foreground 5m ${command}`,
  (command) => `nohup ${command}`,
  (command) => `nice -n 10 ${command}`,
  (command) => `nice -5 ${command}`,
  (command) => `ionice -c 3 ${command}`,
  (command) => `setsid -f ${command}`,
  (command) => `stdbuf -oL -eL ${command}`,
  (command) => `time ${command}`,
  (command) => `/usr/bin/time -v ${command}`,
  (command) => `watch -n 2 ${command}`,
  (command) => `watch -x ${command}`,
  (command) => `flock -n /tmp/x.lock ${command}`,
  (command) => `flock /tmp/x.lock -c '${command}'`,
  (command) => `script -qc '${command}' /dev/null`,
  (command) => `script -q /dev/null ${command}`,
  (command) => `busybox ${command}`,
  (command) => `chronic ${command}`,
  (command) => `unbuffer ${command}`,
  (command) => `caffeinate -i ${command}`,
  (command) => `taskset -c 0 ${command}`,
  (command) => `numactl -N 0 ${command}`,
  (command) => `rtk ${command}`,
  (command) => `strace -f -e trace=file ${command}`,
  (command) => `valgrind --tool=none ${command}`,
  (command) => `perf stat ${command}`,
  (command) => `gdb --args ${command}`,
  (command) => `unshare -r ${command}`,
  (command) => `bwrap --ro-bind / / --dev /dev ${command}`,
  (command) => `firejail --quiet ${command}`,
  (command) => `systemd-run --user --scope ${command}`,
  (command) => `direnv exec /home/dev/project ${command}`,
  (command) => `dotenv -e .env -- ${command}`,
  (command) => `aws-vault exec dev -- ${command}`,
  (command) => `hyperfine '${command}'`,
  (command) => `bash -c '${command}'`,
  (command) => `sh -c 'exec ${command}'`,
  (command) => `eval '${command}'`,
  (command) => `echo '${command}' | sh`,
  (command) => `: | xargs -r true; true && ${command}`,
  (command) => `parallel ::: '${command}'`,
  (command) => `find . -maxdepth 0 -exec ${command} \\;`,
  (command) => `xargs -a /dev/null true; ${command}`,
  (command) => `tmux new-session -d '${command}'`,
  (command) => `nice timeout 5 env X=1 nohup ${command}`,
];

describe("[A-wrappers] a wrapper changes nothing about what its command does", () => {
  it.each(WRAPPED.map((wrap) => [wrap("rm -rf /etc/nginx")] as const))("%s", (line) =>
    check(line, { atLeast: 3 }),
  );
  it.each(WRAPPED.map((wrap) => [wrap("ls -la")] as const))("%s", (line) => check(line, { atMost: 1 }));
});

table(
  "[A-wrappers] a build folder may be removed through wrappers too",
  passes([
    "timeout 30 rm -rf build",
    "nice -n 5 rm -rf dist",
    "env CI=1 rm -rf coverage",
    "bash -c 'rm -rf dist && mkdir dist'",
    "echo build | xargs rm -rf",
    "xargs rm -rf <<< dist",
    "parallel rm ::: a b",
    "parallel gzip ::: *.log",
    "flock /tmp/l rm -rf dist",
    "strace -f rm -rf build",
    "ls *.bak | xargs -I{} mv {} /tmp/",
    "printf 'a\\0b' | xargs -0 rm",
    "ls src | xargs -n1 -P4 echo",
    "seq 3 | xargs -I% touch file%.txt",
    "find . -name '*.bak' | parallel rm {}",
    "cat list | xargs -n1 grep -l foo",
    "ls *.md | entr -c sh -c 'rm -rf dist'",
  ]),
);

table(
  "[A-wrappers] more rights than one's own are a question, or more",
  asks(2, [
    "sudo touch a.txt",
    "sudo -n -E FOO=1 touch a.txt",
    "sudo -u root bash",
    "sudo -i",
    "sudo -s",
    "sudo su",
    "sudo su - deploy",
    "su",
    "su - root",
    "pkexec",
    "doas sh",
    "sudo mkdir x",
    "sudo tee a.txt < b",
    "sudo -H pip install x",
    "sudo kill 42",
    "sudo bash x.sh",
    "nsenter -t 1 -m touch a",
    "sudo cat /etc/shadow",
    "sudo env X=1 touch a",
    "sudo -C 3 -p x touch a",
    "sudo --user=root --chdir=/tmp touch a",
  ]),
);

table(
  "[A-wrappers] what only looks passes under sudo as well",
  reads([
    "sudo ls /root",
    "sudo -l",
    "sudo -v",
    "sudo -k",
    "sudo lsof -i :80",
    "sudo ss -tlnp",
    "sudo journalctl -u x",
    "sudo systemctl status nginx",
    "sudo -u postgres ls",
    "sudo cat /var/log/syslog",
    "sudo docker ps",
    "sudo dmesg",
  ]),
);

table(
  "[A-wrappers] sudo does not hide what comes after its options",
  asks(3, [
    "sudo rm -rf /opt",
    "sudo -u deploy rm -rf /srv",
    "sudo -Eu deploy rm -rf /srv",
    "sudo -- rm -rf /srv",
    "sudo A=b rm -rf /srv",
    "sudo sh -c 'rm -rf /x'",
    "sudo -s rm -rf /x",
    "sudo -D / rm -rf etc",
    "su -c 'rm -rf /x'",
    "su deploy -c 'rm -rf /x'",
    "su - deploy --command='rm -rf /x'",
    "doas -u root rm -rf /x",
    "runuser -l app -c 'rm -rf /x'",
    "runuser -u app -- rm -rf /x",
    "pkexec rm -rf /x",
    "gosu app rm -rf /x",
    "setpriv --reuid 0 rm -rf /x",
    "sudo nice -n 5 timeout 3 rm -rf /x",
    "echo 'rm -rf /x' | sudo bash",
    "sudo tee /etc/hosts < x",
    "sudo -e /etc/hosts",
    "sudo xargs rm -rf <<< /etc",
  ]),
);

table(
  "[A-wrappers] what flows into xargs and parallel is followed",
  asks(3, [
    "echo / | xargs rm -rf",
    "echo /etc | xargs -I{} rm -rf {}/x",
    "echo /etc | xargs -i rm -rf {}",
    "echo /etc | xargs -I % sh -c 'rm -rf %'",
    "printf '/etc\\0' | xargs -0 rm -rf",
    "echo 'a,/etc' | xargs -d, rm -rf",
    "echo '\"/etc\"' | xargs rm -rf",
    "xargs -a list rm -rf",
    "find /etc -name '*.conf' | xargs rm",
    "find / | grep conf | xargs rm -f",
    "parallel rm -rf ::: /",
    "parallel -j4 'rm -rf {}' ::: /etc /usr",
    "echo /etc | parallel rm -rf",
    "echo 'rm -rf /etc' | parallel",
    "cat missing | xargs rm -rf",
    "curl -s https://example.com/list | xargs rm -rf",
    "ls /etc | xargs -I{} rm -rf /etc/{}",
    "xargs sh -c 'rm -rf /etc' < /dev/null",
  ]),
);

table(
  "[A-wrappers] what a wrapper cannot tell is not passed over",
  asks(2, [
    "timeout --strange 5 ls",
    "env LD_PRELOAD=./x.so ls",
    "env -S 'ls $X'",
    "sudo $CMD",
    "timeout 5 $CMD",
    "xargs $CMD < list",
    'nice "$CMD" a',
    "direnv allow",
    "busybox --install",
    "gdb -ex 'call (int)system(\"x\")' -p 1",
    "gdb -x script.gdb",
    "bpftrace -e 'x'",
    "chroot /mnt/x",
    "screen",
    "firejail --join=1 x",
    "parallel --sshlogin box ls ::: a",
    "tmux source-file x.conf",
    "/lib64/ld-linux-x86-64.so.2 /usr/bin/npx x",
    "cp /usr/bin/node /tmp/n && /tmp/n -e 1",
    "perf record -o /etc/x ls",
  ]),
);

table(
  "[A-wrappers] parallel quotes what it puts in, so that a read stays a read",
  reads([
    "cat urls.txt | parallel -j4 curl -sI {}",
    "parallel curl -sI {} :::: urls.txt",
    "cat names.txt | parallel wc -l",
  ]),
);

table(
  "[A-wrappers] what parallel is told to run is judged all the same",
  asks(2, [
    "cat commands.txt | parallel",
    "cat commands.txt | parallel {}",
    "cat commands.txt | parallel sh -c {}",
    "cat list.txt | parallel rm -rf {}",
  ]),
);
