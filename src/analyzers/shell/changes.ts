import type { Need, PathFact, TextFact } from "../../core/facts.ts";
import type { Command, Finding, Scene } from "../analyzer.ts";
import { locate } from "../locate.ts";
import { parseOptions } from "../options.ts";
import { isBuildFile } from "../project/fetched.ts";
import type { Analysis } from "./state.ts";

/** Programs that touch a file without giving it a text of their own, and compilers: what they make is the project's. */
const KEEPS_TEXT =
  /^(chmod|chown|chgrp|touch|mkdir|git|setfacl|chattr|truncate|cc|c\+\+|gcc|g\+\+|clang|clang\+\+|ld|rustc|javac|kotlinc|ghc|ocamlopt|zig|nasm|tsc|swiftc|dmd|fpc|go|tinygo)$/;
const DOWNLOADS = /^(curl|wget|wget2|aria2c|axel|scp|sftp|ftp|lftp|rsync|http|https|xh|gh|glab)$/;
const UNPACKS = /^(tar|bsdtar|unzip|7z|7za|7zz|unrar|cpio|unar)$/;

/**
 * Remembers what a command changes on the disk, as far as it matters for what comes later on the line: a script
 * that was written is no longer the one on the disk, a link leads elsewhere, a clone brings foreign code.
 */
export function rememberChanges(finding: Finding, command: Command, scene: Scene, analysis: Analysis): void {
  const { program, args, stdin } = command;
  if (scene.place.host !== undefined) return;
  if (program === "ln") rememberLink(command, scene, analysis);
  const root = analysis.setting.workspace ?? analysis.setting.cwd;
  for (const { verb, resource, marks } of finding.effects) {
    if (verb !== "create" && verb !== "change" && verb !== "delete") continue;
    const path = absolute(resource.name, root);
    if (fetches(resource.kind, command, analysis)) analysis.foreign.add(path);
    if (redirectsPushes(resource, args)) analysis.written.set(`${root}/.git/config`, undefined);
    if (KEEPS_TEXT.test(program.replace(/-\d+$/, ""))) continue;
    if (!["file", "link"].includes(resource.kind) || marks.includes("workspace-code")) continue;
    if (DOWNLOADS.test(program)) {
      analysis.foreign.add("");
      if (isBuildFile(path)) analysis.foreign.add(path);
    }
    const known = program === "tee" && stdin.kind === "text" && args.length === 1;
    analysis.written.set(path, known ? stdin.text : undefined);
  }
}

/** Settings that decide where a push goes and what it does there (git-config(1)). */
const PUSH_SETTING =
  /^(remote\..+\.(push|pushurl|url|mirror)|remote\.pushdefault|push\.default|branch\..+\.(merge|remote|pushremote))$/;

/** True when a git command changes where a later push of the same request leads. */
function redirectsPushes({ kind, name }: { kind: string; name: string }, args: Command["args"]): boolean {
  if (kind === "git.config") return PUSH_SETTING.test(name);
  return kind === "git.remote" && args.some((word) => isRemote(word.text ?? word.prefix));
}

/** True when a command fills a folder with what comes from elsewhere: a clone, or a download that is unpacked. */
function fetches(kind: string, { program, args, stdin }: Command, analysis: Analysis): boolean {
  if (kind === "git.repository")
    return program !== "git" || args.some((word) => isRemote(word.text ?? word.prefix));
  if (!UNPACKS.test(program)) return false;
  return analysis.foreign.has("") || (stdin.kind === "opaque" && stdin.remote);
}

/** An address, or `host:path` (git-clone(1), "GIT URLS"); unknown text counts as one. */
function isRemote(text: string): boolean {
  if (text === "") return true;
  return /^[a-z][\w+.-]*:\/\//i.test(text) ? !/^file:/i.test(text) : /^[\w.@-]+:[^=]/.test(text);
}

function absolute(name: string, root: string): string {
  if (name === "." || name === "*") return root;
  return name.startsWith("/") ? name : `${root}/${name}`;
}

/** `ln -s TARGET NAME`: what is done to NAME later is done to TARGET. */
function rememberLink({ args }: Command, scene: Scene, analysis: Analysis): void {
  const options = parseOptions(args, { values: ["-t", "-S", "--target-directory", "--suffix"] });
  const [target, name] = options.operands;
  if (!options.has("-s", "--symbolic") || !target || !name) return;
  const at = locate(name, scene);
  const to = locate(target, scene);
  analysis.links.set(at.path, to.certain && to.area !== "unknown" ? to.path : undefined);
}

/** Stands for wherever a link leads that nobody could follow. */
const NOWHERE = "/unknown-target-of-a-link";

/** The fact for a need as this request left it, or `undefined` when the request did not touch it. */
export function changedFact(need: Need, analysis: Analysis): PathFact | TextFact | undefined {
  if (need.kind !== "path" && need.kind !== "text") return undefined;
  const { path } = need;
  for (const [link, target] of analysis.links) {
    if (path !== link && !path.startsWith(`${link}/`)) continue;
    if (need.kind === "text") return { problem: "unreadable" };
    return { type: "other", real: (target ?? NOWHERE) + path.slice(link.length) };
  }
  if (!analysis.written.has(path)) return undefined;
  if (need.kind === "path") return { type: "file", real: path };
  const text = analysis.written.get(path);
  return text === undefined ? { problem: "unreadable" } : { text };
}

/** True when a file came from elsewhere in this request. */
export function isForeign(path: string, analysis: Analysis): boolean {
  return [...analysis.foreign].some(
    (folder) => folder !== "" && (path === folder || path.startsWith(`${folder}/`)),
  );
}
