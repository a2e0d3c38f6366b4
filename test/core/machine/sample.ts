import type { Effect, Environment, Mark, Reversibility, Verb, WayBack } from "../../../src/core/effect.ts";
import type { AgentPrincipal, PersonPrincipal } from "../../../src/core/principal.ts";

/** An effect on a file of the workspace that a restore point brings back, changed in the named parts. */
export function effectWith(
  parts: {
    readonly verb?: Verb;
    readonly kind?: string;
    readonly name?: string;
    readonly environment?: Environment;
    readonly reversibility?: Reversibility;
    readonly wayBack?: WayBack;
    readonly count?: number | null;
    readonly certain?: boolean;
    readonly marks?: readonly Mark[];
    readonly by?: string;
  } = {},
): Effect {
  return {
    verb: parts.verb ?? "change",
    resource: {
      kind: parts.kind ?? "file",
      name: parts.name ?? "src/round.ts",
      environment: parts.environment ?? "workspace",
    },
    wayBack: parts.wayBack ?? "restore-point",
    reversibility: parts.reversibility ?? "R1",
    count: parts.count === undefined ? 1 : parts.count,
    certain: parts.certain ?? true,
    marks: parts.marks ?? [],
    by: parts.by ?? "edit src/round.ts",
  };
}

/** One effect for each tier. */
export const EFFECT_OF_TIER = {
  0: effectWith({ verb: "read", wayBack: "none" }),
  1: effectWith(),
  2: effectWith({ environment: "staging", wayBack: "provider" }),
  3: effectWith({ environment: "production", wayBack: "provider" }),
  4: effectWith({ verb: "delete", environment: "production", reversibility: "R4", wayBack: "none" }),
  X: effectWith({ verb: "replace", environment: "production", reversibility: "R4", wayBack: "none" }),
} as const;

export const AGENT: AgentPrincipal = { kind: "agent", agent: "codex", operator: "olga" };

export function person(name: string, account: string = `${name}@work`): PersonPrincipal {
  return { kind: "person", person: name, account };
}

/** Whom the tests know, and the roles that each holds. */
export const ROLES: Readonly<Record<string, readonly string[]>> = {
  olga: ["on-call"],
  rita: ["service-owner", "on-call"],
  sam: ["on-call"],
  tina: ["service-owner"],
  uwe: [],
  ed: ["on-call", "service-owner"],
};

export const DIGEST = "ab".repeat(32);
export const OTHER_DIGEST = "cd".repeat(32);
