import type { Mark, Verb } from "../../core/effect.ts";
import type { Command, Finding, Scene, Word } from "../analyzer.ts";
import { effect, fileEffects, found, unknownEffect } from "../effects.ts";
import { locate } from "../locate.ts";
import { literal, parseOptions } from "../options.ts";
import { standingOf } from "./branch-names.ts";
import type { Loss } from "./ground.ts";
import { inDirectory, within } from "./invocation.ts";

/** A call of another version control system, after its global options. */
export interface OtherCall {
  readonly command: Command;
  readonly scene: Scene;
  readonly system: "hg" | "svn" | "jj";
  readonly action: string;
  readonly args: readonly Word[];
}

/** Options before the action: `at` names the repository, `settings` give configuration for this call. */
export interface Globals {
  readonly values: readonly string[];
  readonly at: readonly string[];
  readonly settings: readonly string[];
}

/** Reads the action; `undefined` when it cannot be told. Options of these systems may stand before it. */
export function readOtherCall(
  command: Command,
  scene: Scene,
  system: OtherCall["system"],
  globals: Globals,
): OtherCall | undefined {
  const options = parseOptions(command.args, { values: globals.values, stopAtOperand: true });
  const [action, ...args] = options.operands;
  if (options.dynamic && action?.text === undefined) return undefined;
  const at = options.value(...globals.at);
  const repository =
    at ??
    parseOptions(args, { values: globals.values }).value(
      ...globals.at.filter((name) => name.startsWith("--")),
    );
  const there = repository ? within(scene, repository) : inDirectory(scene, scene.cwd);
  return { command, scene: there, system, action: action?.text ?? "", args };
}

/** Configuration values of the call that start programs. */
export function settingEffects(command: Command, scene: Scene, globals: Globals): Finding {
  const settings = parseOptions(command.args, { values: globals.values }).values(...globals.settings);
  const risky = settings.filter(
    (word) =>
      word.text === undefined ||
      /^["']?(alias|aliases|hooks|extensions|ui\.(editor|ssh|diff-editor|merge-editor|pager|merge)|merge-tools|defaults|fix\.tools|auth|config:tunnels)[.=:[]/i.test(
        word.text,
      ),
  );
  return found(risky.map((word) => unknownEffect(scene, "program", word.source, command.source)));
}

export interface Change {
  readonly verb: Verb;
  readonly what: string;
  readonly loss?: Loss;
  readonly marks?: readonly Mark[];
}

/** An effect on the working copy or the local repository. */
export function here(call: OtherCall, change: Change): Finding {
  const at = locate(literal("."), call.scene);
  const inside = at.area === "workspace" || at.area === "temporary";
  const { restorable } = call.scene.setting;
  const kept = at.area === "workspace" && restorable;
  const lost = (change.loss === "content" || change.loss === "history") && !kept && at.area !== "temporary";
  const marks: Mark[] = [...(change.marks ?? [])];
  if (!inside && at.area !== "remote") marks.push("outside");
  if (change.loss === "history" && at.area !== "temporary") marks.push("history");
  if (call.scene.privileged) marks.push("privileged");
  return found([
    effect({
      verb: change.verb,
      kind: `${call.system}.${change.what}`,
      name: at.shown,
      environment:
        at.area === "remote" ? call.scene.place.environment : at.area === "workspace" ? "workspace" : "local",
      reversibility: lost ? "R4" : "R1",
      wayBack: kept ? "restore-point" : lost ? "none" : "provider",
      count: null,
      certain: at.certain,
      marks,
      by: call.command.source,
    }),
  ]);
}

/** An effect on the repository that others use. */
export function there(
  call: OtherCall,
  verb: Verb,
  what: string,
  name: string,
  taking: boolean,
  additive = !taking,
): Finding {
  const standing = standingOf(name);
  const marks: Mark[] = ["shared"];
  if (additive && standing !== "production" && standing !== "release") marks.push("additive");
  if (standing !== "ordinary") marks.push("protected");
  return found([
    effect({
      verb,
      kind: `${call.system}.${what}`,
      name,
      environment: standing === "production" ? "production" : "development",
      reversibility: taking ? (standing === "ordinary" ? "R3" : "R2") : "R1",
      marks,
      by: call.command.source,
    }),
  ]);
}

/** Files of the working copy are deleted or changed. */
export function files(
  call: OtherCall,
  verb: "create" | "change" | "delete",
  words: readonly Word[],
): Finding {
  return found(
    words.flatMap((word) =>
      fileEffects(verb, word, call.scene, { by: call.command.source, recursive: verb === "delete" }),
    ),
  );
}

/** A program that the call names, or nobody knows. */
export function unknownAction(call: OtherCall): Finding {
  return found([unknownEffect(call.scene, "program", `${call.system} ${call.action}`, call.command.source)]);
}
