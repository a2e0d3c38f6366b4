import { accumulate, NO_TOTALS, type SessionTotals } from "../core/accumulate.ts";
import type { Call, Setting } from "../core/call.ts";
import { joinChain } from "../core/chain.ts";
import type { Effect } from "../core/effect.ts";
import type { Facts } from "../core/facts.ts";
import type { Decision, Situation } from "../core/policy.ts";
import { markOutOfScope, type Scope } from "../core/scope.ts";
import { type Analyzed, analyze } from "./analyze.ts";
import type { Clock, FetchFact, PolicyPort } from "./ports.ts";
import { type Asking, seal } from "./seal.ts";
import { refusedVerdict, type Verdict, verdictOf } from "./verdict.ts";

export interface CheckPorts {
  readonly fetch: FetchFact;
  readonly policy: PolicyPort;
  readonly clock: Clock;
  /** How long an analysis may take, in milliseconds. */
  readonly patience?: number;
}

export interface CheckRequest {
  readonly id: string;
  readonly call: Call;
  readonly setting: Setting;
  readonly asking: Asking;
  /** The words for `execve`, when the request came as words. */
  readonly argv?: readonly string[];
  /** What the session did before; default: nothing. */
  readonly totals?: SessionTotals;
  /** What the person lets the session touch; default: not narrowed. */
  readonly scope?: Scope;
}

/** A decision together with what it rests on. */
export interface Judged {
  readonly verdict: Verdict;
  readonly decision: Decision;
  readonly effects: readonly Effect[];
  readonly facts: Facts;
  /** Understood programs that it starts on this machine. */
  readonly programs: readonly string[];
}

/**
 * Judges a call without doing it: analyse, decide, seal. No side effect, no network. The answer comes at once
 * when no fact had to be waited for. Never throws: what cannot be judged is forbidden.
 */
export function checkCall(request: CheckRequest, ports: CheckPorts): Judged | Promise<Judged> {
  const start = ports.clock.monotonic();
  const analyzed = analyze(request.call, request.setting, ports.fetch, ports.clock, ports.patience);
  return analyzed instanceof Promise
    ? analyzed.then((result) => conclude(result, request, ports, start))
    : conclude(analyzed, request, ports, start);
}

/** Judges effects that are known already. `content` is the digest of all that they rest on. */
export function judgeEffects(
  effects: readonly Effect[],
  content: string,
  request: CheckRequest,
  ports: CheckPorts,
  facts: Facts = new Map(),
): Judged {
  const all: Facts = new Map([...facts, ["text:captured", { text: content }]]);
  return conclude({ effects, facts: all, programs: [] }, request, ports, ports.clock.monotonic());
}

/** A nonce that no action ever has: the digest of a mere question can never be executed. */
const NO_NONCE = "check";

function conclude(analyzed: Analyzed, request: CheckRequest, ports: CheckPorts, start: number): Judged {
  const effects = inContext(honest(analyzed.effects, request.setting), request);
  const decision = ports.policy.decide(effects, situationOf(request));
  const rest = { effects, facts: analyzed.facts, programs: analyzed.programs, decision };
  try {
    const digest = seal({
      ...request.asking,
      ...(request.argv ? { argv: request.argv } : {}),
      call: request.call,
      setting: request.setting,
      effects,
      facts: analyzed.facts,
      policyDigest: ports.policy.digest,
      environment: {},
      nonce: NO_NONCE,
      notBefore: 0,
      notAfter: 0,
    });
    return {
      ...rest,
      verdict: verdictOf(request.id, effects, decision, digest, ports.clock.monotonic() - start),
    };
  } catch (error) {
    const reason = `forbidden: the request has no canonical form: ${(error as Error).message}`;
    return { ...rest, verdict: refusedVerdict(request.id, reason, "send valid Unicode text") };
  }
}

/** Who asks, in which situation, in the words of the policy. */
export function situationOf({ asking, setting, call }: CheckRequest): Situation {
  const { actor, onBehalfOf } = asking;
  return {
    principal:
      actor.kind === "agent"
        ? { kind: "agent", name: actor.agent, operator: onBehalfOf }
        : { kind: "person", name: actor.person },
    contained: setting.contained,
    engine: setting.engine,
    tool: call.tool,
  };
}

/** The effects as one chain, in the scope of the session, on top of what the session did before. */
function inContext(effects: readonly Effect[], { totals, scope }: CheckRequest): readonly Effect[] {
  const chain = joinChain(effects);
  return accumulate(totals ?? NO_TOTALS, scope ? markOutOfScope(chain, scope) : chain).effects;
}

/**
 * What the engine in force can really take back: a program that ran uncontained cannot be undone by putting
 * named files back, whatever its analyzer hoped for.
 */
function honest(effects: readonly Effect[], setting: Setting): readonly Effect[] {
  if (setting.contained) return effects;
  return effects.map((effect) =>
    effect.marks.includes("workspace-code") && effect.wayBack === "restore-point"
      ? { ...effect, wayBack: "none" }
      : effect,
  );
}
