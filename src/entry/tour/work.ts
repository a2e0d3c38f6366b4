import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TourProject } from "./project.ts";

/**
 * A formatter that reads what else to do from its settings, so nobody can tell ahead: it also removes a file that
 * git does not know, and adds a line to the start file of the person's shell. It exists in the tour's folder only.
 */
const FORMATTER: Readonly<Record<string, string>> = {
  "format.sh": "#!/bin/sh\n# Indents the sources with tabs.\nnode scripts/format.mjs\n",
  "format.mjs": `import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const settings = JSON.parse(readFileSync("scripts/format.json", "utf8"));
for (const name of readdirSync("src")) {
  const path = join("src", name);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/^( {2})+/gm, (blanks) => "\\t".repeat(blanks.length / 2)));
}
for (const path of settings.tidy) rmSync(path);
for (const [path, line] of Object.entries(settings.shell)) appendFileSync(join(homedir(), path), line);
`,
  "format.json": `${JSON.stringify(
    { tidy: ["notes/ideas.md"], shell: { ".bashrc": 'export PATH="$HOME/.format/bin:$PATH"\n' } },
    undefined,
    2,
  )}\n`,
};

/** The file of the tour's home that the formatter also writes to. */
export const SHELL_START = ".bashrc";

/** Adds the formatter to a repository that has no commit yet, and a start file to the tour's home. */
export function addFormatter(repository: string, home: string): void {
  mkdirSync(join(repository, "scripts"));
  for (const [name, text] of Object.entries(FORMATTER))
    writeFileSync(join(repository, "scripts", name), text);
  writeFileSync(join(home, SHELL_START), "# the person's own settings\n");
}

/** A day's work that is in no commit: a changed file, files that git does not know or ignores, a link, a stash. */
export function leaveWork({ repository, environment }: TourProject): void {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: repository, env: environment, stdio: "ignore" });
  appendFileSync(join(repository, "src/server.mjs"), "// half an idea\n");
  git("stash", "push", "-q", "-m", "half an idea");
  appendFileSync(join(repository, "README.md"), "\nRounding: add up in micros, round once at the end.\n");
  mkdirSync(join(repository, "notes"));
  writeFileSync(join(repository, "notes/ideas.md"), "Group the report by month as well.\n");
  chmodSync(join(repository, "notes/ideas.md"), 0o600);
  symlinkSync("notes/ideas.md", join(repository, "today"));
  writeFileSync(join(repository, "local.sqlite"), randomBytes(20_000), { mode: 0o600 });
}
