import { unknownWord } from "../options.ts";
import { runCallbacks, writes } from "./acts.ts";
import { callService, noteCommandClass, serviceOf } from "./services.ts";
import { object, reference, UNKNOWN, type Value } from "./values.ts";
import { type Act, type Call, type Dialect, noteForeign, noteUnknown, type Walk } from "./walk.ts";

/** What a name, plain or dotted, stands for when the program does not define it itself. */
export function referTo(name: string, walk: Walk): Value | undefined {
  const canonical = walk.dialect.canonical(name);
  const value = walk.dialect.global(canonical, walk);
  if (value) return value;
  return findAct(canonical, walk.dialect) || isKnownModule(canonical, walk.dialect)
    ? reference(canonical)
    : undefined;
}

/** The act for a dotted name: its own, else the nearest `prefix.*`. */
export function findAct(name: string, dialect: Dialect): Act | undefined {
  const own = dialect.acts.get(name);
  if (own) return own;
  for (let at = name.lastIndexOf("."); at > 0; at = name.lastIndexOf(".", at - 1)) {
    const act = dialect.acts.get(`${name.slice(0, at)}.*`);
    if (act) return act;
  }
  return undefined;
}

function isKnownModule(name: string, dialect: Dialect): boolean {
  return rootsOf(name).some((root) => dialect.modules.has(root) || dialect.acts.has(`${root}.*`));
}

/** `a.b.c` → `a.b.c`, `a.b`, `a`: modules may have dots in their names. */
function rootsOf(name: string): readonly string[] {
  const parts = name.split(".");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
}

/** Methods by which drawing and data libraries write a file: the path comes first. */
const SAVES =
  /^\.(to_(csv|json|excel|parquet|feather|pickle|html|sql|markdown)|savefig|save|savetxt|savez\w*|write_(csv|parquet|json|html|image)|toFile|writeFile|imwrite|imsave|dump)$/;

/** Calls, or imports, something by its dotted name. */
export function noteUse(name: string, call: Call, walk: Walk, how: "call" | "import" = "call"): Value {
  const { dialect } = walk;
  const canonical = dialect.canonical(name);
  const importing = how === "import";
  const act = findAct(canonical, dialect);
  if (importing && act && dialect.acts.get(canonical) === undefined) return reference(canonical);
  if (act && !importing) return act({ ...call, name: canonical }, walk);
  const service = serviceOf(canonical);
  if (service === "aws" && !importing && canonical.endsWith("Command"))
    return noteCommandClass(canonical, call, walk);
  if (service !== undefined)
    return importing ? reference(canonical) : serviceCall(service, canonical, call, walk);
  if (rootsOf(canonical).some((root) => dialect.libraries.has(root)))
    return importing ? reference(canonical) : libraryCall(canonical, call, walk);
  if (isKnownModule(canonical, dialect)) {
    if (importing) return reference(canonical);
    noteUnknown(walk, canonical, call.source);
    return UNKNOWN;
  }
  noteForeign(walk, canonical.split(/[.#]/)[0] || canonical);
  if (importing) return object("foreign", { ...unknownWord(canonical), source: canonical });
  runCallbacks(call, walk);
  return object("foreign", { ...unknownWord(canonical), source: canonical });
}

/** A function right in a client library: `redis.createClient()`, `stripe.Charge.create(…)`. */
function serviceCall(service: string, name: string, call: Call, walk: Walk): Value {
  const dot = name.lastIndexOf(".");
  const on = (path: string) =>
    object(`service:${service}`, { ...unknownWord(path), source: path }) as Extract<
      Value,
      { kind: "object" }
    >;
  return dot < 0
    ? on(name)
    : callService(on(name.slice(0, dot)), { ...call, name: name.slice(dot + 1) }, walk);
}

function libraryCall(name: string, call: Call, walk: Walk): Value {
  if (SAVES.test(`.${name}`) && call.args.length > 0) return writes(0)(call, walk);
  runCallbacks(call, walk);
  return object("computed");
}

/** A method of a value that a computing library gave: it computes, and some write files. */
export function computedMethod(call: Call, walk: Walk): Value {
  if (SAVES.test(`.${call.name}`) && call.args.length > 0) return writes(0)(call, walk);
  runCallbacks(call, walk);
  return object("computed");
}
