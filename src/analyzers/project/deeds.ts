import type { Effect, Environment, Mark, Reversibility, Verb, WayBack } from "../../core/effect.ts";
import type { Finding, Scene } from "../analyzer.ts";
import { effect, found, NOTHING, unknownEffect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { locate } from "../locate.ts";
import { literal, type Options } from "../options.ts";

/**
 * What the verb of a development tool amounts to.
 *
 * `read`: nothing changes. `code`: runs the project's own code. `change`: changes files of the project.
 * `outside`: changes what belongs to the operator outside the project (global packages, user settings).
 * `foreign`: runs code from elsewhere. `login`: stores or shows credentials. `system`: changes installed
 * software. `remove`: removes installed software. `registry`: changes something public that can be changed
 * back. `publish`: makes something public that cannot be taken back. `control`: changes what governs the agent.
 */
export type Deed =
  | "read"
  | "code"
  | "change"
  | "outside"
  | "foreign"
  | "login"
  | "system"
  | "remove"
  | "registry"
  | "publish"
  | "control"
  | "unknown";

/** What the deed is done to, for the person who reads. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly by: string;
}

/** The finding of a deed at this point of the line. */
export function act(deed: Deed, scene: Scene, subject: Subject): Finding {
  switch (deed) {
    case "read":
      return NOTHING;
    case "code":
      return runsCode(scene, subject.name, subject.by);
    case "change":
      return changesHere(scene, subject);
    case "outside":
      return onMachine(scene, "change", subject, ["outside"]);
    case "foreign":
      return runsForeignCode(scene, subject.name, subject.by);
    case "login":
      return onMachine(scene, "change", { ...subject, kind: "credentials" }, ["secret", "outside"]);
    case "system":
      return onMachine(scene, "change", subject, ["outside"]);
    case "remove":
      return onMachine(scene, "delete", subject, ["outside", "system"]);
    case "registry":
      return inPublic("change", "R1", scene, subject);
    case "publish":
      return inPublic("create", "R4", scene, subject);
    case "control":
      return onMachine(scene, "change", subject, ["control"]);
    case "unknown":
      return found([unknownEffect(scene, subject.kind, subject.name, subject.by)]);
  }
}

/** A table from lists of words separated by spaces: long lists stay readable that way. */
export function deedTable(lists: Readonly<Partial<Record<Deed, string>>>): ReadonlyMap<string, Deed> {
  const entries = Object.entries(lists) as readonly (readonly [Deed, string])[];
  return new Map(entries.flatMap(([deed, words]) => wordsOf(words).map((word) => [word, deed] as const)));
}

/** The words of a list. */
export function wordsOf(list: string): readonly string[] {
  return list.split(/\s+/).filter((word) => word !== "");
}

/** The project's own code is run by a program made for it; what it does is known only afterwards (DESIGN §5). */
export function runsCode(scene: Scene, what: string, by: string): Finding {
  const ground = groundOf(scene);
  return found([
    effect({
      ...ground,
      verb: "execute",
      kind: "workspace-code",
      name: what.slice(0, 200),
      count: null,
      certain: false,
      marks: [...ground.marks, "workspace-code"],
      by,
    }),
  ]);
}

/** A tool changes files of the project that nobody can name ahead. */
export function changesHere(scene: Scene, subject: Subject): Finding {
  const ground = groundOf(scene);
  return found([
    effect({
      ...ground,
      verb: "change",
      kind: subject.kind,
      name: subject.name.slice(0, 200),
      count: null,
      marks: [...ground.marks, "workspace-code"],
      by: subject.by,
    }),
  ]);
}

/** Code that comes from elsewhere and that nobody here has read. */
export function runsForeignCode(scene: Scene, source: string, by: string): Finding {
  return found([
    effect({
      verb: "execute",
      kind: "foreign-code",
      name: source.slice(0, 200),
      environment: scene.place.host === undefined ? "local" : scene.place.environment,
      count: null,
      certain: false,
      marks: scene.privileged ? ["foreign-code", "privileged"] : ["foreign-code"],
      by,
    }),
  ]);
}

function onMachine(scene: Scene, verb: Verb, subject: Subject, marks: readonly Mark[]): Finding {
  const remote = scene.place.host !== undefined;
  return found([
    effect({
      verb,
      kind: subject.kind,
      name: subject.name.slice(0, 200),
      environment: remote ? scene.place.environment : "local",
      reversibility: "R3",
      count: null,
      marks: scene.privileged ? [...marks, "privileged"] : marks,
      by: subject.by,
    }),
  ]);
}

/** A public registry is production for everyone who installs from it, whatever the caller declares. */
function inPublic(verb: Verb, reversibility: Reversibility, scene: Scene, subject: Subject): Finding {
  return found([
    effect({
      verb,
      kind: subject.kind,
      name: subject.name.slice(0, 200),
      environment: "production",
      reversibility,
      certain: scene.cwd !== undefined,
      marks: ["shared"],
      by: subject.by,
    }),
  ]);
}

/** As the deed `publish`, or an ordinary change when the registry is on this machine's loopback. */
export function publishes(scene: Scene, subject: Subject, registry: string | undefined): Finding {
  const host = hostOfUrl(registry);
  if (host === undefined || !isLoopback(host)) return act("publish", scene, subject);
  return found([
    effect({
      verb: "create",
      kind: subject.kind,
      name: subject.name.slice(0, 200),
      environment: hostEnvironment(host, scene),
      reversibility: "R1",
      marks: ["additive"],
      by: subject.by,
    }),
  ]);
}

/** True when one of the options that only rehearse is given, and not taken back (`--dry-run=false`). */
export function rehearses(options: Options, ...names: readonly string[]): boolean {
  if (!options.has(...names)) return false;
  const values = options.values(...names);
  const refused = options.names.some((name) =>
    names.some((one) => name === `--no-${one.replace(/^-+/, "")}`),
  );
  /** `-n=false`: Go's flag parsers take a value for a short option too. */
  if (refused || options.names.includes("-=")) return false;
  return values.every((word) => /^(|true|1|yes|list|check|json|text)$/.test(word.text ?? "false"));
}

/** The host of an http(s) address, lower case; `undefined` when the text is none. */
export function hostOfUrl(text: string | undefined): string | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(text ?? "");
  return match?.[1]?.toLowerCase();
}

interface Ground {
  readonly environment: Environment;
  readonly reversibility: Reversibility;
  readonly wayBack: WayBack;
  readonly marks: readonly Mark[];
}

/** Where the working directory lies, and what that means for whatever is done in it. */
function groundOf(scene: Scene): Ground {
  const marks: readonly Mark[] = scene.privileged ? ["privileged"] : [];
  if (scene.place.host !== undefined) return remoteGround(scene, marks);
  const area = areaOfWorkingDirectory(scene);
  if (area === "workspace") {
    const way = scene.setting.restorable
      ? ({ reversibility: "R1", wayBack: "restore-point" } as const)
      : ({ reversibility: "R3", wayBack: "unknown" } as const);
    return { environment: "workspace", ...way, marks };
  }
  if (area === "temporary" || area === "cache") {
    return { environment: "local", reversibility: "R1", wayBack: "none", marks };
  }
  return { environment: "local", reversibility: "R3", wayBack: "unknown", marks: [...marks, "outside"] };
}

function remoteGround(scene: Scene, marks: readonly Mark[]): Ground {
  const { environment } = scene.place;
  if (environment === "development") {
    return { environment, reversibility: "R1", wayBack: "provider", marks: [...marks, "additive"] };
  }
  return { environment, reversibility: "R3", wayBack: "unknown", marks };
}

function areaOfWorkingDirectory(scene: Scene): Effect["resource"]["environment"] | "temporary" | "cache" {
  const { cwd, setting } = scene;
  if (cwd === undefined) return "unknown";
  if (setting.workspace !== undefined && cwd === setting.workspace) return "workspace";
  const { area } = locate(literal(cwd), scene);
  return area === "workspace" || area === "temporary" || area === "cache" ? area : "unknown";
}
