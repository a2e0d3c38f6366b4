import { relative } from "node:path";
import { stripVTControlCharacters, styleText } from "node:util";
import type { ShownEffect, Verdict } from "../gate/verdict.ts";
import type { Io } from "./io.ts";

type Style = Parameters<typeof styleText>[0];

/** Paints text when the output shows colours; the words alone say the same. */
export function paint(io: Pick<Io, "colour">, style: Style, text: string): string {
  return io.colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Text of an agent for a terminal: no escape sequences, no invisible or direction-changing characters. */
export function plainText(text: string): string {
  // biome-ignore lint/complexity/useRegexLiterals: a literal would hold invisible characters
  const invisible = new RegExp(
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]",
    "g",
  );
  return stripVTControlCharacters(text).replace(
    invisible,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const HEADLINES: Record<Verdict["outcome"], string> = {
  permit: "permitted",
  confirm: "needs your confirmation",
  review: "needs a second person",
  forbid: "forbidden",
};

const STYLES: Record<Verdict["outcome"], Style> = {
  permit: "green",
  confirm: "yellow",
  review: "red",
  forbid: ["red", "bold"],
};

/** A verdict for a person: what, where, how many, the way back, why, and what to do instead. */
export function renderVerdict(verdict: Verdict, io: Pick<Io, "colour" | "columns">): string {
  const tier = `T${verdict.tier}`;
  const head = `${paint(io, STYLES[verdict.outcome], `${tier}  ${HEADLINES[verdict.outcome]}`)}`;
  const lines = [head, ...effectLines(verdict.effects, io)];
  if (verdict.tier !== 0) lines.push(...field("why", verdict.reason, io));
  if (verdict.advice !== "") lines.push(...field("instead", verdict.advice, io));
  return lines.join("\n");
}

const SHOWN = 12;

function effectLines(effects: readonly ShownEffect[], io: Pick<Io, "colour" | "columns">): readonly string[] {
  if (effects.length === 0) return ["  reads only"];
  const lines = effects.slice(0, SHOWN).map((effect) => `  ${effectLine(effect, io)}`);
  const rest = effects.length - SHOWN;
  return rest > 0 ? [...lines, `  … and ${rest} more effects; --json lists all`] : lines;
}

const WAYS_BACK: Record<ShownEffect["wayBack"], string> = {
  "restore-point": "undo: restore point",
  provider: "undo: by the provider",
  none: "no way back",
  unknown: "way back unknown",
};

function wordsForWayBack({ verb, wayBack, reversibility, marks }: ShownEffect): string {
  if (verb === "read") return "";
  if (marks.includes("workspace-code")) return "what it does shows only afterwards";
  return wayBack === "none" && reversibility === "R1" ? "harmless to undo" : WAYS_BACK[wayBack];
}

/** One line for an effect: verb, kind, name, environment, count, way back. */
export function effectLine(effect: ShownEffect, io: Pick<Io, "colour">): string {
  const { verb, resource, count, certain, wayBack, reversibility, marks } = effect;
  const many = count === null ? "" : count > 1 ? ` ×${count}` : "";
  const where = resource.environment === "workspace" ? "" : `, ${resource.environment}`;
  const back = wordsForWayBack(effect);
  const bad = verb !== "read" && (wayBack === "none" || wayBack === "unknown") && reversibility !== "R1";
  const noted = marks.length > 0 ? ` [${marks.join(", ")}]` : "";
  const guess = certain || marks.includes("workspace-code") ? "" : " (cannot be told ahead)";
  const tail = back === "" ? "" : ` — ${bad ? paint(io, "red", back) : back}`;
  return `${paint(io, "bold", verb)} ${resource.kind} ${plainText(resource.name)}${many}${where}${guess}${noted}${tail}`;
}

/** A path as a person in the working directory would write it. Names come from the agent. */
export function shownPath(path: string, io: Pick<Io, "cwd" | "environment">): string {
  const inside = relative(io.cwd, path);
  if (inside === "") return ".";
  if (inside !== ".." && !inside.startsWith("../")) return plainText(inside);
  const home = io.environment.HOME;
  const isHome = home !== undefined && home !== "/" && path.startsWith(`${home}/`);
  return plainText(isHome ? `~${path.slice(home.length)}` : path);
}

/** Bytes for people, in decimal units. */
export function inWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

function field(name: string, text: string, io: Pick<Io, "columns">): readonly string[] {
  const indent = 11;
  const [first = "", ...rest] = wrap(plainText(text), Math.max(40, Math.min(io.columns, 120) - indent));
  return [`  ${name.padEnd(indent - 2)}${first}`, ...rest.map((line) => " ".repeat(indent) + line)];
}

/** Breaks text at spaces into lines of at most `width` characters; longer words stay whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
