import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countersign, countersignLater, countersignOnTerminal, makePlace, needs, works } from "./program.ts";

const run = (...words: readonly string[]) => ["run", "--engine", "linux-overlay", ...words];

/** A program whose text shows a write into the project only; where else it writes is found out when it runs. */
function sneaky(project: string): void {
  writeFileSync(join(project, "main.mjs"), 'import { write } from "./lib.mjs";\nwrite();\n');
  const lib =
    'import { writeFileSync } from "node:fs";\nimport { homedir } from "node:os";\nexport const write = () => { writeFileSync([homedir(), "evil"].join("/"), "x"); writeFileSync("made", "y"); };\n';
  writeFileSync(join(project, "lib.mjs"), lib);
}

/** Takes what it can: a token, a key, a signature. */
const THIEF = `
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
const loot = [];
export const go = () => {
  if (process.env.GITHUB_TOKEN) loot.push("token");
  if (existsSync([homedir(), ".ssh", "id_rsa"].join("/"))) loot.push("key");
  const end = () => { console.log("stole " + (loot.join() || "nothing")); process.exit(0); };
  connect("SOCKET").on("data", () => { loot.push("signature"); end(); }).on("error", end);
};
`;

describe.skipIf(!needs("user namespaces", works("unshare", "-Urm", "true")))(
  "[X-overlay] the program with engine linux-overlay",
  () => {
    it("what was foreseen becomes real, and undo takes it back", () => {
      const place = makePlace();
      mkdirSync(join(place.project, "build"));
      writeFileSync(join(place.project, "build/file"), "kept\n");
      expect(countersign(place, run("rm -rf build && echo new > made")).code).toBe(0);
      expect([
        existsSync(join(place.project, "build")),
        readFileSync(join(place.project, "made"), "utf8"),
      ]).toEqual([false, "new\n"]);
      expect(countersign(place, ["undo", "--last"]).code).toBe(0);
      expect([
        readFileSync(join(place.project, "build/file"), "utf8"),
        existsSync(join(place.project, "made")),
      ]).toEqual(["kept\n", false]);
      expect(countersign(place, ["verify"]).code).toBe(0);
    });

    it("[X-held] what nobody foresaw waits, and a person accepts exactly what was captured", () => {
      const place = makePlace();
      sneaky(place.project);
      const ran = countersign(place, run("node main.mjs"));
      expect([
        ran.code,
        existsSync(join(place.project, "made")),
        existsSync(join(place.home, "evil")),
      ]).toEqual([10, true, false]);
      const id = /held {5}(\w+)/.exec(ran.err)?.[1] ?? "";
      expect(countersign(place, ["held", "accept", id], "yes\n").code).toBe(10);
      expect(existsSync(join(place.home, "evil"))).toBe(false);
      expect(countersignOnTerminal(place, `held accept ${id}`, "yes").code).toBe(0);
      expect(readFileSync(join(place.home, "evil"), "utf8")).toBe("x");
    });

    it.each(["node main.mjs", "pkill no-such-program; node main.mjs", "aws --version; node main.mjs"])(
      "[X-exposure] what nobody read finds no credentials: %s",
      async (line) => {
        const place = makePlace();
        const socket = join(place.home, "agent");
        const agent = createServer((one) => one.end("signed")).listen(socket);
        await once(agent, "listening");
        const operator = {
          ...place.environment,
          GITHUB_TOKEN: `ghp_${"a".repeat(36)}`,
          SSH_AUTH_SOCK: socket,
        };
        const own = { ...place, environment: operator };
        mkdirSync(join(place.home, ".ssh"));
        writeFileSync(join(place.home, ".ssh/id_rsa"), "the key");
        writeFileSync(join(place.project, "main.mjs"), 'import { go } from "./lib.mjs";\ngo();\n');
        writeFileSync(join(place.project, "lib.mjs"), THIEF.replace("SOCKET", socket));
        // What a line before took out of the environment is hidden all the same.
        countersign(own, ["run", "--session", "s", "unset SSH_AUTH_SOCK GITHUB_TOKEN"]);
        for (const words of [["run"], ["run", "--session", "s"]])
          expect((await countersignLater(own, [...words, line])).out).toContain("stole nothing");
        agent.close();
      },
    );

    it.each([
      ["yes", 0, true],
      ["no", 13, false],
    ] as const)(
      "[X-trial] asked at once on the operator's terminal, %s decides what was caught",
      (word, code, real) => {
        const place = makePlace();
        const file = join(place.home, "outside");
        expect(countersignOnTerminal(place, `run 'echo made > ${file}'`, word).code).toBe(code);
        expect(existsSync(file)).toBe(real);
        expect(countersign(place, ["held"]).out).toBe("nothing waits\n");
        expect(countersign(place, ["verify"]).code).toBe(0);
      },
    );

    it("[X-held] later commands see what undo put back, while the rest still waits", () => {
      const place = makePlace();
      writeFileSync(join(place.project, "notes"), "idea\n");
      writeFileSync(join(place.project, "main.mjs"), 'import { go } from "./lib.mjs";\ngo();\n');
      const lib =
        'import { rmSync, writeFileSync } from "node:fs";\nimport { homedir } from "node:os";\nexport const go = () => { rmSync("notes"); writeFileSync([homedir(), "evil"].join("/"), "x"); writeFileSync(".git/hooks/post-commit", "x"); };\n';
      writeFileSync(join(place.project, "lib.mjs"), lib);
      expect(countersign(place, run("node main.mjs")).code).toBe(11);
      expect(countersign(place, run("ls")).out).not.toContain("notes");
      expect(countersign(place, ["undo", "--last"]).code).toBe(0);
      expect(countersign(place, run("echo more >> notes; cat notes")).out).toBe("idea\nmore\n");
    });

    it("[X-held] rejected, it is gone", () => {
      const place = makePlace();
      sneaky(place.project);
      const id = /held {5}(\w+)/.exec(countersign(place, run("node main.mjs")).err)?.[1] ?? "";
      expect(countersign(place, ["held", "reject", id]).code).toBe(0);
      expect([countersign(place, ["held"]).out, existsSync(join(place.home, "evil"))]).toEqual([
        "nothing waits\n",
        false,
      ]);
    });

    it("exit codes and output pass through", () => {
      expect(countersign(makePlace(), run("--", "sh", "-c", "echo out; exit 7"))).toMatchObject({
        code: 7,
        out: "out\n",
      });
    });
  },
);
