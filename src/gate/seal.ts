import { createHash } from "node:crypto";
import type { Call, Setting } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import { actionDigest, type Envelope, type Read } from "../core/envelope.ts";
import type { Facts, TextFact } from "../core/facts.ts";
import { canonicalize, type Json } from "../core/json.ts";
import type { Principal } from "../core/principal.ts";

/** Who asks, for whom, in which session; from the gate's own knowledge, never from the request. */
export interface Asking {
  readonly actor: Principal;
  readonly onBehalfOf: string;
  readonly session: string;
}

export interface Sealing extends Asking {
  readonly call: Call;
  readonly setting: Setting;
  readonly effects: readonly Effect[];
  readonly facts: Facts;
  readonly policyDigest: string;
  /** The environment that the command gets; empty when nothing is executed. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The words for `execve`, when the request came as words. */
  readonly argv?: readonly string[];
  readonly nonce: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * The digest that covers everything that decides what the action does (reference: approvals and audit, §2.3):
 * what was read to judge it is part of it, so a script that changes afterwards is another action.
 * Text that has no canonical form (a lone surrogate) throws `TypeError`.
 */
export function seal(sealing: Sealing): string {
  return actionDigest(envelopeOf(sealing), sha256Hex);
}

function envelopeOf(sealing: Sealing): Envelope {
  const { call, setting, effects, facts } = sealing;
  return {
    kind: call.tool,
    command: sealing.argv ? { argv: sealing.argv } : { tool: call.tool, args: call.input as Json },
    resolved: {
      executable: null,
      targets: effects.map((effect) => `${effect.resource.kind} ${effect.resource.name}`),
    },
    cwd: setting.cwd,
    environment: digests(sealing.environment),
    stdin: null,
    reads: readsOf(facts),
    effects: sha256Hex(canonicalize(effects as unknown as Json)),
    preconditions: [],
    policy: sealing.policyDigest,
    actor: sealing.actor,
    onBehalfOf: sealing.onBehalfOf,
    editors: [],
    session: sealing.session,
    nonce: sealing.nonce,
    notBefore: sealing.notBefore,
    notAfter: sealing.notAfter,
  };
}

function digests(environment: Sealing["environment"]): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, sha256Hex(value)]));
}

/** Every file whose text the decision rests on, with what it held; an absent one counts as its absence. */
function readsOf(facts: Facts): readonly Read[] {
  const reads: Read[] = [];
  for (const [key, fact] of facts) {
    if (!key.startsWith("text:")) continue;
    const { text, problem } = fact as TextFact;
    reads.push({
      path: key.slice(5),
      digest: sha256Hex(text === undefined ? `no text: ${problem}` : `text:${text}`),
    });
  }
  return reads;
}
