/**
 * Who acts. `person` is the natural person as the identity provider knows them, never one of their accounts:
 * two accounts of one person are one person (L3).
 */
export interface PersonPrincipal {
  readonly kind: "person";
  readonly person: string;
  /** The account they acted with, for the record only. */
  readonly account: string;
}

/** A program that acts for a person. It has an identity of its own and never counts as a person. */
export interface AgentPrincipal {
  readonly kind: "agent";
  /** The product: `claude-code`, `codex`, `countersign`. */
  readonly agent: string;
  /** The operator: the person it acts for, who answers for what it does. */
  readonly operator: string;
  readonly version?: string;
  readonly model?: string;
}

export type Principal = PersonPrincipal | AgentPrincipal;

/** The person who answers for what a principal does: themselves, or an agent's operator. */
export function operatorOf(principal: Principal): string {
  return principal.kind === "person" ? principal.person : principal.operator;
}
