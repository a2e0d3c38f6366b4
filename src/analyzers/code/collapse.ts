import type { Effect, Mark } from "../../core/effect.ts";
import type { Scene } from "../analyzer.ts";
import { type Origin, workspaceCode } from "./walk.ts";

/** Marks that keep an effect as it is, however uncertain. */
const WEIGHTY: readonly Mark[] = [
  "audit",
  "backup",
  "bound",
  "control",
  "device",
  "foreign-code",
  "history",
  "privileged",
  "secret",
  "system",
  "upload",
  "protected",
];

/**
 * In a script of the workspace, what could not be told ahead on this machine (a path from the command line, a
 * command put together at run time) becomes one effect: the project's own code runs. It is contained first and
 * asked about last (DESIGN §5). Typed into a command, the same stays a question.
 */
export function collapseEffects(
  effects: readonly Effect[],
  origin: Origin,
  scene: Scene,
  name: string,
  by: string,
): readonly Effect[] {
  if (origin === "inline" || !effects.some(isOpenEnd)) return effects;
  const code = workspaceCode(scene, name, by.trim().slice(0, 200));
  return [...effects.filter((one) => !isOpenEnd(one) && one.resource.kind !== "workspace-code"), code];
}

function isOpenEnd(effect: Effect): boolean {
  const here = effect.resource.environment === "local" || effect.resource.environment === "workspace";
  return (
    here &&
    !effect.certain &&
    effect.resource.kind !== "workspace-code" &&
    !effect.marks.some((mark) => WEIGHTY.includes(mark))
  );
}
