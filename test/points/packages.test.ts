import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { MANAGERS } from "../../src/adapters/restore/points/packages/managers.ts";
import { listPoints, lookAtPoint, undoPoint } from "../../src/adapters/restore/points/undo.ts";
import { act, effectsOf, keep, type Machine, machine, missing, shell } from "./support.ts";

const NAME = "countersign-sample";

/** A package of this version in a file, as a private registry or a colleague would hand it out. */
function packed(on: Machine, version: string): string {
  const folder = join(on.base, version, "package");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: NAME, version }));
  shell(`tar czf ../${version}.tgz -C ../${version} package`, on);
  return join(on.base, `${version}.tgz`);
}

const undo = (on: Machine) => undoPoint(on.points, "action-1", { force: false });
const installed = (on: Machine) => {
  const file = join(on.base, "prefix/lib/node_modules", NAME, "package.json");
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version
    : undefined;
};

describe.skipIf(missing("npm"))("[POINTS] global packages of npm", () => {
  it("that were added are removed again", async () => {
    const on = machine();
    await act(`npm install -g --silent --prefix ${on.base}/prefix ${packed(on, "1.0.0")}`, on);
    expect(installed(on)).toBe("1.0.0");
    expect(await undo(on)).toMatchObject({
      outcome: "undone",
      reports: [{ restored: [`npm ${NAME} (not there), now 1.0.0`], notRestored: [] }],
    });
    expect(installed(on)).toBeUndefined();
  });

  it("that are gone are not taken from the public registry under their name: the command is shown", async () => {
    const on = machine();
    const prefix = join(on.base, "prefix");
    shell(`npm install -g --silent --prefix ${prefix} ${packed(on, "1.0.0")}`, on);
    await act(`npm uninstall -g --silent --prefix ${prefix} ${NAME}`, on);
    const { outcome, reports } = await undo(on);
    expect([outcome, reports[0]?.notRestored[0]?.what]).toEqual(["partly", `npm ${NAME} 1.0.0`]);
    expect(reports[0]?.commands[0]).toMatch(
      new RegExp(`/npm install -g ${NAME}@1\\.0\\.0 --prefix ${prefix}$`),
    );
    expect(installed(on)).toBeUndefined();
  });

  it("that somebody changed meanwhile are a conflict", async () => {
    const on = machine();
    const prefix = join(on.base, "prefix");
    await act(`npm install -g --silent --prefix ${prefix} ${packed(on, "1.0.0")}`, on);
    shell(`npm install -g --silent --prefix ${prefix} ${packed(on, "2.0.0")}`, on);
    expect((await undo(on)).outcome).toBe("conflict");
    expect(installed(on)).toBe("2.0.0");
  });

  it("run no program of the project, whatever PATH says", async () => {
    const on = machine({ folderInPath: "bin" });
    mkdirSync(join(on.work, "bin"));
    writeFileSync(join(on.work, "bin/npm"), `#!/bin/sh\ntouch ${on.base}/ran\n`, { mode: 0o755 });
    await keep("npm install -g x", on);
    expect(readdirSync(on.base)).not.toContain("ran");
    expect(listPoints(on.points).points[0]?.parts[0]?.notes[0]).toContain("belongs to the project");
  });
});

/** The smallest wheel (Python packaging, "Binary distribution format"). */
function madeWheel(on: Machine): string {
  const info = join(on.base, "wheel/countersign_sample-1.0.dist-info");
  mkdirSync(info, { recursive: true });
  writeFileSync(join(info, "METADATA"), `Metadata-Version: 2.1\nName: ${NAME}\nVersion: 1.0\n`);
  writeFileSync(
    join(info, "WHEEL"),
    "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  );
  writeFileSync(join(info, "RECORD"), "");
  const wheel = join(on.base, "countersign_sample-1.0-py3-none-any.whl");
  shell(`cd ${on.base}/wheel; python3 -m zipfile -c ${wheel} countersign_sample-1.0.dist-info`, on);
  return wheel;
}

describe.skipIf(missing("python3") || missing("pip"))("[POINTS] packages of pip", () => {
  it("that were added are removed again", { timeout: 60_000 }, async () => {
    const base = mkdtempSync("/var/tmp/countersign-points-");
    onTestFinished(() => rmSync(base, { recursive: true, force: true }));
    const user = `PYTHONUSERBASE=${base}`;
    const on = machine({ environment: { PYTHONUSERBASE: base } });
    const wheel = madeWheel(on);
    const isThere = () =>
      readdirSync(base, { recursive: true }).some((name) => `${name}`.endsWith("METADATA"));
    const line = `pip install --user --quiet --no-index --no-deps --break-system-packages ${wheel}`;
    await keep(line, on);
    shell(`${user} ${line}`, on);
    await on.port.ended("action-1");
    expect(isThere()).toBe(true);
    expect((await undo(on)).outcome).toBe("undone");
    expect(isThere()).toBe(false);
  });
});

describe("[POINTS] package managers", () => {
  /** Lines, and the managers that keep something for them. */
  it.each([
    ["npm install -g x", "npm"],
    ["npm uninstall -g x", "npm"],
    ["npm install x", ""],
    ["npm install -g ../x.tgz", "npm"],
    ["npm install ../x.tgz", ""],
    ["pip install git+https://example.org/x", "pip"],
    ["pip install --user x", "pip"],
    ["python3 -m pip install x", "pip"],
    ["uv pip install x", ""],
    ["sudo apt-get install -y jq", "apt"],
    ["apt remove jq", "apt"],
    ["apt list", ""],
    ["gem install rake", "gem"],
    ["gem uninstall rake", "gem"],
    ["cargo install ripgrep", "cargo"],
    ["cargo uninstall ripgrep", "cargo"],
    ["cargo build", ""],
  ])("`%s`: %s", async (line, expected) => {
    const effects = await effectsOf(line, machine());
    const names = MANAGERS.filter((manager) => effects.some((effect) => manager.covers(effect)));
    expect(names.map(({ name }) => name).join()).toBe(expected);
  });

  it.each([
    [
      "npm",
      '{"dependencies":{"a":{"version":"1.0.0"},"@b/c":{"version":"2.0.0-rc.1"}}}',
      "a=1.0.0 @b/c=2.0.0-rc.1",
    ],
    ["pip", '[{"name":"a","version":"1"}]', "a=1"],
    ["apt", "a:all\t1.2-3~x+b\tinstalled\nb:amd64\t1\tconfig-files\n", "a:all=1.2-3~x+b"],
    ["gem", "a (1.2, default: 1.1)\nb (0.1 x86_64-linux)\n", "a:1.2=1.2 a:1.1=1.1 b:0.1=0.1"],
    ["cargo", "a v1.2.3:\n    a\nb v0.1.0 (/x/y):\n    b\n", "a=1.2.3 b=0.1.0"],
    ["apt", "--evil:all\t1\tinstalled\n$(x)\t1\tinstalled\n", ""],
  ])("%s: its listing is understood", (name, output, expected) => {
    const list = MANAGERS.find((manager) => manager.name === name)?.list.read(output) ?? new Map();
    expect([...list].map(([one, version]) => `${one}=${version}`).join(" ")).toBe(expected);
  });

  it.each([
    ["npm", "add", "npm install -g a@1"],
    ["pip", "remove", "pip uninstall --yes a"],
    ["apt", "add", "apt install --allow-downgrades a=1"],
    ["cargo", "add", "cargo install --locked a --version =1"],
  ] as const)("%s: the words to %s", (name, act, expected) => {
    const manager = MANAGERS.find((one) => one.name === name);
    expect([name, ...(manager?.[act]("a", "1") ?? [])].join(" ")).toBe(expected);
  });

  it("one that is not installed keeps nothing, says so, and stops nothing", async () => {
    const on = machine({ environment: { PATH: "/nonexistent" } });
    await keep("gem install rake", on);
    expect(listPoints(on.points).points[0]?.parts[0]).toMatchObject({
      reliability: "best-effort",
      notes: ["gem: nothing kept, `gem` is not installed here"],
    });
  });

  it.skipIf(missing("dpkg-query"))(
    "of the system: what came and went is shown, and nothing is run",
    async () => {
      const on = machine();
      await keep("apt-get install jq", on);
      expect(listPoints(on.points).points[0]?.parts[0]?.what[0]).toMatch(/^versions of \d+ packages of apt/);
      expect((await lookAtPoint(on.points, "action-1"))[0]).toMatchObject({ restored: [], commands: [] });
    },
  );
});
