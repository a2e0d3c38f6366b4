import { expect } from "vitest";
import { parsePostgresql } from "../../src/adapters/facts/postgresql.ts";
import { parseSyntax } from "../../src/adapters/facts/syntax.ts";
import { type Judgement, judge } from "../../src/analyzers/judge.ts";
import type { Call, Setting, Tool } from "../../src/core/call.ts";
import { describeEffect, type Effect } from "../../src/core/effect.ts";
import { type Facts, type Need, needKey, type PathFact } from "../../src/core/facts.ts";
import { higherTier, ladder, type Tier } from "../../src/core/ladder.ts";

/** The world that examples and tables are judged in. */
export const SETTING: Setting = {
  cwd: "/home/dev/project",
  home: "/home/dev",
  workspace: "/home/dev/project",
  temporary: ["/tmp", "/var/tmp"],
  user: "dev",
  platform: "linux",
  declared: undefined,
  engine: "snapshot",
  restorable: true,
  contained: false,
  own: ["/home/dev/.local/state/countersign", "/home/dev/.config/countersign"],
};

export interface World {
  readonly tool?: Tool;
  /** Files that exist, by path relative to the workspace or absolute. */
  readonly files?: Readonly<Record<string, string>>;
  /** Symbolic links: path to target, both absolute. */
  readonly links?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly declared?: "development" | "staging" | "production";
  readonly setting?: Partial<Setting>;
}

/** Judges a call in a made-up world, fetching facts for at most four rounds as the gate does. */
export async function judged(input: Call["input"], world: World = {}): Promise<readonly Effect[]> {
  return (await judgement(input, world)).effects;
}

/** As `judged`, with everything that the judgement says. */
export async function judgement(input: Call["input"], world: World = {}): Promise<Judgement> {
  const setting = { ...SETTING, declared: world.declared, ...world.setting };
  const facts = new Map() as Facts & Map<string, never>;
  for (let round = 0; ; round++) {
    const answered = judge({ tool: world.tool ?? "shell", input }, setting, facts);
    if (answered.needs.length === 0 || round === 4) return answered;
    for (const need of answered.needs) facts.set(needKey(need), (await answer(need, world)) as never);
  }
}

const DIRECTORIES = [
  "/",
  "/home",
  "/home/dev",
  "/home/dev/project",
  "/tmp",
  "/etc",
  "/usr",
  "/usr/bin",
  "/bin",
  "/var",
];

async function answer(need: Need, world: World): Promise<object> {
  const files = new Map(Object.entries(world.files ?? {}).map(([path, text]) => [absolute(path), text]));
  switch (need.kind) {
    case "path":
      return pathFact(need.path, files, world.links ?? {});
    case "text": {
      const text = files.get(need.path);
      return text === undefined ? { problem: "absent" } : { text };
    }
    case "list": {
      const below = [...files.keys()].filter((path) => path.startsWith(`${need.path}/`));
      if (below.length === 0) return { problem: "absent" };
      return { names: [...new Set(below.map((path) => path.slice(need.path.length + 1).split("/")[0]))] };
    }
    case "env": {
      const value = world.env?.[need.name];
      return value === undefined ? {} : { value };
    }
    case "program":
      return {};
    case "syntax":
      return need.language === "postgresql"
        ? parsePostgresql(need.text)
        : parseSyntax(need.language, need.text);
  }
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${SETTING.workspace}/${path}`;
}

function pathFact(
  path: string,
  files: ReadonlyMap<string, string>,
  links: Readonly<Record<string, string>>,
): PathFact {
  for (const [link, target] of Object.entries(links)) {
    if (path === link || path.startsWith(`${link}/`)) {
      const fact = pathFact(target + path.slice(link.length), files, links);
      return { type: fact.type, real: fact.real };
    }
  }
  if (files.has(path)) return { type: "file", real: path };
  const isFolder =
    DIRECTORIES.includes(path) || [...files.keys()].some((file) => file.startsWith(`${path}/`));
  return isFolder ? { type: "directory", real: path } : { type: "absent", real: path };
}

/** The tier of a line: the highest of its effects; T0 when there are none. */
export function tierOf(effects: readonly Effect[]): Tier {
  return effects.map(ladder).reduce(higherTier, 0 as Tier);
}

/** What is shown of effects in tables: everything above a plain read. */
export function shown(effects: readonly Effect[]): string[] {
  return effects.filter((effect) => effect.verb !== "read" || effect.marks.length > 0).map(describeEffect);
}

export interface Expected {
  readonly does?: readonly string[];
  readonly tier?: Tier;
  /** At least this tier. */
  readonly atLeast?: 1 | 2 | 3 | 4;
  /** At most this tier: 1 means "passes without a question". */
  readonly atMost?: 0 | 1 | 2;
}

/** The one way in which analyzers are tested: a line (or other input) goes in, effects and a tier come out. */
export async function check(input: Call["input"], expected: Expected, world: World = {}): Promise<void> {
  const effects = await judged(input, world);
  const tier = tierOf(effects);
  const story = `${JSON.stringify(input)} → T${tier} ${JSON.stringify(effects.map((one) => `${describeEffect(one)} [${one.marks}]`))}`;
  if (expected.does) expect(shown(effects), story).toEqual(expected.does);
  if (expected.tier !== undefined) expect(tier, story).toBe(expected.tier);
  if (expected.atLeast !== undefined)
    expect(tier === "X" || tier >= expected.atLeast, `${story}, expected at least T${expected.atLeast}`).toBe(
      true,
    );
  if (expected.atMost !== undefined)
    expect(tier !== "X" && tier <= expected.atMost, `${story}, expected at most T${expected.atMost}`).toBe(
      true,
    );
}
