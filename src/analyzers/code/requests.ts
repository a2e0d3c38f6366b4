import type { Effect } from "../../core/effect.ts";
import { effect } from "../effects.ts";
import { hostEnvironment, isLoopback } from "../environment.ts";
import { REMOTE, type Value, wordOf } from "./values.ts";
import { type Call, note, type Walk } from "./walk.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Notes what an HTTP request does. A method that is not known counts as one that changes something. */
export function noteRequest(method: string | undefined, url: Value | undefined, call: Call, walk: Walk): Value {
  const verb = (method ?? "POST").toUpperCase();
  if (!READS.has(verb)) note(walk, [requestEffect(verb, method !== undefined, url, call, walk)]);
  for (const value of call.args) if (value.kind === "function") walk.call(value, [REMOTE], call.source);
  return REMOTE;
}

function requestEffect(verb: string, certain: boolean, url: Value | undefined, call: Call, walk: Walk): Effect {
  const word = wordOf(url, call.source);
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/?#:]+)/i.exec(word.prefix)?.[1];
  const local = host !== undefined && isLoopback(host);
  return effect({
    verb: verb === "DELETE" ? "delete" : verb === "PUT" || verb === "PATCH" ? "change" : "send",
    kind: "http",
    name: `${verb} ${word.text ?? word.source}`.slice(0, 200),
    environment: hostEnvironment(host, walk.scene),
    reversibility: verb === "DELETE" ? (local ? "R3" : "R4") : local ? "R1" : "R3",
    certain: certain && word.text !== undefined,
    marks: local && verb !== "DELETE" ? ["additive"] : [],
    by: call.source,
  });
}
