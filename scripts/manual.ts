import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Analyzer } from "../src/analyzers/analyzer.ts";
import { analyzers } from "../src/analyzers/registry.gen.ts";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = "docs/manual";

/** Every page of the manual that is made from the code: path to text. */
export function manualPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const analyzer of analyzers) pages.set(`${FOLDER}/${analyzer.name}.md`, page(analyzer));
  pages.set(`${FOLDER}/README.md`, index());
  return pages;
}

function index(): string {
  const rows = analyzers.map(
    (one) =>
      `| [${one.title}](${one.name}.md) | ${one.programs
        .slice(0, 12)
        .map((name) => `\`${name}\``)
        .join(" ")}${one.programs.length > 12 ? " …" : ""} |`,
  );
  return `# What Countersign understands\n\nMade from the analyzers by \`npm run manual\`; the examples run as tests.\n\n| tool | programs |\n| --- | --- |\n${rows.join("\n")}\n`;
}

function page({ title, about, programs, examples }: Analyzer): string {
  const rows = examples.map(({ run, does, tier }) => {
    const effects = does.length === 0 ? "reads only" : does.map(cell).join("<br>");
    return `| ${cell(run)} | ${effects} | T${tier} |`;
  });
  return `# ${title}\n\n${about}\n\nPrograms: ${programs.map((name) => `\`${name}\``).join(" ")}\n\n| command | effects | tier |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** A piece of code in a table cell: pipes and line ends have a meaning there, backticks too. */
function cell(text: string): string {
  const safe = text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("|", "&#124;")
    .replaceAll("\n", "&#10;")
    .replaceAll("`", "&#96;");
  return `<code>${safe}</code>`;
}

if (import.meta.main) {
  mkdirSync(join(ROOT, FOLDER), { recursive: true });
  for (const file of readdirSync(join(ROOT, FOLDER))) rmSync(join(ROOT, FOLDER, file));
  for (const [path, text] of manualPages()) writeFileSync(join(ROOT, path), text);
}
