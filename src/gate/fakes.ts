import type { ActionEvent } from "../core/event.ts";
import { OPEN } from "./exposure.ts";
import type {
  Answer,
  AskPort,
  Clock,
  Ended,
  Engine,
  IdSource,
  LedgerPort,
  RestorePort,
  Runnable,
} from "./ports.ts";

/** A ledger in memory, which can be told to fail at the n-th append. */
export function memoryLedger(
  failAt = Number.POSITIVE_INFINITY,
): LedgerPort & { readonly events: readonly ActionEvent[] } {
  const events: ActionEvent[] = [];
  return {
    events,
    append: async (event) => {
      if (events.length + 1 >= failAt) throw new Error("the disk is full");
      events.push(event);
      return { seq: events.length - 1 };
    },
  };
}

/** An engine that only notes what it was given. */
export function notingEngine(
  ended: Ended = { exitCode: 0 },
  restore: RestorePort = quickRestore(),
): Engine & { readonly ran: readonly Runnable[] } {
  const ran: Runnable[] = [];
  return {
    name: "snapshot",
    exposure: () => OPEN,
    restore,
    ran,
    execute: async (command) => {
      ran.push(command);
      return ended;
    },
  };
}

export function answering(answer: Answer): AskPort {
  return { confirm: async () => answer };
}

/** A restore point that costs nothing; `meanwhile` is what else happens in the world while it is made. */
export function quickRestore(meanwhile: () => void = () => {}): RestorePort {
  return {
    make: async (action) => {
      meanwhile();
      return action;
    },
    ended: async () => {},
  };
}

/** A clock that moves one millisecond at every look. */
export function tickingClock(start = 1_700_000_000_000): Clock {
  let now = start;
  return { now: () => ++now, monotonic: () => ++now };
}

export function countingIds(): IdSource {
  let count = 0;
  return { next: () => `ACTION${++count}`, nonce: () => `nonce${++count}` };
}
