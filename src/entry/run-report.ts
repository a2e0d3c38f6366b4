import { join } from "node:path";
import { shellCode } from "../adapters/exec/plain.ts";
import { placesFrom } from "../adapters/places.ts";
import type { Ran, RunResult } from "../gate/run.ts";
import { EXIT, exitCodeOf } from "../gate/verdict.ts";
import type { Io } from "./io.ts";
import { paint, plainText, renderVerdict } from "./render.ts";

/**
 * Tells how a request ended, to a person and to a model, and gives the exit code. `json`: one line for programs. `held`: what waits, in
 * lines for a person.
 */
export function conclude(result: RunResult, json: boolean, io: Io, held: readonly string[] = []): number {
  const code = codeOf(result);
  if (json) io.warn(`${JSON.stringify(jsonOf(result, code))}\n`);
  else {
    const said = result.end === "ran" ? remarks(result, held, io) : [messageOf(result, io)];
    if (said.length > 0) io.warn(`${said.join("\n")}\n`);
  }
  return code;
}

function jsonOf(result: RunResult, exitCode: number) {
  const { action, verdict, end, protection } = result;
  const ran =
    result.end === "ran"
      ? {
          captured: result.captured,
          held: result.held,
          leftBehind: result.leftBehind,
          refusedHosts: result.refusedHosts,
          notes: result.notes,
        }
      : {};
  return { ...verdict, id: action, end, exitCode, protection, ...ran };
}

function codeOf(result: RunResult): number {
  switch (result.end) {
    case "ran":
      return result.heldDecision
        ? exitCodeOf(result.heldDecision.outcome) || EXIT.confirm
        : shellCode(result.ended);
    case "not-started":
      return 127;
    case "nobody-to-ask":
      return EXIT.confirm;
    case "needs-review":
      return EXIT.review;
    case "refused":
      return EXIT.refused;
    case "forbidden":
    case "no-way-back":
    case "changed":
      return EXIT.forbid;
  }
}

/** What a command that ran should be told beside its own output; nothing in the ordinary case. */
function remarks(result: Ran & RunResult, held: readonly string[], io: Io): readonly string[] {
  const { leftBehind, refusedHosts, notes } = result;
  const said = notes.map((note) => `countersign: ${plainText(note)}`);
  if (leftBehind > 0)
    said.push(
      `countersign: ended ${leftBehind} ${leftBehind === 1 ? "process" : "processes"} that it left running; \`run --service\` keeps a server alive`,
    );
  if (refusedHosts.length > 0)
    said.push(
      `countersign: the network was closed to it: ${refusedHosts.slice(0, 5).map(plainText).join(", ")}; the operator can name hosts, one a line, in ${join(placesFrom(io.environment).config, "hosts")}`,
    );
  if (result.held.length > 0) said.push(heldMessage(result, held, io));
  return said;
}

function heldMessage(result: Ran & RunResult, held: readonly string[], io: Io): string {
  const { length } = held;
  const lines = held.slice(0, 12).map((line) => `  ${line}`);
  const rest = length > 12 ? [`  … and ${length - 12} more`] : [];
  const head = `It ran isolated; ${length} ${length === 1 ? "change waits" : "changes wait"} for a yes and ${length === 1 ? "is" : "are"} not real yet.`;
  return [
    paint(io, ["yellow", "bold"], head),
    ...lines,
    ...rest,
    `  held     ${result.action}`,
    `  see      countersign diff ${result.action}`,
    `  decide   countersign held accept ${result.action}`,
    `       or  countersign held reject ${result.action}`,
  ].join("\n");
}

/** What a refusal says, to a person and to a model: what did not happen, why, and what to do instead. */
function messageOf(result: Exclude<RunResult, { end: "ran" }>, io: Io): string {
  const nothing = paint(io, "bold", "Nothing was run.");
  const verdict = renderVerdict(result.verdict, io);
  switch (result.end) {
    case "not-started":
      return `countersign: could not start it: ${result.error.message}`;
    case "needs-review":
      return `${verdict}\n  ticket   ${result.action}\n${nothing} A second person has to agree to exactly this; asking again or another spelling of it meets the same answer.`;
    case "nobody-to-ask":
      return `${verdict}\n${nothing} No terminal that only the operator controls, so nobody could confirm it. The operator can run it from their own terminal.`;
    case "refused":
      return `${nothing} The operator said no. That is final for this request.`;
    case "forbidden":
      return `${verdict}\n  action   ${result.action}\n${nothing}`;
    case "no-way-back":
      return `${verdict}\n${nothing} The way back could not be made: ${plainText(result.why ?? "")}`;
    case "changed":
      return `${verdict}\n${nothing} What would have run is no longer what was decided: ${plainText(result.why ?? "")}`;
  }
}
