import { type Effect, hasMark, type Mark, REVERSIBILITIES, type WayBack } from "./effect.ts";

/**
 * What the steps of one chain amount to together: a delete and a later create or change of the same resource
 * is one `replace`, because what was in it is gone (DESIGN §4). It stands where the delete stood, with the
 * worse of both. The steps are in the order in which they happen.
 */
export function joinChain(effects: readonly Effect[]): readonly Effect[] {
  const joined: Effect[] = [];
  const deletedAt = new Map<string, number>();
  for (const effect of effects) {
    const key = resourceKey(effect);
    const at = deletedAt.get(key);
    const before = at === undefined ? undefined : joined[at];
    if (at !== undefined && before && MAKES.has(effect.verb)) {
      joined[at] = replaced(before, effect);
      continue;
    }
    if (effect.verb === "delete" && at === undefined) deletedAt.set(key, joined.length);
    joined.push(effect);
  }
  return joined;
}

const MAKES: ReadonlySet<Effect["verb"]> = new Set(["create", "change"]);

function resourceKey({ resource }: Effect): string {
  return JSON.stringify([resource.kind, resource.name, resource.environment]);
}

/** From the way back that gives most to the one that gives least. */
const WORSE: readonly WayBack[] = ["restore-point", "provider", "unknown", "none"];

function replaced(deleted: Effect, made: Effect): Effect {
  const worse = <T>(order: readonly T[], a: T, b: T) => (order.indexOf(a) >= order.indexOf(b) ? a : b);
  return {
    ...deleted,
    verb: "replace",
    wayBack: worse(WORSE, deleted.wayBack, made.wayBack),
    reversibility: worse(REVERSIBILITIES, deleted.reversibility, made.reversibility),
    count: deleted.count === null || made.count === null ? null : Math.max(deleted.count, made.count),
    certain: deleted.certain && made.certain,
    marks: joinedMarks(deleted, made),
    by: deleted.by === made.by ? deleted.by : `${deleted.by} … ${made.by}`,
  };
}

/** Marks that make an effect harmless; a replace has them only when both of its halves do. */
const SOFTENS: ReadonlySet<Mark> = new Set(["additive", "workspace-code"]);

function joinedMarks(a: Effect, b: Effect): readonly Mark[] {
  const all = [...new Set([...a.marks, ...b.marks])].sort();
  return all.filter((mark) => !SOFTENS.has(mark) || (hasMark(a, mark) && hasMark(b, mark)));
}
