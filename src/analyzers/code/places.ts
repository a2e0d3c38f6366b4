import { normalizePath } from "../locate.ts";
import { literal, unknownWord } from "../options.ts";
import { type At, valueAt, wordAt } from "./acts.ts";
import { joinPaths, knownText, text, textWith, type Value } from "./values.ts";
import type { Act, Walk } from "./walk.ts";

/** Changes the directory that later relative paths start from. */
export function changesDirectory(at: At): Act {
  return (call, walk) => {
    const path = knownText(valueAt(call, at));
    const from = walk.scene.cwd;
    const absolute =
      path === undefined
        ? undefined
        : path.startsWith("/")
          ? path
          : from === undefined
            ? undefined
            : `${from}/${path}`;
    walk.scene = { ...walk.scene, cwd: absolute === undefined ? undefined : normalizePath(absolute) };
    return { kind: "plain" };
  };
}

/** `~` and `~/x` with the home directory in its place. */
export function expandsHome(at: At): Act {
  return (call, walk) => {
    const word = wordAt(call, at);
    if (!/^~(\/|$)/.test(word.prefix)) return textWith(word);
    return textWith({
      ...word,
      text: word.text?.replace("~", walk.scene.setting.home),
      prefix: word.prefix.replace("~", walk.scene.setting.home),
    });
  };
}

/** The value of the environment variable that the first argument names, else the default in the second. */
export const environmentVariable: Act = (call, walk) => {
  const name = knownText(call.args[0]);
  const value = name === undefined ? undefined : variable(name, walk);
  return value === undefined ? textWith({ ...unknownWord(call.source) }) : textWith(literal(value));
};

/** A variable of the environment, with home and working directory known even when the gate passes none. */
export function variable(name: string, walk: Walk): string | undefined {
  const known = walk.scene.variable(name);
  if (known !== undefined) return known;
  if (name === "HOME" || name === "USERPROFILE") return walk.scene.setting.home;
  if (name === "PWD") return walk.scene.cwd;
  return name === "USER" || name === "LOGNAME" ? walk.scene.setting.user : undefined;
}

/** A path of which only the folder is known: that for temporary files. */
export const temporaryPath: Act = (_call, walk) => {
  const folder = literal(walk.scene.setting.temporary[0] ?? "/tmp");
  return textWith(joinPaths([folder, { ...unknownWord("name"), tame: true }])) as Extract<
    Value,
    { kind: "text" }
  >;
};

/** The arguments that the program was started with, as far as they are known. */
export function programArguments(walk: Walk): readonly Value[] {
  const given: Value[] = [];
  for (let index = 1; index < 20; index++) {
    const value = walk.scene.variable(String(index));
    if (value === undefined) break;
    given.push(text(value));
  }
  return given;
}
