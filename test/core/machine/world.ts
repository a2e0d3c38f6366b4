import type { Action, next, Stage } from "../../../src/core/action.ts";
import type { Requirement } from "../../../src/core/approval.ts";
import type { ActionEvent } from "../../../src/core/event.ts";
import { isRefusal, type RefusalCode } from "../../../src/core/refusal.ts";
import { likely } from "./likely.ts";
import { type Random, random } from "./random.ts";
import { twisted } from "./twist.ts";

export type Next = typeof next;

/** What the driver remembers to choose the next event; the machine under test sees none of it. */
export interface World {
  readonly chance: Random;
  readonly actions: Map<string, Action>;
  /** Every event that the machine took, in order: the ledger. */
  readonly events: ActionEvent[];
  readonly roles: Map<string, readonly string[]>;
  /** What policy asks for by now, beyond the least of the tier. */
  requirement: Requirement | undefined;
  forbidden: boolean;
  current: string;
  clock: number;
  serial: number;
}

export interface History {
  readonly events: readonly ActionEvent[];
  /** `stage event` of everything that was taken. */
  readonly taken: ReadonlySet<string>;
  readonly stages: ReadonlySet<Stage>;
  readonly refusals: ReadonlySet<RefusalCode>;
}

/**
 * Plays one history against a machine: a likely next event most of the time, sometimes one that is wrong in
 * one place. The same seed and number of steps give the same history.
 */
export function play(
  machine: Next,
  seed: number,
  steps: number,
  startRoles: ReadonlyMap<string, readonly string[]>,
): History {
  const world: World = {
    chance: random(seed),
    actions: new Map(),
    events: [],
    roles: new Map(startRoles),
    requirement: undefined,
    forbidden: false,
    current: "",
    clock: 1_000_000,
    serial: 0,
  };
  const taken = new Set<string>();
  const stages = new Set<Stage>();
  const refusals = new Set<RefusalCode>();
  for (let step = 0; step < steps; step++) {
    turn(world);
    const proper = likely(world);
    const event = world.chance.chance(25) ? twisted(world, proper) : proper;
    const before = world.actions.get(world.current);
    const after = machine(event.type === "action.proposed" ? world.actions.get(event.action) : before, event);
    if (isRefusal(after)) {
      refusals.add(after.refused);
      continue;
    }
    taken.add(`${event.type === "action.proposed" ? "none" : before?.stage} ${event.type}`);
    stages.add(after.stage);
    world.actions.set(after.id, after);
    world.current = after.id;
    world.events.push(event);
  }
  return { events: world.events, taken, stages, refusals };
}

/** The world goes on: time passes, policy tightens and loosens, people gain and lose their say. */
function turn(world: World): void {
  const { chance } = world;
  world.clock += chance.chance(90) ? chance.under(20_000) : chance.under(3_000_000);
  if (chance.chance(3)) world.requirement = requirementFor(chance);
  if (chance.chance(2)) world.forbidden = !world.forbidden;
  if (chance.chance(3)) world.roles.delete(chance.pick(["rita", "sam", "tina"]));
}

const EASY: Requirement = {
  confirm: false,
  reviewers: 0,
  roles: [],
  differentRoles: false,
  waitMilliseconds: 0,
};

function requirementFor(chance: Random): Requirement | undefined {
  return chance.pick<Requirement | undefined>([
    undefined,
    { ...EASY, roles: ["on-call", "service-owner"] },
    { ...EASY, reviewers: 2 },
    { ...EASY, confirm: true, waitMilliseconds: 60_000 },
    { ...EASY, reviewers: 1, roles: ["service-owner"] },
  ]);
}
