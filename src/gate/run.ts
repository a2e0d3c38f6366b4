import { type Action, next } from "../core/action.ts";
import type { Effect } from "../core/effect.ts";
import type { ActionEvent } from "../core/event.ts";
import type { Principal } from "../core/principal.ts";
import { isRefusal } from "../core/refusal.ts";
import { type CheckPorts, type CheckRequest, checkCall, type Judged, situationOf } from "./check.ts";
import type {
  AskPort,
  Captured,
  Ended,
  ExecutePort,
  Execution,
  IdSource,
  LedgerPort,
  RestorePort,
  Runnable,
} from "./ports.ts";
import { seal } from "./seal.ts";
import { judgeCaptured } from "./settle.ts";
import type { Verdict } from "./verdict.ts";

export interface RunPorts extends CheckPorts {
  readonly ledger: LedgerPort;
  readonly ask: AskPort;
  readonly execute: ExecutePort;
  readonly restore: RestorePort;
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
} /** `held`: captured effects that wait for a decision; empty when everything became real. */ & (
  | { readonly end: "ran"; readonly ended: Ended; readonly held: readonly Effect[] }
  | { readonly end: "not-started"; readonly error: Error }
  | {
      readonly end: "forbidden" | "needs-review" | "refused" | "nobody-to-ask" | "no-way-back" | "changed";
      readonly why?: string;
    }
);

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
  const judged = await checkCall({ ...request, id }, ports);
  await course.say({ type: "effects.analyzed", effects: judged.effects });
  const digest = sealed(request, judged, ports, nonce, times);
  const verdict = { ...judged.verdict, digest };
  await decided(course, judged, digest, ports);
  return proceed(request, { course, judged, verdict, nonce, times }, ports);
}

interface Decided {
  readonly course: Course;
  readonly judged: Judged;
  readonly verdict: Verdict;
  readonly nonce: string;
  readonly times: { readonly notBefore: number; readonly notAfter: number };
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
  const { course, verdict } = state;
  const answer = { action: course.id, verdict };
  if (verdict.outcome === "forbid") return { ...answer, end: "forbidden" };
  if (verdict.outcome === "review") {
    await course.say({ type: "approval.requested", requestDigest: verdict.digest, asked: [] });
    return { ...answer, end: "needs-review" };
  }
  if (verdict.outcome === "confirm") {
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
  const { course, judged, verdict } = state;
  const answer = { action: course.id, verdict };
  if (judged.effects.some((effect) => effect.wayBack === "restore-point")) {
    try {
      const restorePoint = await ports.restore.make(course.id, judged.effects, request.setting);
      await course.say({ type: "restore-point.made", restorePoint });
    } catch (error) {
      await course.say({ type: "action.withdrawn", by: request.asking.actor });
      return { ...answer, end: "no-way-back", why: (error as Error).message };
    }
  }
  const fresh = await checkCall({ ...request, id: course.id }, ports);
  try {
    await intend(course, request, state, fresh, ports);
  } catch (error) {
    if (!(error instanceof GateRefusal)) throw error;
    return { ...answer, end: "changed", why: error.message };
  }
  const result = await finish(request, state, ports);
  await ports.restore.ended(course.id);
  return result;
}

/** Decides again at the moment of use (L5): files are read again, and a digest that differs is a no. */
async function intend(
  course: Course,
  request: RunRequest,
  state: Decided,
  fresh: Judged,
  ports: RunPorts,
): Promise<void> {
  const { nonce, times } = state;
  await course.say({
    type: "execution.intended",
    nonce,
    digest: sealed(request, fresh, ports, nonce, times),
    fresh: {
      tier: fresh.decision.tier,
      policyDigest: ports.policy.digest,
      eligible: [request.asking.onBehalfOf],
    },
  });
}

async function finish(
  request: RunRequest,
  { course, judged, verdict, nonce }: Decided,
  ports: RunPorts,
): Promise<RunResult> {
  const answer = { action: course.id, verdict };
  let execution: Execution;
  try {
    execution = await ports.execute.execute(request.runnable, request.setting);
  } catch (error) {
    await course.say({ type: "execution.finished", nonce, exitCode: 127 });
    return { ...answer, end: "not-started", error: error as Error };
  }
  const { captured, ...ended } = execution;
  const held = captured ? await settle(captured, request, { course, judged }, ports) : [];
  await course.say({ type: "execution.finished", nonce, exitCode: ended.exitCode });
  return { ...answer, end: "ran", ended, held };
}

/** Logs what was captured, then lets become real what may; gives the effects that wait. */
async function settle(
  captured: Captured,
  request: RunRequest,
  { course, judged }: Pick<Decided, "course" | "judged">,
  ports: RunPorts,
): Promise<readonly Effect[]> {
  const foreseen = { effects: judged.effects, setting: request.setting, situation: situationOf(request) };
  const changes = judgeCaptured(captured.changes, foreseen, ports.policy);
  await course.say({ type: "effects.captured", effects: changes.flatMap((one) => one.effects) });
  const allowed = new Set(changes.filter((one) => one.allowed).map((one) => one.change));
  const { held } = captured.settle((change) => allowed.has(change), course.id);
  const waiting = new Set(held);
  return changes.filter((one) => waiting.has(one.change)).flatMap((one) => one.effects);
}
