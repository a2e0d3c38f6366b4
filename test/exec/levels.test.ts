import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findTools } from "../../src/adapters/exec/overlay/tools.ts";
import { LAUNCHER, makePlace, needs, type Place, type Ran, said, works } from "../cli/program.ts";

/** What a machine is like, made by a script in namespaces of its own. */
interface Situation {
  readonly name: string;
  /** `$SITUATION` is an empty folder, `$PROJECT` and `$STATE` are the program's; `enter` starts a command. */
  readonly setUp: string;
  /** What the person is told; absent where commands run isolated. Found in docs/protection.md word by word. */
  readonly reason?: string;
}

/** In a root folder that is not the one of its mount namespace, no process may make user namespaces (unshare(2)). */
const REFUSED =
  'mkdir "$SITUATION/root"; mount --rbind / "$SITUATION/root"; enter="env PATH=$PATH:/usr/sbin:/sbin chroot $SITUATION/root"';

/** A setting of the kernel that this machine may not have; the refusal that goes with it is made by `REFUSED`. */
const withSetting = (name: string, value: string) =>
  `mount -t tmpfs tmpfs /proc/sys/kernel; echo ${value} >/proc/sys/kernel/${name}; ${REFUSED}`;

const without = (program: string) => `mount --bind /dev/null "$(command -v ${program})"`;

/** An overlay as container engines make it, mounted on a folder and seen from inside. */
const containerAt = (folder: string) =>
  `mount -t tmpfs tmpfs "$SITUATION"; mkdir "$SITUATION/upper" "$SITUATION/work"; mount -t overlay overlay -o userxattr,lowerdir="${folder}",upperdir="$SITUATION/upper",workdir="$SITUATION/work" "${folder}"`;

const SITUATIONS: readonly Situation[] = [
  { name: "an ordinary Linux", setUp: "" },
  {
    name: "the workspace in a container's root folder, the state on a volume",
    setUp: containerAt("$PROJECT"),
  },
  { name: "the state on a tmpfs", setUp: 'mount -t tmpfs tmpfs "$STATE"' },
  {
    name: "a workspace on a file system without extended attributes",
    setUp: 'mount -t ramfs ramfs "$PROJECT"',
  },
  {
    name: "a state folder without extended attributes",
    setUp: 'mount -t ramfs ramfs "$STATE"',
    reason: "an overlay does not work here",
  },
  {
    name: "no user namespaces",
    setUp: "echo 0 >/proc/sys/user/max_user_namespaces",
    reason: "user namespaces are switched off (`user.max_user_namespaces` is 0)",
  },
  {
    name: "a kernel that keeps user namespaces from ordinary users",
    setUp: withSetting("unprivileged_userns_clone", "0"),
    reason: "user namespaces are switched off for ordinary users (`kernel.unprivileged_userns_clone` is 0)",
  },
  {
    name: "AppArmor's restriction",
    setUp: withSetting("apparmor_restrict_unprivileged_userns", "1"),
    reason:
      "AppArmor restricts user namespaces (`kernel.apparmor_restrict_unprivileged_userns` is 1): install the profile in `share/apparmor`",
  },
  {
    name: "a container whose seccomp profile refuses namespaces",
    setUp: REFUSED,
    reason: "namespaces are refused here (a container's seccomp profile?)",
  },
  {
    name: "a container that covers parts of /proc",
    setUp: "mount -t tmpfs -o ro tmpfs /proc/bus",
    reason: "a second `/proc` is refused, because parts of this one are covered (a container?)",
  },
  {
    name: "the state in a container's root folder",
    setUp: containerAt("$STATE"),
    reason: "is itself on an overlay (a container?): put the state folder on a volume or a tmpfs",
  },
  {
    name: "a volume below the workspace",
    setUp: 'mkdir "$PROJECT/volume"; mount -t tmpfs tmpfs "$PROJECT/volume"',
    reason: "inside the workspace",
  },
  {
    name: "no `unshare`",
    setUp: without("unshare"),
    reason: "`unshare` is not installed (package util-linux)",
  },
  { name: "no `mount`", setUp: without("mount"), reason: "`mount` is not installed (package util-linux)" },
];

const NOTES = readFileSync(join(import.meta.dirname, "../../docs/protection.md"), "utf8");

/** Runs the program in a situation, several command lines one after the other; gives what each said. */
function runIn({ setUp }: Situation, place: Place, ...lines: readonly string[]): Ran {
  const state = join(place.environment.COUNTERSIGN_HOME ?? "", "state");
  const folder = join(dirname(place.project), "situation");
  for (const path of [state, folder]) mkdirSync(path, { recursive: true });
  const script = `set -e; enter=; ${setUp}\nexec $enter sh -c 'cd "$PROJECT" && { ${lines.join("; ")}; }'`;
  const env = {
    ...place.environment,
    SITUATION: folder,
    PROJECT: place.project,
    STATE: state,
    COUNTERSIGN: LAUNCHER,
  };
  const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script];
  return said(spawnSync("unshare", words, { env, encoding: "utf8", timeout: 60_000 }));
}

/** The level in force, as the program states it, and what became of a folder that was deleted and put back. */
function check(situation: Situation): void {
  const place = makePlace();
  const { out, err } = runIn(
    situation,
    place,
    '"$COUNTERSIGN" version --json',
    "mkdir -p build; echo kept >build/file",
    '"$COUNTERSIGN" run -- rm -rf build; ls; echo "after rm"',
    '"$COUNTERSIGN" undo --last >/dev/null; cat build/file; "$COUNTERSIGN" verify >/dev/null; echo "verified $?"',
  );
  const [facts = "{}", ...rest] = out.split("\n");
  const { engine, reason } = JSON.parse(facts) as { engine?: string; reason?: string };
  expect({ engine, reason, err }).toEqual({
    engine: situation.reason === undefined ? "linux-overlay" : "snapshot",
    reason: situation.reason === undefined ? undefined : expect.stringContaining(situation.reason),
    err: "",
  });
  expect(rest.filter((line) => line !== "volume")).toEqual(["after rm", "kept", "verified 0", ""]);
}

const canTry =
  works("unshare", "--user", "--map-root-user", "--mount", "true") && !("missing" in findTools());

describe.skipIf(!needs("user namespaces", canTry))(
  "[LEVEL] the level in force is stated, and a deletion undone",
  () => {
    it.each(SITUATIONS.map((one) => [one.name, one] as const))(
      "%s",
      (_, situation) => check(situation),
      60_000,
    );

    /** Finds the folder in a way that nobody reads ahead. */
    const LOOK: Readonly<Record<string, string>> = {
      "look.mjs": 'import { look } from "./lib.mjs";\nlook();\n',
      "lib.mjs": `import { readdirSync, writeFileSync } from "node:fs";
export const look = () => {
  const folder = process.env.STATE;
  console.log("sees", readdirSync(folder).length);
  try { writeFileSync([folder, "forged"].join("/"), "x"); } catch {}
};
`,
    };
    const isolated = SITUATIONS.filter(({ reason }) => reason === undefined);

    it.each(isolated.map((one) => [one.name, one] as const))(
      "[X-escape] %s: keys and log stay out of sight",
      (_, situation) => {
        const place = makePlace();
        for (const [name, text] of Object.entries(LOOK)) writeFileSync(join(place.home, name), text);
        const ran = runIn(
          situation,
          place,
          'cp "$HOME"/*.mjs .; "$COUNTERSIGN" run -- node look.mjs; test -e "$STATE/forged" || echo not forged',
        );
        expect(ran.out).toBe("sees 0\nnot forged\n");
      },
    );

    it.each(isolated.map((one) => [one.name, one] as const))(
      "[X-shell] %s: temporary files can be made and stay",
      (_, situation) => {
        const make = 'name=$("$COUNTERSIGN" run "mktemp -p /tmp"); rm "$name" && echo made';
        expect(runIn(situation, makePlace(), make)).toEqual({ code: 0, out: "made\n", err: "" });
      },
    );

    it("[LEVEL] a good answer of the probe is not believed in another place", () => {
      const place = makePlace();
      const plain = { name: "", setUp: "" };
      const ask = '"$COUNTERSIGN" version --json';
      expect(runIn(plain, place, ask).out).toContain('"engine":"linux-overlay"');
      expect(runIn({ name: "", setUp: REFUSED }, place, ask).out).toContain('"engine":"snapshot"');
    });

    it("[LEVEL] a wish that cannot be met is an error, never something less", () => {
      const ran = runIn(
        { name: "", setUp: REFUSED },
        makePlace(),
        '"$COUNTERSIGN" run --engine linux-overlay ls || echo $?',
      );
      expect([ran.out, ran.err]).toEqual([
        "2\n",
        expect.stringContaining("`linux-overlay` does not work here"),
      ]);
    });
  },
);

describe("[LEVEL] the page about protection", () => {
  it.each(SITUATIONS.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))(
    "says: %s",
    (reason) => {
      expect(NOTES.replace(/\s+/g, " ")).toContain(reason);
    },
  );
});
