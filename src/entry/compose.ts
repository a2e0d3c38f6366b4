import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { agentAround, terminalAsk } from "../adapters/ask/terminal.ts";
import { fetchFact } from "../adapters/facts/machine.ts";
import { settingFor } from "../adapters/facts/setting.ts";
import { placesFrom } from "../adapters/places.ts";
import { policyPlaces, readPolicyFiles } from "../adapters/policy/layers.ts";
import { loadPolicy } from "../adapters/policy/load.ts";
import type { DeclaredEnvironment, Setting } from "../core/call.ts";
import type { CheckPorts } from "../gate/check.ts";
import type { Clock, IdSource, LedgerPort } from "../gate/ports.ts";
import type { RunPorts } from "../gate/run.ts";
import type { Asking } from "../gate/seal.ts";
import type { Verdict } from "../gate/verdict.ts";
import type { Io } from "./io.ts";
import { renderVerdict } from "./render.ts";

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** ULIDs (48 bits of time, 80 random bits, Crockford's base 32) and 128-bit nonces. */
export const systemIds: IdSource = {
  next: () => {
    const random = randomBytes(16);
    const time = Array.from(
      { length: 10 },
      (_, at) => ALPHABET[Math.floor(Date.now() / 32 ** (9 - at)) % 32],
    );
    return [...time, ...Array.from(random, (byte) => ALPHABET[byte & 31])].join("");
  },
  nonce: () => randomBytes(16).toString("hex"),
};

/** Ports for judging: this machine's facts, and the policy in force in a directory. */
export function checkPorts(io: Io, workspace: string | undefined): CheckPorts {
  const { files, problems } = readPolicyFiles(policyPlaces(workspace, placesFrom(io.environment).config));
  return {
    fetch: (need) => fetchFact(need, io.environment),
    policy: loadPolicy(files, problems),
    clock: systemClock,
  };
}

/** The ports of everything that is carried out, whatever carries it out; with the question to the operator. */
export function commonPorts(
  io: Io,
  workspace: string | undefined,
  ledger: LedgerPort,
  question?: { readonly intro: string; readonly prompt: string },
): Omit<RunPorts, "engines"> {
  const { NO_COLOR, TERM } = io.environment;
  const colour = (NO_COLOR ?? "") === "" && TERM !== "dumb";
  const intro = question ? `${question.intro}\n` : "";
  const show = (verdict: Verdict) => intro + renderVerdict(verdict, { colour, columns: io.columns });
  return {
    ...checkPorts(io, workspace),
    ledger,
    ask: terminalAsk(io.environment, show, question?.prompt),
    ids: systemIds,
  };
}

/** The setting of a request that came in over the command line. */
export function settingOf(io: Io, cwd: string, declared: DeclaredEnvironment | undefined): Setting {
  return settingFor({
    cwd,
    declared,
    places: placesFrom(io.environment),
    environment: io.environment,
    engine: "snapshot",
  });
}

/** Who asks over the command line: the agent in whose shell we are, acting for the person of this account. */
export function askingOf(io: Io): Asking {
  const operator = accountName(io);
  const around = agentAround(io.environment);
  const agent = around === undefined ? "command-line" : around.toLowerCase();
  const session = io.environment.COUNTERSIGN_SESSION ?? `terminal-${process.ppid}`;
  return { actor: { kind: "agent", agent, operator }, onBehalfOf: operator, session };
}

function accountName(io: Io): string {
  try {
    return userInfo().username;
  } catch {
    return io.environment.USER ?? "unknown";
  }
}
