import type { Word } from "../analyzer.ts";
import { effect, fileEffects } from "../effects.ts";
import { literal, unknownWord } from "../options.ts";
import type { Bound } from "./powershell-parameters.ts";
import { knownText, note, PLAIN, type PsState, type PsValue, pathWord, wordsOf } from "./powershell-state.ts";
import { joinPaths, joinWords } from "./values.ts";

export type Cmdlet = (bound: Bound, state: PsState) => PsValue;

/** Drives of PowerShell that are no file systems and whose changes end with the session. */
const SESSION_DRIVE = /^(env|variable|function|alias|temp):/i;
const REGISTRY = /^(Microsoft\.PowerShell\.Core\\)?(Registry::|HKLM:|HKCU:|HKCR:|HKU:|HKCC:|HKEY_)/i;

/** The paths that a command names, or that flow into it. */
export function pathsOf(bound: Bound, state: PsState): readonly Word[] {
  const given = bound.at(0, "path", "literalpath", "filepath", "inputobject") ?? bound.input;
  if (given === undefined) return [];
  const literally = bound.value("literalpath") !== undefined;
  return wordsOf(given, bound.source).map((word) => {
    const path = pathWord(word, state);
    return literally ? { ...path, glob: false } : path;
  });
}

/** What a verb does to paths of any drive: files, the registry, or the session alone. */
export function onPaths(
  verb: "create" | "change" | "delete",
  words: readonly Word[],
  bound: Bound,
  state: PsState,
  recursive = false,
): void {
  if (bound.has("whatif")) return;
  for (const word of words) {
    const text = word.text ?? word.prefix;
    if (SESSION_DRIVE.test(text)) continue;
    if (REGISTRY.test(text)) note(state, [registryEffect(verb, text, bound.source)]);
    else if (/^(cert|wsman|iis|ad|sqlserver):/i.test(text))
      note(state, [
        effect({
          verb,
          kind: "windows.drive",
          name: text,
          environment: "local",
          marks: ["system", "outside"],
          by: bound.source,
        }),
      ]);
    else note(state, fileEffects(verb, word, state.scene, { by: bound.source, recursive }));
  }
}

/** A change of the registry: the machine's part is the system's, the user's is outside the workspace. */
export function registryEffect(verb: "create" | "change" | "delete", key: string, by: string) {
  const machine = /HKLM|HKEY_LOCAL_MACHINE|HKCR|HKEY_CLASSES|HKU\b|HKEY_USERS/i.test(key);
  const starts = /\\(Run|RunOnce|Services|Winlogon|Image File Execution Options)(\\|$)/i.test(key);
  return effect({
    verb,
    kind: "windows.registry",
    name: key,
    environment: "local",
    reversibility: verb === "create" ? "R1" : "R4",
    count: verb === "delete" ? null : 1,
    marks: [...(machine ? ["system" as const] : []), "outside", ...(starts ? ["control" as const] : [])],
    by,
  });
}

export const getItems: Cmdlet = (bound, state) => {
  const paths = pathsOf(bound, state);
  const filter = knownText(bound.at(1, "filter")) ?? knownText(bound.value("include")) ?? "*";
  const roots = paths.length > 0 ? paths : [literal(".")];
  const some = roots.map((root): PsValue => {
    const pattern = literal(bound.has("recurse") && filter !== "*" ? `**/${filter}` : filter);
    const word = root.glob ? root : joinPaths([root, pattern]);
    return { kind: "item", of: "file", at: { ...word, glob: true } };
  });
  return { kind: "list", items: some, open: false };
};

export const getItem: Cmdlet = (bound, state) => ({
  kind: "list",
  items: pathsOf(bound, state).map((at): PsValue => ({ kind: "item", of: "file", at })),
  open: false,
});

export const removeItems: Cmdlet = (bound, state) => {
  const words = pathsOf(bound, state);
  const filter = knownText(bound.value("include", "filter"));
  const narrowed =
    filter === undefined
      ? words
      : words.map((word) =>
          word.text === undefined
            ? word
            : { ...literal(`${word.text.replace(/\/?\*?$/, "")}/${filter}`), glob: true },
        );
  const targets = narrowed.length > 0 ? narrowed : [unknownWord(bound.source)];
  onPaths("delete", targets, bound, state, bound.has("recurse"));
  return PLAIN;
};

export const writeContent: Cmdlet = (bound, state) => {
  const path = bound.at(0, "path", "literalpath", "filepath");
  const words = path
    ? wordsOf(path, bound.source).map((word) => pathWord(word, state))
    : [unknownWord(bound.source)];
  if (
    (bound.input?.kind === "remote" || bound.value("value")?.kind === "remote") &&
    words[0]?.text !== undefined
  )
    state.downloaded.add(words[0].text);
  onPaths("change", words, bound, state);
  return bound.has("passthru") ? (bound.input ?? PLAIN) : PLAIN;
};

export const readContent: Cmdlet = (bound, state) => {
  for (const word of pathsOf(bound, state))
    note(state, fileEffects("read", word, state.scene, { by: bound.source }));
  return { kind: "text", word: unknownWord("content") };
};

export const makeItem: Cmdlet = (bound, state) => {
  const name = bound.value("name");
  const base = bound.at(0, "path");
  const words = base ? wordsOf(base, bound.source).map((word) => pathWord(word, state)) : [literal(".")];
  const full = name
    ? words.map((word) =>
        joinPaths([word, ...wordsOf(name, bound.source).map((one) => pathWord(one, state))]),
      )
    : words;
  const type = knownText(bound.at(9, "itemtype"))?.toLowerCase() ?? "file";
  if (/link|junction/.test(type)) {
    for (const word of full) note(state, [linkEffect(word, bound.source)]);
    return PLAIN;
  }
  onPaths(
    bound.has("force") && type === "file" && bound.value("value") !== undefined ? "change" : "create",
    full,
    bound,
    state,
  );
  return { kind: "list", items: full.map((at): PsValue => ({ kind: "item", of: "file", at })), open: false };
};

/** A link takes nothing away, wherever it stands. */
export function linkEffect(word: Word, by: string) {
  return effect({
    verb: "create",
    kind: "link",
    name: word.text ?? word.source,
    environment: "local",
    reversibility: "R1",
    wayBack: "none",
    by,
  });
}

export const moveItems: Cmdlet = (bound, state) => {
  const from = pathsOf(bound, state);
  const target = bound.at(
    bound.input && !bound.value("path", "literalpath") && bound.positional.length === 1 ? 0 : 1,
    "destination",
  );
  const sources =
    bound.input && bound.positional.length === 1 && !bound.value("destination")
      ? wordsOf(bound.input, bound.source).map((word) => pathWord(word, state))
      : from;
  onPaths("delete", sources, bound, state);
  onPaths(
    "change",
    target ? wordsOf(target, bound.source).map((word) => pathWord(word, state)) : [literal(".")],
    bound,
    state,
  );
  return PLAIN;
};

export const copyItems: Cmdlet = (bound, state) => {
  const alone = bound.input !== undefined && bound.positional.length === 1 && !bound.value("destination");
  const target = bound.at(alone ? 0 : 1, "destination");
  const sources = alone
    ? wordsOf(bound.input as PsValue, bound.source).map((word) => pathWord(word, state))
    : pathsOf(bound, state);
  for (const word of sources) note(state, fileEffects("read", word, state.scene, { by: bound.source }));
  onPaths(
    "change",
    target ? wordsOf(target, bound.source).map((word) => pathWord(word, state)) : [literal(".")],
    bound,
    state,
  );
  return PLAIN;
};

export const renameItems: Cmdlet = (bound, state) => {
  const from = pathsOf(bound, state);
  const name = bound.at(bound.input ? 0 : 1, "newname");
  onPaths(
    "delete",
    bound.input ? wordsOf(bound.input, bound.source).map((word) => pathWord(word, state)) : from,
    bound,
    state,
  );
  const words = name && name.kind !== "block" ? wordsOf(name, bound.source) : [];
  onPaths(
    "change",
    words.map((word) => joinWords([{ ...literal("") }, pathWord(word, state)])),
    bound,
    state,
  );
  return PLAIN;
};

/** Properties of files and, on its drives, values of the registry. */
export function setsProperty(verb: "create" | "change" | "delete"): Cmdlet {
  return (bound, state) => {
    onPaths(verb, pathsOf(bound, state), bound, state);
    return PLAIN;
  };
}

export const setLocation: Cmdlet = (bound, state) => {
  const word = pathsOf(bound, state)[0];
  const from = state.scene.cwd;
  const text = word?.text;
  const absolute =
    text === undefined
      ? undefined
      : text.startsWith("/")
        ? text
        : /^[a-z]:/i.test(text) || from === undefined
          ? undefined
          : `${from}/${text}`;
  state.scene = {
    ...state.scene,
    cwd: absolute === undefined ? (word ? undefined : state.scene.setting.home) : normalized(absolute),
  };
  return PLAIN;
};

function normalized(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== "" && segment !== ".") out.push(segment);
  }
  return `/${out.join("/")}`;
}
