import type { Effect } from "../core/effect.ts";
import type { Scene } from "./analyzer.ts";
import type { CapturedChange } from "./captured.ts";
import { isInsidePackages } from "./captured-rules.ts";
import { effect, placedFileEffects } from "./effects.ts";
import { type Location, locate } from "./locate.ts";
import { literal } from "./options.ts";

/**
 * What a new symbolic link does beyond being there, by the same rule as `ln -s`: what is written to it later lands
 * where it leads, so one out of the project into the system, to a control file, a secret or a whole area is a
 * question. Links that ordinary tools make are not: to a program of the same name, as in a virtual environment.
 */
export function leadsAway(change: CapturedChange, scene: Scene): readonly Effect[] {
  const to = change.seen?.target;
  if (change.type !== "link" || change.kind === "delete" || to === undefined) return [];
  const at = locate(literal(change.path), scene);
  const target = locate(literal(to), scene);
  const by = "captured";
  const isNewName = target.secret && !at.secret;
  const read = isNewName ? placedFileEffects("read", { ...target, secret: true }, scene, { by }) : [];
  if (!isReaching(at, target) || isOrdinary(change.path, to, scene)) return read;
  const name = `${at.shown} → ${target.shown}`;
  const environment = "local";
  return [
    ...read,
    effect({ verb: "create", kind: "link", name, environment, reversibility: "R1", marks: ["outside"], by }),
  ];
}

/** True for a link whose target is outside of the workspace, whatever that means for the tier. */
export function leavesWorkspace(
  { type, kind, path, seen }: CapturedChange,
  workspace: string | undefined,
): boolean {
  const target = seen?.target;
  if (type !== "link" || kind === "delete" || target === undefined || workspace === undefined) return false;
  const isIn = (one: string) => one === workspace || one.startsWith(`${workspace}/`);
  return isIn(path) && !isIn(target);
}

function isReaching(at: Location, target: Location): boolean {
  if (target.area === "device") return true;
  if (target.whole && target.area !== "workspace") return true;
  const fromHere = at.area === "workspace" || at.area === "temporary";
  return fromHere && (target.area === "system" || target.control !== undefined);
}

const INTERPRETER = /^(python|pypy|node|ruby|perl|php)[\d.]*(-config)?$/;

function isOrdinary(path: string, target: string, scene: Scene): boolean {
  if (target.startsWith("/nix/store/") || isInsidePackages(path, scene.setting)) return true;
  if (!/^\/(usr\/(local\/)?)?(bin|lib|lib64|share|opt)\/./.test(target)) return false;
  const [own, other] = [nameOf(path), nameOf(target)];
  if (own === other) return true;
  const [interpreter, real] = [INTERPRETER.exec(own)?.[1], INTERPRETER.exec(other)?.[1]];
  return interpreter !== undefined && interpreter === real;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
