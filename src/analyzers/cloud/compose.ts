import type { Word } from "../analyzer.ts";
import { parseOptions } from "../options.ts";
import { shown } from "./target.ts";

/** What a compose subcommand does, as far as it matters. */
export type ComposeVerb =
  | { readonly kind: "read" | "change" | "stop" | "volumes" | "push" | "unknown" }
  | { readonly kind: "exec"; readonly service: string; readonly words: readonly Word[] };

const READS = new Set(
  "ps logs config convert top images port ls version events stats wait attach volumes export docs".split(" "),
);
const CHANGES = new Set(
  "up build start create pull restart unpause watch scale cp commit publish alpha".split(" "),
);
const RUN_VALUES =
  "-e --env -u --user -w --workdir --name --entrypoint -p --publish -v --volume -l --label --index --cap-add --cap-drop --env-from-file --pull".split(
    " ",
  );

/** Classifies `docker compose VERB …` (Compose CLI reference). */
export function composeVerb(verb: string, rest: readonly Word[]): ComposeVerb {
  const has = (...names: readonly string[]) =>
    parseOptions(rest, { exact: true, values: ["-t", "--timeout", "--rmi"] }).has(...names);
  if (READS.has(verb)) return { kind: "read" };
  if (verb === "down") return { kind: has("-v", "--volumes") ? "volumes" : "change" };
  if (verb === "rm") return { kind: has("-v", "--volumes") ? "volumes" : "change" };
  if (verb === "up") return { kind: has("-V", "--renew-anon-volumes") ? "volumes" : "change" };
  if (verb === "stop" || verb === "kill" || verb === "pause") return { kind: "stop" };
  if (verb === "push") return { kind: "push" };
  if (verb === "exec" || verb === "run") {
    const [service, ...words] = parseOptions(rest, {
      exact: true,
      values: RUN_VALUES,
      stopAtOperand: true,
    }).operands;
    return words.length === 0 ? { kind: "change" } : { kind: "exec", service: shown(service), words };
  }
  return CHANGES.has(verb) ? { kind: "change" } : { kind: "unknown" };
}
