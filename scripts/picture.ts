// Makes docs/tour.svg from what the tour really prints: npm run picture
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const COLUMNS = 80;
const LINE = 18;
const CHARACTER = 8.1;

const COLOURS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#f2cc60",
  "2": "#8b949e",
};

interface Run {
  readonly text: string;
  readonly colour: string;
  readonly bold: boolean;
}

/** The pieces of a line between SGR sequences (ECMA-48, 8.3.117), as far as the program uses them. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let colour = "#e6edf3";
  let bold = false;
  for (const [, codes, text] of `\u001b[m${line}`.matchAll(/\u001b\[([\d;]*)m([^\u001b]*)/g)) {
    for (const code of (codes ?? "").split(";")) {
      if (code === "1") bold = true;
      else if (code === "22") [bold, colour] = [false, "#e6edf3"];
      else if (code === "39" || code === "0" || code === "") colour = "#e6edf3";
      else colour = COLOURS[code] ?? colour;
    }
    if (text) runs.push({ text, colour, bold });
  }
  return runs;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function lineSvg(line: string, index: number): string {
  const spans = runsOf(line).map(
    ({ text, colour, bold }) =>
      `<tspan fill="${colour}"${bold ? ' font-weight="bold"' : ""}>${escapeXml(text)}</tspan>`,
  );
  return `<text x="16" y="${(index + 1) * LINE + 14}" xml:space="preserve">${spans.join("")}</text>`;
}

const printed = execFileSync(join(ROOT, "bin/countersign"), ["tour"], {
  encoding: "utf8",
  env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: "", TERM: "xterm", COLUMNS: String(COLUMNS) },
});
const lines = printed.trimEnd().split("\n");
const width = Math.round(COLUMNS * CHARACTER + 32);
const height = lines.length * LINE + 32;
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="What the tour prints">`,
  `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
  '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13.5">',
  ...lines.map(lineSvg),
  "</g></svg>\n",
].join("\n");
writeFileSync(join(ROOT, "docs/tour.svg"), svg);
