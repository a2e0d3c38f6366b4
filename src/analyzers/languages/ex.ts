import type { Effect } from "../../core/effect.ts";
import type { Command, Scene, Word } from "../analyzer.ts";
import { fileEffects, unknownEffect } from "../effects.ts";
import { literal } from "../options.ts";
import { readEffects } from "../reading.ts";

/** Commands that edit the text in memory, move, print or set display options. */
const EDITS =
  /^(d|delete|m|move|t|co|copy|j|join|k|mark|p|print|P|nu|number|l|list|y|yank|pu|put|s|substitute|&|&&|~|g|global|v|vglobal|>|<|=|u|undo|red|redo|se|set|setl|setlocal|sy|syn|syntax|ret|retab|sor|sort|noh|nohlsearch|f|file|n|next|N|prev|previous|bn|bnext|bp|b|buffer|bd|bdelete|bufdo|argdo|windo|q|quit|qa|qall|cq|e|edit|enew|h|help|H|z|ec|echo|echom|filetype|filet|colorscheme|colo|let|unlet|if|endif|else|syntime|version|ve|fixdel|up|a|append|i|insert|c|change|ve|ver|mes|messages|hi|highlight|ls|buffers|files|scriptnames|noautocmd|star|stopi|startinsert|only|sp|split|vs|vsplit|tabe|tabnew|cd|lcd|pwd|checkt|checktime|#|z)$/;
/** Commands that take another command as their argument. */
const PREFIXES =
  /^(silent|sil|keepjumps|keepj|keepalt|keepmarks|noautocmd|noa|verbose|verb|vertical|vert|tab|confirm|conf|bufdo|argdo|windo|tabdo|cdo|undojoin|unsilent)!?\s+/;

/** Longer lines are not read. */
const LONGEST = 8_192;

/** Judges one line of vi's command language (POSIX.1-2024, ex; Vim's additions); `|` separates commands. */
export function judgeEditorLines(
  line: Word,
  files: readonly Word[],
  command: Command,
  scene: Scene,
): readonly Effect[] {
  if (line.text === undefined || line.text.length > LONGEST)
    return [unknownEffect(scene, "editor.command", line.source, command.source)];
  return judge(line.text, files, command, scene, 0);
}

function judge(
  text: string,
  files: readonly Word[],
  command: Command,
  scene: Scene,
  depth: number,
): readonly Effect[] {
  const plain = text.replace(/^[\s:]+/, "").replace(PREFIXES, "");
  const unknown = [unknownEffect(scene, "editor.command", plain, command.source)];
  if (plain === "" || plain.startsWith('"')) return [];
  if (depth > 8) return unknown;
  const range =
    /^(%|\$|\.|\*|'[a-z<>[\]]|[-+\d,;\s]|\/(?:\\.|[^/\\])*\/|\?(?:\\.|[^?\\])*\?)*/.exec(plain)?.[0] ?? "";
  const rest = plain.slice(range.length);
  if (rest.startsWith("!")) return scene.shell(rest.slice(1)).effects;
  const [, name = "", bang = "", argument = ""] = /^([a-zA-Z]+|[&~<>=#])?(!?)\s*([\s\S]*)$/.exec(rest) ?? [];
  if (rest === "" || name === "") return /^[()\d]*$/.test(rest) ? [] : unknown;
  const short = /^([sgv])(?=[^a-zA-Z])/.exec(rest)?.[1];
  if (short !== undefined || /^(g|global|v|vglobal|s|substitute)$/.test(name))
    return pattern(short ?? name[0] ?? "s", rest, files, command, scene, depth);
  if (/^(w|write|wq|x|xit|exit|wn|up|update|sav|saveas|wa|wall|wqa|wqall|xa|xall|W)$/.test(name))
    return written(name, argument, files, command, scene, depth);
  if (/^(r|read)$/.test(name))
    return argument.startsWith("!") || bang === "!"
      ? scene.shell(argument.replace(/^!/, "")).effects
      : readEffects([literal(argument.trim())], scene, { by: command.source });
  if (/^(norm|normal)$/.test(name)) return /[!:@|\u0012=]|\u000f/.test(argument) ? unknown : [];
  if (name === "e" && argument.startsWith("!")) return scene.shell(argument.slice(1)).effects;
  if (/^(e|edit|sp|split|vs|vsplit|tabe|tabnew|vi|view)$/.test(name) && argument.trim() !== "")
    return readEffects([literal(argument.split("|")[0]?.trim() ?? "")], scene, { by: command.source }).concat(
      following(argument, files, command, scene, depth),
    );
  if (/^(i|a|c|insert|append|change)$/.test(name) && depth === 0) return [];
  if (/^(set|se|setl|setlocal)$/.test(name))
    return /(makeprg|mp|grepprg|gp|keywordprg|kp|equalprg|ep|shell|sh|formatprg|fp|shellcmdflag)\s*\+?=/.test(
      argument,
    )
      ? unknown
      : [];
  if (
    /^(let|echo|ec|echom|if)$/.test(name) &&
    /\b(system|systemlist|writefile|delete|rename|mkdir|jobstart|job_start|term_start|termopen|libcall|py3?eval|luaeval|execute|call|timer_start)\b/.test(
      argument,
    )
  )
    return unknown;
  return EDITS.test(name) ? following(argument, files, command, scene, depth) : unknown;
}

/** What comes after a bar is a further command. */
function following(
  argument: string,
  files: readonly Word[],
  command: Command,
  scene: Scene,
  depth: number,
): readonly Effect[] {
  const bar = argument.search(/(?<!\\)\|/);
  return bar < 0 ? [] : judge(argument.slice(bar + 1), files, command, scene, depth + 1);
}

/** `s/a/b/`, `g/x/cmd`: the command of `g` is judged, `\=` in a replacement evaluates an expression. */
function pattern(
  name: string,
  rest: string,
  files: readonly Word[],
  command: Command,
  scene: Scene,
  depth: number,
): readonly Effect[] {
  const body = rest.replace(/^[a-zA-Z]+!?/, "");
  const delimiter = body[0] ?? "/";
  const pieces = splitAt(body.slice(1), delimiter);
  if (name === "s") {
    const [, replacement = "", flags = ""] = [pieces[0], pieces[1], pieces.slice(2).join(delimiter)];
    return replacement.startsWith("\\=")
      ? [unknownEffect(scene, "editor.command", rest, command.source)]
      : following(flags, files, command, scene, depth);
  }
  const inner = pieces.slice(1).join(delimiter);
  return inner.trim() === "" ? [] : judge(inner, files, command, scene, depth + 1);
}

function splitAt(text: string, delimiter: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === delimiter) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    } else if (text[at] === "\\") at++;
  }
  return [...pieces, text.slice(start)];
}

function written(
  name: string,
  argument: string,
  files: readonly Word[],
  command: Command,
  scene: Scene,
  depth: number,
): readonly Effect[] {
  const [target = "", ...more] = argument.split(/(?<!\\)\|/);
  const plain = target
    .replace(/^!(?=\s*$)/, "")
    .replace(/^>>\s*/, "")
    .trim();
  const rest = more.length > 0 ? judge(more.join("|"), files, command, scene, depth + 1) : [];
  if (plain.startsWith("!")) return [...scene.shell(plain.slice(1)).effects, ...rest];
  const targets = plain === "" || /^(wa|wall|wqa|wqall|xa|xall)$/.test(name) ? files : [literal(plain)];
  return [...targets.flatMap((file) => fileEffects("change", file, scene, { by: command.source })), ...rest];
}
