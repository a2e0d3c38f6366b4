import { join } from "node:path";
import type { Carried } from "../adapters/exec/carry.ts";
import { type CarryStore, openCarryStore } from "../adapters/exec/carry-store.ts";
import { placesFrom } from "../adapters/places.ts";
import { isCredentialVariable } from "../analyzers/credentials.ts";
import type { Io } from "./io.ts";

/** Where a command of a session starts, and what is done with what it leaves. */
export interface SessionPlace {
  readonly cwd: string;
  /** The environment of the command, and what facts about it are read from; never that of the gate itself. */
  readonly environment: NodeJS.ProcessEnv;
  /** What a person should know. */
  readonly notes: readonly string[];
  readonly carry?: (carried: Carried | undefined) => void;
  /** Keeps what the command left; gives notes for a person. */
  keep(): readonly string[];
}

/** Variables that decide where the gate and the tools keep their things: no line may change them for later ones. */
const OURS = /^(HOME|XDG_\w+|COUNTERSIGN_\w+)$/;

/** Takes the working directory and the variables from command to command of a session; without one, nothing. */
export function sessionPlace(session: string | undefined, cwd: string | undefined, io: Io): SessionPlace {
  if (session === undefined)
    return { cwd: cwd ?? io.cwd, environment: io.environment, notes: [], keep: () => [] };
  const store = openStore(io);
  const start = store.start(session, io.cwd, io.environment);
  const environment = { ...start.environment, ...ours(io.environment) };
  let left: { readonly carried: Carried | undefined } | undefined;
  return {
    cwd: cwd ?? start.cwd,
    environment,
    notes: start.notes,
    carry: (carried) => {
      left = { carried };
    },
    keep: () => (left ? store.keep(session, left.carried) : []),
  };
}

function openStore(io: Io): CarryStore {
  return openCarryStore(join(placesFrom(io.environment).state, "carried"), {
    isCredential: isCredentialVariable,
  });
}

function ours(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => OURS.test(name)));
}
