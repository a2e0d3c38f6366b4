import type { Finding, Scene } from "../analyzer.ts";
import { fileEffects, found } from "../effects.ts";
import { literal } from "../options.ts";
import { badInput, textField } from "./input.ts";

/** Judges `file.write`: `{ path, content }`. */
export function judgeFileWrite(input: unknown, scene: Scene): Finding {
  const path = textField(input, "path");
  if (path === undefined || path === "" || path.includes("\0"))
    return badInput("file.write", "`path` is no path", scene);
  if (textField(input, "content") === undefined) return badInput("file.write", "`content` is no text", scene);
  return found(fileEffects("change", literal(path), scene, { by: `write ${path}` }));
}

/** Judges `file.delete`: `{ path }`. A folder goes with everything in it. */
export function judgeFileDelete(input: unknown, scene: Scene): Finding {
  const path = textField(input, "path");
  if (path === undefined || path === "" || path.includes("\0"))
    return badInput("file.delete", "`path` is no path", scene);
  return found(
    fileEffects("delete", literal(path), scene, { by: `delete ${path}`, recursive: /\/$/.test(path) }),
  );
}
