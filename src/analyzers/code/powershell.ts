import type { Finding, Scene } from "../analyzer.ts";
import { found, unknownEffect } from "../effects.ts";

/** Not read yet: an unknown effect. */
export function judgePowershell(text: string, scene: Scene): Finding {
  return found([unknownEffect(scene, "code", "Powershell", text)]);
}
