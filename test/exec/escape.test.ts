import { beforeAll, describe, expect, it } from "vitest";
import { needs } from "../cli/program.ts";
import type { EscapeResult } from "./escape-program.ts";
import { makeFolder, makeVisibleFolder, missingOverlay, runAs, USERS } from "./users.ts";

/** Attempts to change or read what lies outside; each prints what it got. */
const ATTEMPTS: readonly string[] = [
  "umount $WORK; umount -l $WORK; echo got out > $WORK/escaped",
  "unshare -Urm sh -c 'umount $WORK; umount -l $HOME; umount $HOME/.ssh; cat $HOME/.ssh/key; echo x > $WORK/escaped'",
  "unshare -Urm sh -c 'mount --bind / /mnt; echo x > /mnt$OUTSIDE/file; cat /mnt$STATE/keys/own'",
  "unshare -Urm sh -c 'mount -o remount,rw /; mount -o remount,bind,rw /; echo x > $OUTSIDE/file'",
  "unshare -Urmp --fork sh -c 'mount -t proc proc /proc; cat /proc/1/root$STATE/keys/own; echo x > /proc/1/root$OUTSIDE/file'",
  "for p in /proc/[0-9]*; do echo x > $p/root$OUTSIDE/file; cat $p/root$HOME/.ssh/key; ls $p/fd; done",
  "for p in /proc/[0-9]*; do for f in $p/fd/*; do echo x > $f/file; echo x > $f/escaped; done; done",
  "for f in /proc/self/fd/*; do echo x > $f/file; echo x > $f/../outside/file; done",
  "nsenter -t 1 -m -p sh -c 'echo x > $OUTSIDE/file'; nsenter -t 1 -U -m sh -c 'cat $HOME/.ssh/key'",
  "echo x > $OUTSIDE/file; rm -rf $OUTSIDE; touch $OUTSIDE/new",
  "echo x > link/file; echo x > link/new; cp -r $HOME/.ssh link/",
  "ln $OUTSIDE/file hard; echo x >> hard; ln $HOME/.ssh/key hard2; cat hard2",
  "cat $HOME/.ssh/key .env; ls -la $HOME/.ssh; find $HOME -name key -exec cat {} +; cat $STATE/keys/own; ls $STATE",
  "rm -rf $HOME/.ssh .env; mv $HOME/.ssh elsewhere; cat elsewhere/key; mv .env x; cat x",
  "kill -9 $VICTIM; kill -9 -1; kill -9 1",
  "kill -STOP $PPID; kill -9 $PPID; kill -9 1; echo x > $OUTSIDE/file",
  "ln -s $OUTSIDE d; echo x > d/file; mkdir p; rmdir p; ln -s / p; echo x > p$OUTSIDE/file",
  "cp /usr/bin/id setuid; chmod 4755 setuid; ./setuid; su -c 'cat $HOME/.ssh/key' root </dev/null; sudo -n cat $HOME/.ssh/key",
  "mknod disk b 254 0; dd if=disk of=/dev/null count=1; mknod /dev/disk b 254 0; head -c 16 /dev/vda /dev/sda | od -c",
  "echo x > /proc/sys/kernel/core_pattern; echo x > /proc/sysrq-trigger; echo x > /sys/kernel/uevent_helper; cat /proc/sys/kernel/core_pattern",
  "(setsid nohup sh -c 'sleep 0.3; echo x > $OUTSIDE/file; echo x > $WORK/file' >/dev/null 2>&1 &) ; echo gone",
  "chroot / sh -c 'echo x > $OUTSIDE/file'; cd /; cd ../../..; echo x > .$OUTSIDE/file",
  "cat /proc/1/environ /proc/1/maps /proc/1/fd/* /proc/1/root$STATE/keys/own; echo x > /proc/1/mem; for f in /proc/1/fd/*; do echo x > $f; done; kill -9 1",
  "python3 -c 'import ctypes; c=ctypes.CDLL(None); print(c.ptrace(0x4206,1,0,0)); p=c.syscall(434,1,0); print([c.syscall(438,p,n,0) for n in range(12)])'; echo x > /proc/1/root$OUTSIDE/file",
  'python3 -c \'import os; fd=os.open("/",os.O_RDONLY); [os.open(os.readlink("/proc/self/fd/%d"%fd)+os.environ["OUTSIDE"]+"/file",os.O_WRONLY)]\'',
];

/** The proof that the others had something to reach. */
const LOOKS = "cat $OUTSIDE/file";

const CASES = ["all", "without-perl"].flatMap((setup) => USERS.map((user) => ({ ...user, setup })));

describe.skipIf(missingOverlay() !== undefined).each(CASES)(
  "an attempt to get out as $name, set up by $setup programs",
  ({ words, setup }) => {
    const results = new Map<string, EscapeResult>();
    let outside = "";
    beforeAll(() => {
      outside = makeVisibleFolder();
      const lines = runAs(
        words,
        "escape-program.ts",
        [makeFolder(), outside, setup],
        JSON.stringify([...ATTEMPTS, LOOKS]),
      ).split("\n");
      for (const line of lines.filter(Boolean)) {
        const result = JSON.parse(line) as EscapeResult;
        results.set(result.attempt, result);
      }
    }, 120_000);

    it.each(ATTEMPTS)("[X-escape] changes nothing outside and shows no secret: %s", (attempt) => {
      expect(results.get(attempt)).toMatchObject({ untouched: true, leaked: false });
    });

    it("[X-escape] what lies outside can be looked at", () => {
      if (
        !needs("folder outside of the temporary ones that may be written", !/^\/(var\/)?tmp\//.test(outside))
      )
        return;
      expect(results.get(LOOKS)).toMatchObject({ output: "outside", untouched: true });
    });

    it("[X-escape] what reaches the whole machine cannot be written, and processes outside are not seen", () => {
      const shared = results.get(ATTEMPTS.find((one) => one.includes("core_pattern")) ?? "");
      expect(shared?.output).not.toMatch(/^x$/m);
    });
  },
);
