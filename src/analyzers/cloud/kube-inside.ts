import type { Environment } from "../../core/effect.ts";
import type { Finding, Word } from "../analyzer.ts";
import { judgeKubernetesRequest } from "../direct/kubernetes.ts";
import { NOTHING } from "../effects.ts";
import { cutWord } from "../options.ts";
import { saysSecret } from "./words.ts";

const METHODS: Readonly<Record<string, string>> = {
  get: "GET",
  create: "POST",
  replace: "PUT",
  delete: "DELETE",
};

/** The address that `--raw` names; `undefined` when it was not given. */
export function rawPath(args: readonly Word[]): Word | undefined {
  const at = args.findIndex((word) => /^--raw(=|$)/.test(word.text ?? word.prefix));
  const word = args[at];
  if (word === undefined) return undefined;
  return (word.text ?? word.prefix).startsWith("--raw=") ? cutWord(word, "--raw=".length) : args[at + 1];
}

/** What `kubectl VERB --raw PATH` asks of the API server; `undefined` when the path tells nothing. */
export function judgeRaw(verb: string, path: Word, environment: Environment): Finding | undefined {
  const method = METHODS[verb];
  if (method === undefined) return undefined;
  const text = path.text ?? path.prefix;
  return (
    judgeKubernetesRequest({ method, path: text }, environment) ?? (method === "GET" ? NOTHING : undefined)
  );
}

/** True when a command run in a pod prints the pod's environment, where its secrets are (`env`, `printenv`, `set`). */
export function printsEnvironment(words: readonly Word[]): boolean {
  const texts = words.map((word) => word.text ?? word.source);
  const program = (texts[0] ?? "").replace(/^.*\//, "");
  if (/^(ba|da|a|z|k)?sh$/.test(program)) {
    const at = texts.findIndex((text) => /^-[a-z]*c$/.test(text));
    return at >= 0 && commandsOf(texts[at + 1] ?? "").some(printsIt);
  }
  return printsIt(texts);
}

/** The commands of a text as words, roughly: a quotation can hide one, never add one that matters here. */
function commandsOf(text: string): readonly (readonly string[])[] {
  return text.split(/[;&|\n()`]+/).map((part) => part.trim().split(/\s+/));
}

function printsIt(words: readonly string[]): boolean {
  const [first = "", ...rest] = words;
  const program = first.replace(/^.*\//, "");
  const operands = rest.filter((word) => !word.startsWith("-") && !/^[0-9]*[<>]/.test(word));
  if (program === "env") return operands.every((word) => word.includes("="));
  if (program === "printenv") return operands.length === 0 || operands.some(saysSecret);
  if (program === "set" || program === "export" || program === "declare") return operands.length === 0;
  return rest.some((word) => /^\/proc\/(\d+|self|\*)\/environ$/.test(word));
}
