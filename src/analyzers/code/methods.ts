import { effect, unknownEffect } from "../effects.ts";
import { environmentOf } from "../environment.ts";
import { literal, unknownWord } from "../options.ts";
import { runCallbacks } from "./acts.ts";
import { decodeText } from "./decode.ts";
import { computedMethod, noteUse, referTo } from "./refer.ts";
import { callService, noteSql, serviceMember } from "./services.ts";
import { foldTextMethod, joinedWith } from "./texts.ts";
import {
  choice,
  element,
  elements,
  knownText,
  list,
  object,
  PLAIN,
  REMOTE,
  reference,
  text,
  textWith,
  UNKNOWN,
  type Value,
} from "./values.ts";
import { type Call, note, noteUnknown, type Walk } from "./walk.ts";

type Given = Omit<Call, "name" | "self">;

/** Python's doors from any object to everything else. */
const DOORS = new Set([
  "__globals__",
  "__builtins__",
  "__subclasses__",
  "__code__",
  "__loader__",
  "__import__",
  "mainModule",
  "_load",
  "_linkedBinding",
  "binding",
]);

/** The value of a member that is read, not called. */
export function memberOf(on: Value, name: string, source: string, walk: Walk): Value {
  if (DOORS.has(name) && on.kind !== "map") {
    noteUnknown(walk, name, source);
    return UNKNOWN;
  }
  switch (on.kind) {
    case "reference":
      if (name === "__dict__") return on;
      return referTo(`${on.name}.${name}`, walk) ?? reference(`${on.name}.${name}`);
    case "choice":
      return choice(on.options.map((option) => memberOf(option, name, source, walk)));
    case "map":
      return on.entries.get(name) ?? (on.open ? UNKNOWN : PLAIN);
    case "object":
      return objectMember(on, name, source, walk);
    case "plain":
    case "list":
    case "number":
    case "text":
    case "function":
      return name === "constructor" ? object("constructor") : PLAIN;
    default:
      return on;
  }
}

function objectMember(
  on: Extract<Value, { kind: "object" }>,
  name: string,
  source: string,
  walk: Walk,
): Value {
  const act = walk.dialect.acts.get(`${on.of}.${name}`);
  if (act) return act({ name, self: on, args: [], named: new Map(), open: false, source }, walk);
  if (on.of.startsWith("service:")) return serviceMember(on, name);
  if (on.of === "foreign") return object("foreign", literal(`${on.at.source}.${name}`));
  return on.of === "constructor" ? on : PLAIN;
}

/** Calls a method on a value. */
export function callMethod(self: Value, name: string, given: Given, walk: Walk): Value {
  const call: Call = { ...given, name, self };
  if (self.kind === "choice")
    return choice(self.options.map((option) => callMethod(option, name, given, walk)));
  if (DOORS.has(name) && self.kind !== "map") {
    noteUnknown(walk, name, given.source);
    return UNKNOWN;
  }
  const universal = walk.dialect.acts.get(`*#${name}`);
  if (universal) return universal(call, walk);
  if (self.kind === "reference" && /^(then|catch|finally)$/.test(name)) {
    runCallbacks(call, walk, [self]);
    return self;
  }
  if (
    self.kind === "reference" &&
    /^(call|apply|bind|\(\)|to_proc|unbind|curry)$/.test(name) &&
    walk.dialect.acts.has(walk.dialect.canonical(self.name))
  ) {
    return callOfReference(self.name, name, given, walk);
  }
  if (self.kind === "reference")
    return noteUse(`${self.name}.${name}`, { ...call, name: `${self.name}.${name}` }, walk);
  switch (self.kind) {
    case "function":
      return callOfFunction(self, name, given, walk);
    case "map": {
      const member = self.entries.get(name);
      return member ? walk.call(member, given.args, given.source) : collection(self, call, walk);
    }
    case "list":
      return listMethod(self, call, walk);
    case "text":
      runCallbacks(call, walk, [textWith(self.word)]);
      return (
        walk.dialect.acts.get(`text#${name}`)?.(call, walk) ??
        foldTextMethod(self, name, given.args, given.source)
      );
    case "object":
      return objectMethod(self, call, walk);
    case "remote":
      runCallbacks(call, walk, [REMOTE]);
      return REMOTE;
    case "unknown":
      return strangerMethod(call, walk, "value");
    default:
      return collection(self, call, walk);
  }
}

/** A known function called through itself: `execSync.call(null, "…")`, `method(:system).call("…")`. */
function callOfReference(reference: string, name: string, given: Given, walk: Walk): Value {
  if (!/^(call|apply|\(\))$/.test(name)) return { kind: "reference", name: reference };
  const javascript = walk.dialect.language === "javascript";
  const spread = given.args[1]?.kind === "list" ? given.args[1].items : [UNKNOWN];
  const args = !javascript ? given.args : name === "apply" ? spread : given.args.slice(1);
  return noteUse(reference, { ...given, args, name: reference }, walk);
}

function callOfFunction(
  self: Extract<Value, { kind: "function" }>,
  name: string,
  given: Given,
  walk: Walk,
): Value {
  if (name === "apply")
    return walk.call(self, given.args[1] ? (elements(given.args[1]) ?? [UNKNOWN]) : [], given.source);
  if (name === "bind") return self;
  return walk.call(
    self,
    name === "call" && walk.dialect.language === "javascript" ? given.args.slice(1) : given.args,
    given.source,
  );
}

/** Methods that give back (some of) the same elements. */
const SELECTS =
  /^(filter|select|reject|sort\w*|reverse!?|slice|uniq|compact|flatten|to_a|toSorted|toReversed|each|each_slice|forEach|first|take|drop|concat|values|copy|dup|tap|push|shuffle|lazy)$/;
const ONE = /^(pop|shift|find|detect|first|last|at|sample|fetch|min|max)$/;

function listMethod(self: Extract<Value, { kind: "list" }>, call: Call, walk: Walk): Value {
  const { name, args } = call;
  if (["append", "push", "insert", "unshift", "<<", "add"].includes(name))
    return list(
      [...self.items, ...(name === "insert" ? args.slice(1) : args)],
      self.open || walk.conditional > 0,
    );
  if (name === "extend") return list([...self.items, ...(elements(args[0] ?? UNKNOWN) ?? [])], true);
  if (name === "join")
    return joinedWith(
      knownText(args[0]) ?? (args.length === 0 && walk.dialect.language !== "ruby" ? "," : ""),
      self,
      call.source,
    );
  if (name === "pack" && self.items.length === 1)
    return packed(self.items[0] as Value, knownText(args[0]) ?? "");
  const values = callbackValues(self, call, walk);
  if (/^(map|collect|flat_?map|filter_map|each_with_object)$/i.test(name) && values)
    return list(values, self.open);
  if (ONE.test(name) && args.length === 0) return element(self);
  if (name === "reverse" && !self.open) return list([...self.items].reverse());
  return SELECTS.test(name) ? list(self.items, self.open || !/^(each|forEach)$/.test(name)) : PLAIN;
}

/** Ruby's `["726d"].pack("H*")`. */
function packed(value: Value, format: string): Value {
  const known = knownText(value);
  const decoded = known !== undefined && format.startsWith("H") ? decodeText("hex", known) : undefined;
  return decoded === undefined ? textWith(unknownWord("packed")) : text(decoded);
}

/** What a function that is handed to a method of a list gives for each element. */
function callbackValues(self: Value, call: Call, walk: Walk): readonly Value[] | undefined {
  const callback = call.args.find((value) => value.kind === "function" || value.kind === "reference");
  if (!callback) return undefined;
  const items = self.kind === "list" && self.items.length <= 40 ? self.items : [element(self)];
  return (items.length === 0 ? [UNKNOWN] : items).map((item) => walk.call(callback, [item], call.source));
}

function collection(self: Value, call: Call, walk: Walk): Value {
  runCallbacks(call, walk, [element(self)]);
  if (self.kind === "map" && /^(items|entries|to_a)$/.test(call.name))
    return list(
      [...self.entries].map(([key, value]) => list([text(key), value])),
      self.open,
    );
  if (self.kind === "map" && call.name === "keys")
    return list(
      [...self.entries.keys()].map((key) => text(key)),
      self.open,
    );
  if (self.kind === "map" && call.name === "values") return list([...self.entries.values()], self.open);
  if (self.kind === "map" && /^(get|fetch|dig)$/.test(call.name))
    return self.entries.get(knownText(call.args[0]) ?? "") ?? PLAIN;
  return PLAIN;
}

function objectMethod(self: Extract<Value, { kind: "object" }>, call: Call, walk: Walk): Value {
  const act = walk.dialect.acts.get(`${self.of}#${call.name}`);
  if (act) return act(call, walk);
  if (self.of.startsWith("service:")) return callService(self, call, walk);
  if (self.of === "foreign") return strangerMethod(call, walk, self.at.source);
  if (self.of === "computed") return computedMethod(call, walk);
  if (self.of === "constructor") return constructed(call, walk);
  if (self.of === "path") {
    noteUnknown(walk, `path.${call.name}`, call.source);
    return UNKNOWN;
  }
  runCallbacks(call, walk, [PLAIN]);
  return PLAIN;
}

/** `x.constructor("code")`: the way to `Function` from anything. */
function constructed(call: Call, walk: Walk): Value {
  const code = call.args.length > 0 ? knownText(call.args.at(-1)) : undefined;
  if (code !== undefined) note(walk, walk.scene.code(walk.dialect.language, code).effects);
  else if (call.args.some((value) => value.kind !== "plain")) noteUnknown(walk, "constructor", call.source);
  return object("constructor");
}

/** Takes everything of a kind away, in whatever a library manages: databases, caches, indexes. */
const WIPES =
  /^(delete_?all|destroy_?all|drop_?all|drop_?(database|db|table|tables|collection|index|schema|keyspace)|flush_?(all|db)|truncate(_?all|_?table)?|delete_?many|delete_?(database|db|table|collection|index|bucket|namespace|cluster|instance|project|volume|app|environment|user|users)|terminate_?\w*|destroy_?(database|db|instance|cluster|droplet|server|app|environment|volume)?|purge_?(all|queue)?|wipe\w*|remove_?(all|tree|database|collection)|reset_?(database|db)|rm_?rf?)$/i;
/** Django's and its imitators' way to all rows of a table. */
const QUERY_SET = /\.(objects|query)\b/;
/** Takes one thing away, or runs something, if the receiver is what the name suggests. */
const RISKY =
  /^(delete|unlink\w*|rmdir\w*|rmtree|system|popen|exec_command|execv\w*|spawn\w*|shutdown|run_command|send_command|sudo)$/i;
const RUNS_SQL =
  /^(execute|executemany|executescript|exec_?query|query|raw|\$?(execute|query)_?raw(_?unsafe)?|select_all|exec_driver_sql)$/i;

/** A method of something that no table knows: its name is all there is. */
function strangerMethod(call: Call, walk: Walk, receiver: string): Value {
  const name = call.name;
  const foreign = call.self?.kind === "object";
  if (RUNS_SQL.test(name) && looksLikeSql(call.args[0])) noteSql(call.args[0], call, walk);
  else if (WIPES.test(name) || (foreign && QUERY_SET.test(receiver) && /^(delete|update)$/.test(name))) {
    const environment = environmentOf([receiver], walk.scene);
    note(walk, [
      effect({
        verb: "delete",
        kind: "library",
        name: `${receiver}.${name}`,
        environment,
        count: null,
        certain: false,
        by: call.source,
      }),
    ]);
  } else if (RISKY.test(name) && (foreign || name.toLowerCase() !== "delete")) {
    note(walk, [unknownEffect(walk.scene, "code", `${receiver}.${name}`, call.source)]);
  }
  runCallbacks(call, walk, [call.self ?? UNKNOWN]);
  return foreign ? (call.self as Value) : UNKNOWN;
}

function looksLikeSql(value: Value | undefined): boolean {
  return (
    value?.kind === "text" &&
    /^\s*(select|insert|update|delete|drop|create|alter|truncate|with|merge|replace|grant|revoke|call|vacuum|pragma|explain|show|begin|commit|set|copy|lock|do)\b/i.test(
      value.word.prefix,
    )
  );
}
