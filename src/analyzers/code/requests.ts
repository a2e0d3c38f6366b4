import type { Effect } from "../../core/effect.ts";
import type { Scene, Word } from "../analyzer.ts";
import { judgeHttp } from "../direct/http.ts";
import { effect } from "../effects.ts";
import { knownText, REMOTE, type Value, wordOf } from "./values.ts";
import { type Call, note, type Walk } from "./walk.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Notes what an HTTP request does. A method that is not known counts as one that changes something. */
export function noteRequest(
  method: string | undefined,
  url: Value | undefined,
  call: Call,
  walk: Walk,
): Value {
  const body = bodyOf(call);
  noteRequestTo(
    method,
    wordOf(url, call.source),
    call.source,
    walk.scene,
    (effects) => note(walk, effects),
    body,
  );
  for (const value of call.args) if (value.kind === "function") walk.call(value, [REMOTE], call.source);
  return REMOTE;
}

/** Tells the effects of a request by its method and address; nothing when it only reads. */
export function noteRequestTo(
  method: string | undefined,
  url: Word,
  by: string,
  scene: Scene,
  keep: (effects: readonly Effect[]) => void,
  body?: string | "unknown",
): void {
  const verb = (method ?? "POST").toUpperCase();
  const address = url.text ?? url.prefix;
  if (!/^([a-z]+:\/\/|localhost|127\.)[^/]/i.test(address)) {
    if (!READS.has(verb)) keep([unknownAddress(verb, url, by, scene)]);
    return;
  }
  const known = body === undefined ? {} : body === "unknown" ? { bodyUnknown: true } : { body };
  const finding = judgeHttp({ method: verb, url: address, ...known }, by, scene);
  keep(
    method === undefined
      ? finding.effects.map((one): Effect => ({ ...one, certain: false }))
      : finding.effects,
  );
}

function unknownAddress(verb: string, url: Word, by: string, scene: Scene): Effect {
  return effect({
    verb: verb === "DELETE" ? "delete" : "send",
    kind: "http",
    name: `${verb} ${url.source}`.slice(0, 200),
    environment: scene.setting.declared ?? "unknown",
    reversibility: verb === "DELETE" ? "R4" : "R3",
    certain: false,
    by,
  });
}

const BODY_NAMES = ["json", "data", "body", "content", "params"];

/** The body of a request as text, as far as it is a constant. */
function bodyOf(call: Call): string | undefined {
  const options = call.args.find((value) => value.kind === "map");
  const entries = options?.kind === "map" ? options.entries : new Map<string, Value>();
  const value = BODY_NAMES.map((name) => call.named.get(name) ?? entries.get(name)).find(
    (one) => one !== undefined,
  );
  if (value === undefined) return undefined;
  return JSON.stringify(plainValue(value)).replace(/^"([\s\S]*)"$/, (all) => String(JSON.parse(all)));
}

function plainValue(value: Value): unknown {
  if (value.kind === "map")
    return Object.fromEntries([...value.entries].map(([key, inner]) => [key, plainValue(inner)]));
  if (value.kind === "list") return value.items.map(plainValue);
  return knownText(value) ?? (value.kind === "text" ? `${value.word.prefix}…${value.word.suffix}` : "…");
}
