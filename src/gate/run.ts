import { groupEffects } from "../analyzers/captured-groups.ts";
import { type Action, next } from "../core/action.ts";
import { levelOf } from "../core/call.ts";
import type { Effect } from "../core/effect.ts";
import type { ActionEvent } from "../core/event.ts";
import type { Decision } from "../core/policy.ts";
import type { Principal } from "../core/principal.ts";
import type { Protection } from "../core/protection.ts";
import { isRefusal } from "../core/refusal.ts";
import { type CheckPorts, type CheckRequest, checkCall, type Judged, situationOf } from "./check.ts";
import { actsOnMachine, unreadHere } from "./exposure.ts";
import { withLowered } from "./lowered.ts";
import type {
  AskPort,
  Captured,
  Ended,
  Engine,
  Engines,
  Execution,
  IdSource,
  LedgerPort,
  Runnable,
} from "./ports.ts";
import { seal } from "./seal.ts";
import { judgeCaptured } from "./settle.ts";
import { trialOf } from "./trial.ts";
import type { Verdict } from "./verdict.ts";

export interface RunPorts extends CheckPorts {
  readonly ledger: LedgerPort;
  readonly ask: AskPort;
  readonly engines: Engines;
  readonly ids: IdSource;
}

export interface RunRequest extends CheckRequest {
  readonly runnable: Runnable;
  /** The environment that the command gets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How a request ended. `changed`: what would have run was no longer what was decided. */
export type RunResult = {
  readonly action: string;
  readonly verdict: Verdict;
  readonly protection: Protection;
} & (
  | Ran
  | { readonly end: "not-started"; readonly error: Error }
  | {
      readonly end: "forbidden" | "needs-review" | "refused" | "nobody-to-ask" | "no-way-back" | "changed";
      readonly why?: string;
    }
);

/** A command that ran to its end. */
export interface Ran {
  readonly end: "ran";
  readonly ended: Ended;
  /** What it changed, as far as the engine catches it. */
  readonly captured: readonly Effect[];
  /** Captured effects that wait for a decision, and what policy asks for them; none when everything became real. */
  readonly held: readonly Effect[];
  readonly heldDecision?: Decision;
  readonly leftBehind: number;
  readonly refusedHosts: readonly string[];
  readonly notes: readonly string[];
}

/** An approved action may start for this long. */
const LIFETIME = 60 * 60 * 1000;

/** One action on its way: the fold of what was appended. */
interface Course {
  readonly id: string;
  action: Action | undefined;
  say(event: EventParts, payload?: string): Promise<void>;
}

type EventParts = ActionEvent extends infer Each
  ? Each extends ActionEvent
    ? Omit<Each, "action" | "at">
    : never
  : never;

/**
 * The one pipeline: analyse, decide, ask, restore point, execute. Every step is durable in the ledger before
 * the next begins; when the ledger cannot be written, the exception leaves from here and nothing runs (L7).
 */
export async function runCall(request: RunRequest, ports: RunPorts): Promise<RunResult> {
  const { lowered } = ports.engines;
  const judge: Manner["judge"] = async (asked, judging) =>
    withLowered(await checkCall(asked, judging), lowered, asked, judging);
  return carryOut(request, ports, { judge, mayTry: true });
}

/** How something is judged that is to be carried out. */
interface Manner {
  /** Contract: total, and says the same as long as nothing changed. */
  judge(request: CheckRequest, ports: CheckPorts): Judged | Promise<Judged>;
  /** Whether carrying it out can be a trial, of which nothing that needs a yes becomes real. */
  readonly mayTry: boolean;
}

/** As `runCall`, for what is judged in another way than by its words: a captured result. */
export async function carryOut(request: RunRequest, ports: RunPorts, manner: Manner): Promise<RunResult> {
  const id = ports.ids.next();
  const nonce = ports.ids.nonce();
  const course = begin(id, ports);
  const notBefore = ports.clock.now();
  const times = { notBefore, notAfter: notBefore + LIFETIME };
  const { actor, session } = request.asking;
  await course.say(
    { type: "action.proposed", session, requester: actor, editors: [], nonce, ...times },
    JSON.stringify({ call: request.call, cwd: request.setting.cwd, argv: request.argv }),
  );
  const { engine, judged, setting, foreseen, note } = await choose({ ...request, id }, ports, manner);
  const isTrial = judged !== foreseen;
  await course.say(
    { type: "effects.analyzed", effects: judged.effects },
    isTrial ? JSON.stringify({ foreseen: foreseen.effects }) : undefined,
  );
  const chosen = { ...request, setting };
  const digest = sealed(chosen, judged, ports, nonce, times);
  const verdict = { ...foreseen.verdict, digest };
  await decided(course, judged, digest, ports);
  const protection = { engine: engine.name, ...engine.exposure(judged, setting) };
  return proceed(
    chosen,
    { course, judged, verdict, nonce, times, engine, protection, manner, isTrial, note },
    ports,
  );
}

/**
 * Judges under the best engine, and again under the other one when the command has to act on the machine itself:
 * then it is not contained, and must not be judged as if it were.
 */
async function choose(request: RunRequest, ports: RunPorts, manner: Manner) {
  const { first, direct } = ports.engines;
  const under = (engine: Engine) => ({ ...request.setting, ...levelOf(engine.name) });
  const judgeUnder = async (engine: Engine) => {
    const setting = under(engine);
    return { engine, setting, judged: await manner.judge({ ...request, setting }, ports) };
  };
  const best = await judgeUnder(first);
  const unable = first.name === "linux-overlay" && actsOnMachine(best.judged, best.setting);
  const beside = unable ? await judgeUnder(direct) : best;
  // A harmless part that needs the machine must not take out of isolation, unasked, what nobody could read.
  const isSmuggled =
    beside.judged.decision.outcome === "permit" && unreadHere(beside.judged.effects).length > 0;
  const chosen = isSmuggled ? best : beside;
  const note = unable && isSmuggled ? [NOT_ON_MACHINE] : [];
  const trial = manner.mayTry
    ? trialOf(chosen.judged, { ...request, setting: chosen.setting }, ports)
    : undefined;
  return { ...chosen, foreseen: chosen.judged, judged: trial ?? chosen.judged, note };
}

const NOT_ON_MACHINE =
  "it stayed isolated, because nobody can read all of it ahead; run what acts on this machine as a command of its own";

interface Decided {
  readonly course: Course;
  readonly judged: Judged;
  readonly verdict: Verdict;
  readonly nonce: string;
  readonly times: { readonly notBefore: number; readonly notAfter: number };
  readonly engine: Engine;
  readonly protection: Protection;
  readonly manner: Manner;
  /** It runs before anybody was asked; what needs a yes is held. */
  readonly isTrial: boolean;
  /** What the operator should know of how it was chosen to run. */
  readonly note: readonly string[];
}

function begin(id: string, ports: RunPorts): Course {
  const course: Course = {
    id,
    action: undefined,
    say: async (parts, payload) => {
      const event = { ...parts, action: id, at: ports.clock.now() } as ActionEvent;
      const after = next(course.action, event);
      if (isRefusal(after)) throw new GateRefusal(after.refused, after.reason);
      await ports.ledger.append(event, payload);
      course.action = after;
    },
  };
  return course;
}

/** The core refused an event: what was about to happen may not happen. */
export class GateRefusal extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
}

function sealed(
  request: RunRequest,
  judged: Pick<Judged, "effects" | "facts">,
  ports: RunPorts,
  nonce: string,
  times: Decided["times"],
): string {
  return seal({
    ...request.asking,
    ...(request.argv ? { argv: request.argv } : {}),
    call: request.call,
    setting: request.setting,
    effects: judged.effects,
    facts: judged.facts,
    policyDigest: ports.policy.digest,
    environment: request.environment,
    nonce,
    ...times,
  });
}

async function decided(course: Course, { decision }: Judged, digest: string, ports: RunPorts): Promise<void> {
  await course.say({
    type: "policy.decided",
    tier: decision.tier,
    digest,
    policyDigest: ports.policy.digest,
    rules: decision.rules.map((rule) => rule.id),
    reason: decision.reason,
  });
}

async function proceed(request: RunRequest, state: Decided, ports: RunPorts): Promise<RunResult> {
  const { course, judged, verdict, protection } = state;
  const answer = { action: course.id, verdict, protection };
  const { outcome } = judged.decision;
  if (outcome === "forbid") return { ...answer, end: "forbidden" };
  if (outcome === "review") {
    await course.say({ type: "approval.requested", requestDigest: verdict.digest, asked: [] });
    return { ...answer, end: "needs-review" };
  }
  if (outcome === "confirm") {
    const said = await askOperator(course, request, verdict, ports);
    if (said !== "yes") return { ...answer, end: said === "no" ? "refused" : "nobody-to-ask" };
  }
  return start(request, state, ports);
}

async function askOperator(course: Course, request: RunRequest, verdict: Verdict, ports: RunPorts) {
  const { actor, onBehalfOf } = request.asking;
  const operator: Principal = { kind: "person", person: onBehalfOf, account: onBehalfOf };
  await course.say({ type: "approval.requested", requestDigest: verdict.digest, asked: [onBehalfOf] });
  const said = await ports.ask.confirm(verdict);
  if (said === "nobody") await course.say({ type: "action.withdrawn", by: actor });
  else
    await course.say({
      type: "vote.confirmed",
      voter: operator,
      decision: said,
      requestDigest: verdict.digest,
    });
  return said;
}

async function start(request: RunRequest, state: Decided, ports: RunPorts): Promise<RunResult> {
  const { course, judged, verdict, engine, protection } = state;
  const answer = { action: course.id, verdict, protection };
  try {
    const restorePoint = await keepWayBack(course.id, judged, request, engine);
    if (restorePoint !== undefined) await course.say({ type: "restore-point.made", restorePoint });
  } catch (error) {
    if (error instanceof GateRefusal) throw error;
    await course.say({ type: "action.withdrawn", by: request.asking.actor });
    return { ...answer, end: "no-way-back", why: (error as Error).message };
  }
  const again = await state.manner.judge({ ...request, id: course.id }, ports);
  const fresh = state.isTrial ? (trialOf(again, request, ports) ?? again) : again;
  try {
    await intend(course, request, state, fresh, ports);
  } catch (error) {
    if (!(error instanceof GateRefusal)) throw error;
    return { ...answer, end: "changed", why: error.message };
  }
  const result = await finish(request, state, ports);
  await engine.restore.ended(course.id);
  return result;
}

async function keepWayBack(id: string, { effects }: Judged, request: RunRequest, { restore }: Engine) {
  return effects.some((effect) => effect.verb !== "read")
    ? restore.make(id, effects, request.setting)
    : undefined;
}

/** Decides again at the moment of use (L5): files are read again, and a digest that differs is a no. */
async function intend(
  course: Course,
  request: RunRequest,
  state: Decided,
  fresh: Judged,
  ports: RunPorts,
): Promise<void> {
  const { nonce, times, protection } = state;
  await course.say({
    type: "execution.intended",
    nonce,
    digest: sealed(request, fresh, ports, nonce, times),
    fresh: {
      tier: fresh.decision.tier,
      policyDigest: ports.policy.digest,
      eligible: [request.asking.onBehalfOf],
    },
    protection,
  });
}

async function finish(request: RunRequest, state: Decided, ports: RunPorts): Promise<RunResult> {
  const { course, verdict, nonce, engine, protection } = state;
  const answer = { action: course.id, verdict, protection };
  let execution: Execution;
  try {
    execution = await engine.execute(request.runnable, request.setting, protection);
  } catch (error) {
    await course.say({ type: "execution.finished", nonce, exitCode: 127 });
    return { ...answer, end: "not-started", error: error as Error };
  }
  const { captured, leftBehind = 0, refusedHosts = [], notes = [], ...ended } = execution;
  const settled = captured ? await settle(captured, request, state, ports) : NOTHING_CAUGHT;
  await course.say({ type: "execution.finished", nonce, exitCode: ended.exitCode });
  return {
    ...answer,
    end: "ran",
    ended,
    leftBehind,
    refusedHosts,
    notes: [...state.note, ...notes],
    ...settled,
  };
}

type Settlement = Pick<Ran, "captured" | "held" | "heldDecision">;

const NOTHING_CAUGHT: Settlement = { captured: [], held: [] };

/** Logs what was captured, then lets become real what may. */
async function settle(
  captured: Captured,
  request: RunRequest,
  { course, judged }: Pick<Decided, "course" | "judged">,
  ports: RunPorts,
): Promise<Settlement> {
  const situation = situationOf(request);
  const { setting, scope } = request;
  const foreseen = { effects: judged.effects, setting, situation, scope };
  const changes = judgeCaptured(captured.changes, foreseen, ports.policy);
  const effects = groupEffects(changes.flatMap((one) => one.effects));
  await course.say({ type: "effects.captured", effects });
  const allowed = new Set(changes.filter((one) => one.allowed).map((one) => one.change));
  const waiting = new Set(captured.settle((change) => allowed.has(change), course.id).held);
  const waits = changes.filter((one) => waiting.has(one.change)).flatMap((one) => one.effects);
  const held = groupEffects(waits);
  return held.length === 0
    ? { captured: effects, held }
    : { captured: effects, held, heldDecision: ports.policy.decide(held, situation) };
}
