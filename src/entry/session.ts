import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../adapters/error.ts";
import { readLedger } from "../adapters/ledger/reader.ts";
import { placesFrom } from "../adapters/places.ts";
import { accumulate, NO_TOTALS, type SessionTotals } from "../core/accumulate.ts";
import { type Effect, ENVIRONMENTS, VERBS } from "../core/effect.ts";
import type { Scope } from "../core/scope.ts";
import { sha256Hex } from "../gate/seal.ts";
import type { Io } from "./io.ts";
import { hasLedger, ledgerPlaces } from "./journal.ts";

/** How far the log was folded already. The log is the truth; this only saves reading it from the start. */
interface Folded {
  /** Entries that are folded in. */
  readonly size: number;
  readonly totals: SessionTotals;
  /** Effects of actions that were judged and have not started yet. */
  readonly judged: Readonly<Record<string, readonly Effect[]>>;
}

const NOTHING_YET: Folded = { size: 0, totals: NO_TOTALS, judged: {} };

/** What a session did so far: the effects of all its actions that started, from the log. */
export function sessionTotals(io: Io, session: string): SessionTotals {
  if (!hasLedger(io)) return NO_TOTALS;
  const file = join(placesFrom(io.environment).state, "sessions", `${sha256Hex(session).slice(0, 32)}.json`);
  let folded = readFolded(file);
  const sessions = new Set<string>(Object.keys(folded.judged));
  for (const { entry } of readLedger(ledgerPlaces(io).directory, folded.size)) {
    const action = String(entry.action ?? "");
    const { judged } = folded;
    let { totals } = folded;
    let next = judged;
    if (entry.type === "action.proposed" && entry.session === session) sessions.add(action);
    if (entry.type === "effects.analyzed" && sessions.has(action))
      next = { ...judged, [action]: entry.effects as unknown as readonly Effect[] };
    if (entry.type === "execution.intended" && judged[action]) {
      totals = accumulate(totals, judged[action]).totals;
      const { [action]: _started, ...rest } = judged;
      next = rest;
    }
    folded = { size: entry.seq + 1, totals, judged: next };
  }
  keep(file, folded);
  return folded.totals;
}

function readFolded(file: string): Folded {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Folded;
  } catch {
    return NOTHING_YET;
  }
}

/** A state folder that takes no more writes is noticed by the ledger, which refuses; here nothing is lost. */
function keep(file: string, folded: Folded): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(folded), { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    if (!["EROFS", "ENOSPC", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/**
 * What the person lets a session touch: `scopes/SESSION.json` in their own configuration folder, which no agent
 * may write. `undefined` when they declared nothing. Throws `UserError` for a file that cannot be understood:
 * a scope that is not read must not be no scope.
 */
export function declaredScope(io: Io, session: string): Scope | undefined {
  const file = join(placesFrom(io.environment).config, "scopes", `${session}.json`);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new UserError(
      "SCOPE_UNREADABLE",
      `cannot read the scope \`${file}\``,
      "make it readable, or remove it",
    );
  }
  const scope = parseScope(text);
  if (typeof scope !== "string") return scope;
  throw new UserError(
    "SCOPE_UNREADABLE",
    `the scope \`${file}\` is not understood: ${scope}`,
    'an example: {"task":"fix the rounding bug","paths":["src","test"],"environments":["workspace"]}',
  );
}

function parseScope(text: string): Scope | string {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return (error as Error).message;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return "it is no object";
  if (typeof value.task !== "string") return "`task` is missing: the person's own words";
  const known = ["task", "paths", "environments", "resources", "verbs"];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) return `\`${unknown}\` is no field, expected ${known.join(", ")}`;
  const names = (field: string, of?: readonly string[]) =>
    value[field] === undefined ||
    (Array.isArray(value[field]) &&
      value[field].every((one) => typeof one === "string" && (!of || of.includes(one))));
  if (!names("paths")) return "`paths` is no list of paths";
  if (!names("environments", ENVIRONMENTS))
    return `\`environments\` is no list of ${ENVIRONMENTS.join(", ")}`;
  if (!names("verbs", VERBS)) return `\`verbs\` is no list of ${VERBS.join(", ")}`;
  const { resources } = value;
  const fine = (one: unknown) =>
    typeof (one as { kind?: unknown })?.kind === "string" &&
    typeof (one as { name?: unknown }).name === "string";
  if (resources !== undefined && !(Array.isArray(resources) && resources.every(fine)))
    return "`resources` is no list of {kind, name}";
  return value as unknown as Scope;
}
