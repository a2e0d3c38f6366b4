import type { Call } from "../core/call.ts";
import type { Finding, Scene } from "./analyzer.ts";
import { found, unknownEffect } from "./effects.ts";

/** Judges a call that is no shell text. */
export function judgeDirect(call: Call, scene: Scene): Finding {
  return found([unknownEffect(scene, "call", call.tool, call.tool)]);
}
