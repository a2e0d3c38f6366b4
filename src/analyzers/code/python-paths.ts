import { fileEffects } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import { creates, deletes, globs, lists, opens, pure, reads, somehowText, wordAt, writes } from "./acts.ts";
import { expandsHome } from "./places.ts";
import { named } from "./table.ts";
import {
  joinPaths,
  knownText,
  list,
  object,
  PLAIN,
  SOME_NAME,
  text,
  textWith,
  type Value,
  wordOf,
} from "./values.ts";
import { type Act, type Call, note } from "./walk.ts";

const asPath =
  (act: Act): Act =>
  (call, walk) => {
    const value = act(call, walk);
    if (value.kind === "list")
      return list(
        value.items.map((item) => pathObject(item, call)),
        value.open,
      );
    return pathObject(value, call);
  };

function pathObject(value: Value, call: Call): Value {
  return object("path", wordOf(value, call.source));
}

const itself: Act = (call) => call.self ?? PLAIN;

const joins: Act = (call) =>
  object(
    "path",
    joinPaths([
      ...(call.self ? [wordOf(call.self, call.source)] : []),
      ...call.args.map((value) => wordOf(value, call.source)),
    ]),
  );

const parent: Act = (call) => object("path", parentWord(wordAt(call, call.self ? "self" : 0)));

function parentWord(word: ReturnType<typeof wordAt>): ReturnType<typeof wordAt> {
  if (word.text === undefined)
    return {
      ...word,
      prefix: word.prefix.slice(0, word.prefix.lastIndexOf("/") + 1),
      suffix: "",
      tame: false,
    };
  const path = word.text.replace(/\/+$/, "");
  const slash = path.lastIndexOf("/");
  return { ...literal(slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash)), glob: word.glob };
}

const baseName: Act = (call) => {
  const word = wordAt(call, call.self ? "self" : 0);
  return word.text === undefined || word.glob
    ? textWith({ ...unknownWord(call.source), tame: true })
    : text(word.text.replace(/\/+$/, "").replace(/^.*\//, ""));
};

const renamed: Act = (call) => object("path", joinPaths([parentWord(wordAt(call, "self")), wordAt(call, 0)]));

const moved: Act = (call, walk) => {
  note(walk, fileEffects("delete", wordAt(call, "self"), walk.scene, { by: call.source }));
  note(walk, fileEffects("change", wordAt(call, [0, "target"]), walk.scene, { by: call.source }));
  return pathObject(call.args[0] ?? PLAIN, call);
};

const changedSuffix: Act = (call) => {
  const word = wordAt(call, "self");
  const suffix = knownText(call.args[0]);
  if (word.text === undefined || suffix === undefined)
    return object("path", { ...unknownWord(call.source), prefix: parentWord(word).prefix });
  return object("path", literal(word.text.replace(/\.[^./]*$/, "") + suffix));
};

/** `pathlib`, and `os.path` in the parts that give paths. */
export const PATHS: Readonly<Record<string, Act>> = {
  "pathlib.Path": (call) =>
    call.args.length === 0
      ? object("path", literal("."))
      : object("path", joinPaths(call.args.map((value) => wordOf(value, call.source)))),
  "pathlib.Path.home": (_call, walk) => object("path", literal(walk.scene.setting.home)),
  "pathlib.Path.cwd": (_call, walk) =>
    object("path", walk.scene.cwd === undefined ? unknownWord("cwd") : literal(walk.scene.cwd)),
  "pathlib.*": pure,
  ...named(
    "path#write_text path#write_bytes path#touch path#chmod path#lchmod path#symlink_to path#link_to path#hardlink_to",
    writes("self"),
  ),
  ...named("path#read_text path#read_bytes", reads("self", textWith(unknownWord("file")))),
  "path#open": (call, walk) => opens("self", [0, "mode"])(call, walk),
  "path#unlink": deletes("self"),
  "path#rmdir": deletes("self"),
  ...named("path#rename path#replace path#move path#move_into", moved),
  ...named("path#copy path#copy_into", writes(0)),
  "path#mkdir": creates("self"),
  "path#iterdir": asPath(lists("self", "paths")),
  "path#walk": (call) =>
    list(
      [
        list([
          object("path", {
            ...wordAt(call, "self"),
            text: undefined,
            prefix: `${wordAt(call, "self").prefix}/`,
          }),
          list([textWith(SOME_NAME)], true),
          list([textWith(SOME_NAME)], true),
        ]),
      ],
      true,
    ),
  "path#glob": asPath(globs(0, "self")),
  "path#rglob": asPath(globs(0, "self")),
  ...named("path#joinpath path#__truediv__", joins),
  ...named("path#resolve path#absolute path#as_posix path#__str__ path#relative_to path#readlink", itself),
  "path#expanduser": asPath(expandsHome("self")),
  "path#with_name": renamed,
  ...named("path#with_suffix", changedSuffix),
  "path#with_stem": renamed,
  ...named(
    "path#exists path#is_file path#is_dir path#is_symlink path#stat path#lstat path#match path#owner path#group path#is_absolute path#samefile path#is_relative_to path#as_uri path#is_mount path#full_match path#__fspath__ path#__eq__ path#startswith path#endswith",
    pure,
  ),
  ...named("path.name path.stem path.suffix", baseName),
  "path.parent": parent,
  "path.parents": (call) => list([parent(call, undefined as never)], true),
  ...named("path.parts path.suffixes path.anchor path.drive path.root", somehowText),
  ...named("os.path.dirname", (call, walk) =>
    textWith((parent(call, walk) as Extract<Value, { kind: "object" }>).at),
  ),
  "os.path.basename": baseName,
  ...named("os.path.abspath os.path.realpath os.path.normpath os.path.normcase", (call) =>
    textWith(wordAt(call, 0)),
  ),
  "os.path.expandvars": (call, walk) => {
    const word = wordAt(call, 0);
    const known = word.text?.replace(
      /\$\{?(\w+)\}?/g,
      (all, name: string) => walk.scene.variable(name) ?? (name === "HOME" ? walk.scene.setting.home : all),
    );
    return known === undefined || known.includes("$") ? textWith(unknownWord(call.source)) : text(known);
  },
  ...named("os.path.splitext os.path.split", (call) =>
    list([
      textWith({ ...unknownWord(call.source), prefix: parentWord(wordAt(call, 0)).prefix }),
      textWith({ ...unknownWord("part"), tame: true }),
    ]),
  ),
  ...named("os.path.relpath", (call) => textWith({ ...unknownWord(call.source) })),
  "os.path.*": pure,
};
