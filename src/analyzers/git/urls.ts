import type { Finding, Word } from "../analyzer.ts";
import { found, NOTHING, unknownEffect } from "../effects.ts";
import type { Git } from "./invocation.ts";

/** Where a remote's name leads: a configured remote, a folder, or a machine. */
export function urlKind(text: string): "name" | "path" | "url" {
  if (/^(\.{0,2}\/|~|file:\/\/|[a-zA-Z]:[\\/])/.test(text) || text === "." || text === "..") return "path";
  if (/^[a-z][\w+.-]*:\/\//i.test(text) || /^[^/:]+::/.test(text) || /^[^/]+:(?!:)/.test(text)) return "url";
  return "name";
}

const TRANSPORTS = new Set(["http", "https", "ftp", "ftps", "ssh", "git", "file", "codecommit", "keybase"]);

/**
 * What naming a remote does by itself: `ext::CMD` runs a command (git-remote-ext(1)), `NAME::x` runs the
 * program `git-remote-NAME` (gitremote-helpers(7)), a host that starts with a dash is an option of ssh.
 */
export function judgeUrl(git: Git, remote: Word): Finding {
  const text = remote.text ?? remote.prefix;
  const helper = /^([\w+.-]+)::(.*)$/s.exec(text);
  if (helper?.[1] === "ext") {
    if (remote.text === undefined)
      return found([unknownEffect(git.scene, "program", remote.source, git.command.source)]);
    return git.scene.shell((helper[2] ?? "").replace(/% /g, "\\ ").replace(/%[sSGV]/g, "git-upload-pack"));
  }
  if (helper && !TRANSPORTS.has(helper[1] ?? "")) {
    return found([unknownEffect(git.scene, "program", `git-remote-${helper[1]}`, git.command.source)]);
  }
  const scheme = /^([\w+.-]+):\/\//.exec(text)?.[1]?.replace(/^git\+|\+git$/, "");
  if (scheme !== undefined && !TRANSPORTS.has(scheme)) {
    return found([unknownEffect(git.scene, "program", `git-remote-${scheme}`, git.command.source)]);
  }
  if (/^(ssh:\/\/|git\+ssh:\/\/)?-o|@-o/i.test(text))
    return found([unknownEffect(git.scene, "program", text, git.command.source)]);
  return NOTHING;
}
