import type { Effect, Environment, Mark, Reversibility, Verb, WayBack } from "../core/effect.ts";
import type { Finding, Scene, Word } from "./analyzer.ts";
import { type Area, type Location, locate } from "./locate.ts";

export const NOTHING: Finding = { effects: [] };

/** A finding from effects and, if told, what the command prints. */
export function found(effects: readonly Effect[], output?: Finding["output"]): Finding {
  return output ? { effects, output } : { effects };
}

/** All effects of several findings; what they print is not kept. */
export function combine(...findings: readonly Finding[]): Finding {
  return { effects: findings.flatMap((finding) => finding.effects) };
}

export interface EffectParts {
  readonly verb: Verb;
  readonly kind: string;
  readonly name: string;
  readonly environment: Environment;
  /** Default: R4, the worst. */
  readonly reversibility?: Reversibility;
  /** Default: `none` for R4, `provider` for R1, else `unknown`. */
  readonly wayBack?: WayBack;
  /** Default 1; `null` when it cannot be told. */
  readonly count?: number | null;
  /** Default true. */
  readonly certain?: boolean;
  readonly marks?: readonly Mark[];
  readonly by: string;
  /** See `Effect`. */
  readonly folder?: string | null;
  readonly advice?: string;
}

/** An effect from its parts, the rest filled with the worst that the parts allow. */
export function effect(parts: EffectParts): Effect {
  const reversibility = parts.reversibility ?? "R4";
  return {
    verb: parts.verb,
    resource: { kind: parts.kind, name: parts.name, environment: parts.environment },
    wayBack:
      parts.wayBack ?? (reversibility === "R4" ? "none" : reversibility === "R1" ? "provider" : "unknown"),
    reversibility,
    count: parts.count === undefined ? 1 : parts.count,
    certain: parts.certain ?? true,
    marks: [...new Set(parts.marks ?? [])].sort(),
    by: parts.by.slice(0, 400),
    ...(parts.folder === undefined ? {} : { folder: parts.folder }),
    ...(parts.advice === undefined ? {} : { advice: parts.advice }),
  };
}

/** The effect of something that nobody could read: never nothing (DESIGN §4). */
export function unknownEffect(
  scene: Scene,
  kind: string,
  name: string,
  by: string,
  marks: readonly Mark[] = [],
): Effect {
  const here = scene.place.host === undefined;
  return effect({
    verb: "unknown",
    kind,
    name: name.slice(0, 200),
    environment: here ? "local" : scene.place.environment,
    ...(here && scene.setting.contained
      ? { reversibility: "R1" as const, wayBack: "restore-point" as const }
      : {}),
    count: null,
    certain: false,
    marks: scene.privileged ? [...marks, "privileged"] : marks,
    by,
  });
}

/** Verbs that a command can do to a file. */
export type FileVerb = "read" | "create" | "change" | "delete";

export interface FileOptions {
  /** The whole tree below it. */
  readonly recursive?: boolean;
  readonly by: string;
  readonly certain?: boolean;
  /** Default `file`. */
  readonly kind?: string;
  readonly marks?: readonly Mark[];
}

/**
 * The effect of a verb on the path that a word names. A plain read and a write into a sink are no effects,
 * so the answer is a list.
 */
export function fileEffects(
  verb: FileVerb,
  word: Word,
  scene: Scene,
  options: FileOptions,
): readonly Effect[] {
  return placedFileEffects(verb, locate(word, scene), scene, options);
}

/** As `fileEffects`, for a path that was located before. */
export function placedFileEffects(
  verb: FileVerb,
  at: Location,
  scene: Scene,
  options: FileOptions,
): readonly Effect[] {
  if (at.area === "sink") return [];
  const marks = fileMarks(verb, at, scene, options);
  if (verb === "read" && !marks.includes("secret")) return [];
  const actual: FileVerb =
    verb === "change" && at.type === "absent" && at.area !== "device" ? "create" : verb;
  return [
    effect({
      verb: actual,
      kind:
        options.kind ??
        (at.area === "device"
          ? "device"
          : at.type === "directory" || options.recursive
            ? "directory"
            : "file"),
      name: at.shown,
      environment:
        at.area === "remote" ? scene.place.environment : at.area === "workspace" ? "workspace" : "local",
      ...wayBackOf(actual, at.area, scene),
      count: options.recursive || at.shown.includes("*") ? null : 1,
      certain: at.certain && (options.certain ?? true),
      marks,
      by: options.by,
    }),
  ];
}

function fileMarks(verb: FileVerb, at: Location, scene: Scene, options: FileOptions): readonly Mark[] {
  const marks: Mark[] = [...(options.marks ?? [])];
  if (verb === "read") return at.secret ? [...marks, "secret"] : marks;
  if (["home", "elsewhere", "system", "unknown"].includes(at.area)) marks.push("outside");
  if (at.area === "system") marks.push("system");
  if (at.area === "device") marks.push("device");
  if (at.control !== undefined && !(verb === "create" && at.type === "directory")) marks.push("control");
  if (verb === "delete" && (at.secret || at.history)) marks.push(at.history ? "history" : "secret");
  if (at.whole && (verb === "delete" || options.recursive)) marks.push("bulk");
  if (scene.privileged) marks.push("privileged");
  return marks;
}

function wayBackOf(
  verb: FileVerb,
  area: Area,
  scene: Scene,
): { reversibility: Reversibility; wayBack: WayBack } {
  const { restorable, contained } = scene.setting;
  // An isolated run catches what changes below home as well.
  if ((area === "workspace" && restorable) || (area === "home" && contained))
    return { reversibility: "R1", wayBack: "restore-point" };
  if (area === "temporary" || area === "cache") return { reversibility: "R1", wayBack: "none" };
  if (verb === "create") return { reversibility: "R1", wayBack: "none" };
  return { reversibility: verb === "delete" ? "R4" : "R2", wayBack: "none" };
}
