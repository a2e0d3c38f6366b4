import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";

export type Engine = typeof Cedar;

let engine: Engine | undefined;

/**
 * The Cedar engine, loaded at its first use: whoever asks for nothing that needs it pays nothing for it.
 *
 * Its code is compiled by V8's fast compiler only. Most of it runs once, to parse the schema and the rules,
 * and having the optimising compiler work on that meanwhile doubles the time until the first decision.
 */
export function cedar(): Engine {
  if (engine === undefined) {
    setFlagsFromString("--liftoff-only");
    engine = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs") as Engine;
  }
  return engine;
}
