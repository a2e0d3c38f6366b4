import type { Setting } from "../../../core/call.ts";
import type { Effect } from "../../../core/effect.ts";
import type { Json } from "../../../core/json.ts";

/**
 * Makes ways back for one kind of thing that is not simply a file of the workspace: a database, the references of a
 * remote, the packages of this machine.
 */
export interface RestoreProvider {
  /** Stands in records: must not change while there are points of it. Letters, digits and dashes. */
  readonly name: string;
  /** Whether the effect may need a way back of this kind. No program is run and nothing is read for the answer. */
  covers(effect: Effect, setting: Setting): boolean;
  /**
   * Keeps what the action may take away, before it runs. Gives `undefined` when there is nothing of its kind.
   * Contract: throws when a way back that it promises cannot be made; then nothing runs.
   */
  make(context: PointContext): Promise<Made | undefined>;
  /** What the action left, seen right after it ended: tells its work from later changes. May throw. */
  after(kept: KeptPoint): Promise<Json>;
  /** Puts back what was kept. Called again after a crash, it goes on where it stopped. */
  undo(kept: KeptPoint, mode: UndoMode): Promise<UndoReport>;
  /** Frees what is kept outside the folder of the point. The folder itself is removed afterwards. */
  discard(kept: KeptPoint): Promise<void>;
}

/** What a provider has to know to keep something. */
export interface PointContext {
  readonly action: string;
  /** Those effects that the provider covers. Names and `by` in them are the agent's words. */
  readonly effects: readonly Effect[];
  readonly setting: Setting;
  /** An empty folder for this provider's part of the point. */
  readonly folder: string;
}

/**
 * `promised`: everything named in `what` comes back, or undo says that it cannot. `best-effort`: as much as the
 * outside lets us, for instance packages that a registry may no longer have.
 */
export type Reliability = "promised" | "best-effort";

/** What a provider kept. */
export interface Made {
  /** For people: what comes back, one line each. */
  readonly what: readonly string[];
  readonly reliability: Reliability;
  /** For people: what is missing from it, one line each. */
  readonly notes: readonly string[];
  /** The provider's own record. Never holds a secret. */
  readonly data: Json;
}

/** What a provider kept, as the record has it. */
export interface KeptPoint extends Made {
  readonly provider: string;
  readonly folder: string;
  /** Absent when it is not known what the action left: the gate stopped before it could look, or the look failed. */
  readonly left?: Json;
}

/** `look`: changes nothing, says what would happen. `careful`: stops at conflicts. `force`: overwrites later changes. */
export type UndoMode = "look" | "careful" | "force";

/** One thing and what is the matter with it. */
export interface Trouble {
  readonly what: string;
  readonly why: string;
}

/** What an undo did, or with `look` would do. */
export interface UndoReport {
  readonly restored: readonly string[];
  /** Changed after the action ended, or it is not known by whom. */
  readonly conflicts: readonly Trouble[];
  readonly notRestored: readonly Trouble[];
  /** Exact command lines that the person can run for what was not put back. */
  readonly commands: readonly string[];
}

/** A report of nothing. */
export const NOTHING_DONE: UndoReport = { restored: [], conflicts: [], notRestored: [], commands: [] };
